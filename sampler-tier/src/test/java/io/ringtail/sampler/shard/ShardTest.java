package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;
import io.ringtail.sampler.account.Cause;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.store.TimerWheel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardTest {
  private static final int TICK = TimerWheel.TICK_MILLIS;

  /** What empty notes may have grown to. */
  private static final int NOTES = 4096;

  private ShardHarness shards = ShardHarness.of(ShardHarness.ERRORS);

  @AfterEach
  void everySpanIsAccountedFor() {
    shards.assertAccounted();
  }

  private long dropped(DropReason reason) {
    return shards.set.metrics().droppedSpans(reason);
  }

  private List<FakeExports.Exported> exported() {
    return shards.exports.taken;
  }

  @Test
  void trace_withError_isKeptWholeAtItsDeadline() {
    Span.Builder first = Spans.span(1, 1);
    Span.Builder second = Spans.error(1, 2);
    shards.take(first, Spans.span(2, 3));
    shards.advanceMillis(500);
    shards.take(second);
    shards.advanceMillis(499);
    assertThat(exported()).isEmpty();

    shards.advanceMillis(1 + TICK);

    assertThat(exported()).hasSize(1);
    FakeExports.Exported kept = exported().get(0);
    assertThat(kept.spans()).containsExactly(first.build(), second.build());
    assertThat(kept.spanCount()).isEqualTo(2);
    assertThat(kept.policy()).isEqualTo("errors");
    assertThat(kept.traceIdHi()).isEqualTo(7);
    assertThat(kept.traceIdLo()).isEqualTo(1);
    assertThat(dropped(DropReason.NOT_SAMPLED)).isEqualTo(1);
    assertThat(shards.set.heldSpans()).isZero();
    assertThat(shards.set.unansweredExports()).isZero();
  }

  @Test
  void root_bringsTheDecisionForward() {
    shards =
        ShardHarness.of("decision_wait_after_root_received: 200ms\n" + ShardHarness.EVERYTHING);
    shards.take(Spans.span(1, 1), Spans.span(2, 2));
    shards.advanceMillis(100);
    shards.take(Spans.root(1, 3));
    shards.advanceMillis(200 + TICK);
    assertThat(exported()).extracting(FakeExports.Exported::traceIdLo).containsExactly(1L);

    shards.advanceMillis(600);
    shards.take(Spans.root(2, 4));
    shards.advanceMillis(100 + TICK);
    assertThat(exported()).extracting(FakeExports.Exported::traceIdLo).containsExactly(1L, 2L);
  }

  @Test
  void replayedSpans_doNotStartTheirTraceAnew() {
    shards = ShardHarness.of(ShardHarness.EVERYTHING);
    byte[] span = Spans.span(1, 1).build().toByteArray();
    shards.take(Spans.span(1, 2), Spans.span(2, 3));

    shards.offer(Spans.batch(0, 700, Map.of(Spans.GROUP, List.of(span))));
    shards.work();
    shards.advanceMillis(300 + TICK);

    assertThat(exported()).hasSize(1);
    assertThat(exported().get(0).spanCount()).isEqualTo(2);
  }

  @Test
  void spanSentTwice_countsOnce() {
    shards = ShardHarness.of(ShardHarness.EVERYTHING);
    Span.Builder server = Spans.span(1, 9).setName("server");
    shards.take(Spans.span(1, 1), Spans.span(1, 1), server);
    shards.take(Spans.span(1, 1), server, Spans.span(1, 9).setName("client"));
    shards.advanceMillis(1000 + TICK);
    assertThat(exported().get(0).spans())
        .extracting(Span::getName)
        .containsExactly("GET /1", "server", "client");
    assertThat(dropped(DropReason.DUPLICATE)).isEqualTo(3);
  }

  @Test
  void keptTrace_isGroupedByResourceAndScope_withTheirSchemaUrls() {
    shards = ShardHarness.of(ShardHarness.EVERYTHING);
    Header cart = Spans.resource("cart");
    Header shop = Spans.resource("shop");
    Map<ShardBatch.Group, List<byte[]>> spans = new LinkedHashMap<>();
    spans.put(group(cart, "http"), List.of(encoded(1), encoded(2)));
    spans.put(group(shop, "http"), List.of(encoded(3)));
    spans.put(group(cart, "sql"), List.of(encoded(4)));
    shards.offer(Spans.batch(0, 0, spans));
    shards.offer(Spans.batch(group(Spans.resource("cart"), "http"), List.of(encoded(5))));
    shards.work();

    shards.advanceMillis(1000 + TICK);

    List<ResourceSpans> resources = exported().get(0).data().getResourceSpansList();
    assertThat(resources).hasSize(2);
    assertThat(resources.get(0).getSchemaUrl()).isEqualTo("https://example.org/cart");
    assertThat(resources.get(0).getScopeSpansList())
        .extracting(s -> s.getScope().getName() + s.getSpansCount())
        .containsExactly("http3", "sql1");
    assertThat(resources.get(0).getScopeSpans(0).getSpans(2).toByteArray()).isEqualTo(encoded(5));
    assertThat(resources.get(1).getScopeSpans(0).getSpans(0).toByteArray()).isEqualTo(encoded(3));
  }

  private static ShardBatch.Group group(Header resource, String scope) {
    return new ShardBatch.Group(Header.EMPTY, resource, Spans.scope(scope));
  }

  private static byte[] encoded(long id) {
    return Spans.span(1, id).build().toByteArray();
  }

  @Test
  void contexts_withEqualTraceIds_areDifferentTraces() {
    shards = ShardHarness.of(ShardHarness.EVERYTHING);
    for (String tenant : List.of("a", "b", "a")) {
      Header context = new Header(tenant.getBytes(StandardCharsets.UTF_8));
      ShardBatch.Group group =
          new ShardBatch.Group(context, Spans.GROUP.resource(), Spans.GROUP.scope());
      shards.offer(Spans.batch(group, List.of(encoded(1))));
    }
    shards.work();
    shards.advanceMillis(1000 + TICK);
    assertThat(exported())
        .extracting(e -> new String(e.context().bytes(), StandardCharsets.UTF_8))
        .containsExactlyInAnyOrder("a", "b");
    assertThat(dropped(DropReason.DUPLICATE)).isEqualTo(1);
  }

  @Test
  void lateSpans_followTheDecisionOfTheirTrace() {
    shards.take(Spans.error(1, 1), Spans.span(2, 2));
    shards.advanceMillis(1000 + TICK);

    shards.take(Spans.span(1, 3), Spans.span(2, 4), Spans.span(1, 5), Spans.span(3, 6));

    assertThat(exported()).hasSize(2);
    assertThat(exported().get(1).spans())
        .extracting(Span::getName)
        .containsExactly("GET /3", "GET /5");
    assertThat(exported().get(1).policy()).isEqualTo("errors");
    assertThat(dropped(DropReason.LATE)).isEqualTo(1);
    assertThat(shards.set.metrics().lateKeptSpans()).isEqualTo(2);
    assertThat(shards.set.heldSpans()).isEqualTo(1);
  }

  @Test
  void exportQueueFull_keepsTracesWaitingInOrder_withTheirLateSpans() {
    shards.exports.room = 1;
    for (int trace = 1; trace <= 4; trace++) {
      shards.take(Spans.error(trace, trace));
      shards.advanceMillis(10);
    }
    shards.advanceMillis(1000 + TICK);
    assertThat(exported()).hasSize(1);
    assertThat(shards.set.heldSpans()).isEqualTo(3);

    shards.take(Spans.span(2, 12), Spans.span(3, 13), Spans.span(1, 11), Spans.error(4, 4));
    assertThat(exported()).hasSize(1);
    shards.exports.room = 2;
    shards.advanceMillis(10);
    assertThat(exported()).hasSize(3);
    shards.exports.room = 100;
    shards.advanceMillis(10);

    assertThat(exported())
        .extracting(e -> e.traceIdLo() + ":" + e.spanCount())
        .containsExactly("1:1", "2:2", "3:2", "4:1", "1:1");
    assertThat(dropped(DropReason.DUPLICATE)).isEqualTo(1);
    assertThat(shards.set.heldSpans()).isZero();
  }

  @Test
  void traceOverItsSpanCap_isDecidedOnWhatIsThere_andTheRestFollows() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 16MiB, max-trace-spans: 3}", ShardHarness.ERRORS);
    shards.take(Spans.error(1, 1), Spans.span(1, 2), Spans.span(1, 3));
    assertThat(exported()).isEmpty();
    shards.take(Spans.span(1, 4), Spans.span(2, 5));
    for (int id = 11; id < 18; id++) {
      shards.take(Spans.span(2, id));
    }
    shards.advanceMillis(2000);

    assertThat(exported()).extracting(FakeExports.Exported::spanCount).containsExactly(3, 1);
    assertThat(dropped(DropReason.NOT_SAMPLED)).isEqualTo(3);
    assertThat(dropped(DropReason.LATE)).isEqualTo(5);
    assertThat(shards.set.metrics().decisions(Cause.TRACE_SPANS)).isEqualTo(2);
  }

  @Test
  void keptTraceOverItsCapWhileExportIsStuck_losesNothing() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 16MiB, max-trace-spans: 3}", ShardHarness.EVERYTHING);
    shards.exports.room = 0;
    for (int id = 0; id < 20; id++) {
      shards.take(Spans.span(1, id));
    }
    shards.take(
        Spans.span(1, 20),
        Spans.span(1, 21),
        Spans.span(1, 22),
        Spans.span(1, 23),
        Spans.span(1, 24));
    shards.exports.room = 100;
    shards.advanceMillis(1000 + TICK);

    assertThat(exported().stream().flatMap(e -> e.spans().stream()).map(Span::getName))
        .hasSize(25)
        .doesNotHaveDuplicates();
    assertThat(exported()).allMatch(e -> e.spanCount() <= 3);
    assertThat(shards.set.heldSpans()).isZero();
  }

  @Test
  void exportThatFails_costsItsTraceAndTheRestOfThePart_counted() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 16MiB, max-trace-spans: 3}", ShardHarness.EVERYTHING);
    shards.exports.broken = true;
    shards.offer(
        Spans.batch(
            Spans.span(1, 1),
            Spans.span(1, 2),
            Spans.span(1, 3),
            Spans.span(1, 4),
            Spans.span(2, 5)));
    assertThatThrownBy(shards::work).isInstanceOf(IllegalStateException.class);
    shards.exports.broken = false;
    shards.take(Spans.span(3, 6));
    shards.advanceMillis(1000 + TICK);

    assertThat(dropped(DropReason.FAILED)).isEqualTo(5);
    assertThat(exported()).extracting(FakeExports.Exported::spanCount).containsExactly(1);
    assertThat(shards.set.heldSpans()).isZero();
    assertThat(shards.set.budget().used()).isEqualTo(shards.set.budget().stored());
  }

  @Test
  void traceOverMaximumTraceSize_isDroppedAtOnce() {
    shards = ShardHarness.of("maximum_trace_size_bytes: 300\n" + ShardHarness.EVERYTHING);
    Random random = new Random(1);
    shards.offer(
        Spans.batch(
            Spans.GROUP,
            List.of(Spans.sized(1, 1, 200, random), Spans.sized(1, 2, 200, random), encoded(3))));
    shards.work();
    shards.advanceMillis(2000);
    assertThat(exported()).isEmpty();
    assertThat(dropped(DropReason.TOO_LARGE)).isEqualTo(1);
    assertThat(dropped(DropReason.LATE)).isEqualTo(2);
  }

  @Test
  void moreThanNumTraces_decidesTheOldestEarly() {
    shards = ShardHarness.of("num_traces: 2\n" + ShardHarness.EVERYTHING);
    shards.take(Spans.span(1, 1), Spans.span(2, 2), Spans.span(1, 3), Spans.span(3, 4));
    assertThat(exported()).extracting(FakeExports.Exported::traceIdLo).containsExactly(1L);
    assertThat(exported().get(0).spanCount()).isEqualTo(2);
    assertThat(shards.set.metrics().decisions(Cause.NUM_TRACES)).isEqualTo(1);
  }

  @Test
  void spanWithoutTraceId_isDroppedAlone() {
    byte[] broken = {(byte) 0x0a, 0x10, 1, 2};
    shards.offer(
        Spans.batch(Spans.GROUP, List.of(broken, Spans.error(1, 1).build().toByteArray())));
    shards.work();
    shards.advanceMillis(1000 + TICK);
    assertThat(exported()).hasSize(1);
    assertThat(dropped(DropReason.MALFORMED)).isEqualTo(1);
  }

  @Test
  void groups_noLongerNeeded_areFreed() {
    shards = ShardHarness.of(ShardHarness.EVERYTHING);
    long empty = shards.set.budget().stored();
    for (int i = 0; i < 50; i++) {
      shards.offer(Spans.batch(group(Spans.resource("service-" + i), "s"), List.of(encoded(i))));
      shards.work();
      shards.advanceMillis(40);
    }
    shards.advanceMillis(2000);
    shards.logsAreEmpty();
    shards.advanceMillis(200);
    shards.advanceMillis(200);
    assertThat(shards.set.budget().stored()).isBetween(empty, empty + NOTES);
    assertThat(shards.set.budget().used()).isEqualTo(shards.set.budget().stored());
    assertThat(exported().stream().mapToInt(FakeExports.Exported::spanCount).sum()).isEqualTo(50);
  }

  @Test
  void slotView_takesItsPlaceBetweenTheBatches() {
    Shard shard = shards.set.all().get(0);
    SlotView view = Views.of(2, "a", "a", "b");
    shards.set.slots(view);
    assertThat(shard.slots().order()).isEqualTo(new EpochOrder(1, 1));
    shards.work();
    assertThat(shard.slots()).isSameAs(view);
  }

  @Test
  void randomTraffic_withAStutteringExport_addsUpAndLeavesNothing() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 4MiB, max-trace-spans: 40, queued-batches: 4}",
            "num_traces: 300\ndecision_wait_after_root_received: 100ms\n" + ShardHarness.ERRORS);
    long empty = shards.set.budget().stored();
    List<byte[]> sent = new ArrayList<>();
    for (int step = 0; step < 1500; step++) {
      List<byte[]> spans = new ArrayList<>();
      for (int i = random.nextInt(30); i >= 0; i--) {
        spans.add(randomSpan(random, step, sent));
      }
      shards.exports.room = random.nextInt(3) == 0 ? random.nextInt(20) : 0;
      shards.offer(Spans.batch(group(Spans.resource("r" + random.nextInt(9)), "s"), spans));
      assertThat(shards.set.budget().used()).isBetween(0L, shards.set.budget().capacity());
      if (random.nextBoolean()) {
        shards.advanceMillis(random.nextInt(40));
        shards.assertAccounted();
      }
    }
    shards.exports.room = Integer.MAX_VALUE;
    shards.work();
    shards.advanceMillis(2000);
    shards.logsAreEmpty();
    shards.advanceMillis(200);
    shards.advanceMillis(200);
    assertThat(shards.set.heldSpans()).isZero();
    assertThat(shards.set.budget().used()).isBetween(empty, empty + NOTES);
    assertThat(exported().stream().mapToLong(e -> e.spans().size()).sum())
        .isEqualTo(shards.set.metrics().keptSpans());
  }

  private static byte[] randomSpan(Random random, int step, List<byte[]> sent) {
    if (!sent.isEmpty() && random.nextInt(20) == 0) {
      return sent.get(random.nextInt(sent.size()));
    }
    int trace = step / 10 + random.nextInt(random.nextInt(20) == 0 ? 400 : 10);
    Span.Builder span =
        switch (random.nextInt(8)) {
          case 0 -> Spans.error(trace, random.nextLong());
          case 1 -> Spans.root(trace, random.nextLong());
          default -> Spans.span(trace, random.nextLong());
        };
    byte[] encoded = span.setName("x".repeat(random.nextInt(600))).build().toByteArray();
    sent.add(encoded);
    return encoded;
  }
}
