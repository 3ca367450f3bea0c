package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.link.Header;
import io.ringtail.link.RequestContext;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.shard.KnownTrace.State;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a shard answers who asks for a trace. Its policy keeps errors, after a second. */
class LookupsTest {
  private static final long WAIT = 1000;
  private static final TraceId ONE = new TraceId(7, 1);
  private static final int MOST = 32;

  private final ShardHarness shards = ShardHarness.of(ShardHarness.ERRORS);

  private List<KnownTrace> find(TraceId id) {
    CompletableFuture<List<KnownTrace>> answer = shards.set.find(id).orElseThrow();
    shards.work();
    return answer.join();
  }

  private KnownTrace one() {
    List<KnownTrace> found = find(ONE);
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private void decide(Span.Builder... spans) {
    shards.take(spans);
    shards.advanceMillis(WAIT + 100);
  }

  @Test
  void openTrace_isToldWithSpansBytesAgeAndDeadline() {
    shards.take(Spans.span(1, 1), Spans.span(1, 2));
    shards.advanceMillis(300);
    KnownTrace known = one();
    assertThat(known.state()).isEqualTo(State.OPEN);
    assertThat(known.spans()).isEqualTo(2);
    assertThat(known.bytes()).isEqualTo(2L * Spans.span(1, 1).build().getSerializedSize());
    assertThat(known.ageMillis()).isEqualTo(300);
    assertThat(known.dueInMillis()).isBetween(WAIT - 400, WAIT - 200);
    assertThat(known.waitsFor()).isEmpty();
    assertThat(known.policy()).isEmpty();
    assertThat(known.decidedMillisAgo()).isNegative();
  }

  @Test
  void unknownTrace_isNotFound() {
    shards.take(Spans.span(1, 1));
    assertThat(find(new TraceId(7, 2))).isEmpty();
  }

  @Test
  void keptAndDroppedTraces_areToldWithPolicyAndTime() {
    decide(Spans.error(1, 1), Spans.span(2, 1));
    shards.advanceMillis(5000);
    KnownTrace kept = one();
    assertThat(kept.state()).isEqualTo(State.KEPT);
    assertThat(kept.policy()).isEqualTo("errors");
    assertThat(kept.decidedMillisAgo()).isBetween(5000L, 5100L);
    assertThat(kept.spans()).isZero();
    KnownTrace dropped = find(new TraceId(7, 2)).get(0);
    assertThat(dropped.state()).isEqualTo(State.DROPPED);
    assertThat(dropped.policy()).isEmpty();
    assertThat(dropped.decidedMillisAgo()).isBetween(5000L, 5100L);
  }

  @Test
  void keptTrace_theExportQueueHasNoRoomFor_isToldWithWhatIsStored() {
    shards.exports.room = 0;
    decide(Spans.error(1, 1));
    KnownTrace kept = one();
    assertThat(kept.state()).isEqualTo(State.KEPT);
    assertThat(kept.policy()).isEqualTo("errors");
    assertThat(kept.spans()).isEqualTo(1);
  }

  @Test
  void overdueTrace_saysWhatItWaitsFor() {
    shards.lease = false;
    decide(Spans.error(1, 1));
    assertThat(one().waitsFor()).isEqualTo("lease");
    assertThat(one().dueInMillis()).isNegative();
    use(Views.alone().withHeld(SlotSet.ALL));
    assertThat(one().waitsFor()).isEqualTo("held");
    use(Views.of(2, "b", "a"));
    assertThat(one().waitsFor()).isEqualTo("handoff");
  }

  @Test
  void decisionWithoutEffect_waitsForTheHeir_andIsOpen() {
    use(Views.of(2, "a", "a", "b"));
    TraceId mine = mine();
    decide(Spans.error(mine.lo(), 1));
    KnownTrace known = find(mine).get(0);
    assertThat(known.state()).isEqualTo(State.OPEN);
    assertThat(known.waitsFor()).isEqualTo("heir");
    assertThat(known.policy()).isEqualTo("errors");
  }

  private static TraceId mine() {
    SlotView view = Views.of(2, "a", "a", "b");
    long lo = 1;
    while (!view.owns(new TraceId(7, lo).slot())) {
      lo++;
    }
    return new TraceId(7, lo);
  }

  @Test
  void tracesOfEachContext_areToldApart() {
    Header tenant = RequestContext.of(Map.of("x-scope-orgid", "a"));
    ShardBatch.Group group =
        new ShardBatch.Group(tenant, Spans.resource("checkout"), Spans.scope("http"));
    shards.take(Spans.span(1, 1));
    shards.offer(Spans.batch(group, List.of(Spans.span(1, 2).build().toByteArray())));
    shards.work();
    assertThat(find(ONE))
        .extracting(KnownTrace::context)
        .containsExactlyInAnyOrder(Header.EMPTY, tenant);
  }

  /** More contexts than are looked into in one duty cycle. */
  @Test
  void manyContexts_areAllLookedInto() {
    int contexts = 2500;
    Map<ShardBatch.Group, List<byte[]>> spans = new LinkedHashMap<>();
    for (int i = 0; i < contexts; i++) {
      Header tenant = RequestContext.of(Map.of("x-scope-orgid", "tenant-" + i));
      spans.put(
          new ShardBatch.Group(tenant, Spans.resource("checkout"), Spans.scope("http")),
          List.of(Spans.span(1, i).build().toByteArray()));
    }
    assertThat(shards.offer(Spans.batch(0, 0, spans))).isNull();
    shards.work();
    assertThat(find(ONE)).hasSize(contexts);
  }

  /** Whoever is looked at stays no longer in the cache for it. */
  @Test
  void lookup_isNoUseOfADecision() {
    ShardHarness small =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 16MiB}",
            ShardHarness.ERRORS + "decision_cache: {sampled_cache_size: 2}\n");
    for (long trace = 1; trace <= 3; trace++) {
      small.take(Spans.error(trace, 1));
      small.advanceMillis(WAIT + 100);
      small.logsAreEmpty();
      if (trace == 2) {
        var unused = small.set.find(ONE);
        small.work();
      }
    }
    CompletableFuture<List<KnownTrace>> answer = small.set.find(ONE).orElseThrow();
    small.work();
    assertThat(answer.join()).isEmpty();
  }

  @Test
  void shardThatDoesNotAnswer_isAskedNoMoreThanSoOften() {
    List<CompletableFuture<List<KnownTrace>>> answers = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      answers.add(shards.set.find(ONE).orElseThrow());
    }
    assertThat(shards.set.find(ONE)).isEqualTo(Optional.empty());
    answers.get(0).cancel(false);
    assertThat(shards.set.find(ONE)).as("who gives up keeps its place").isEmpty();
    shards.work();
    assertThat(answers.subList(1, MOST)).allMatch(CompletableFuture::isDone);
    assertThat(shards.set.find(ONE)).isPresent();
  }

  /** What comes after it in the duty cycle would never be done. */
  @Test
  void lookupThatFails_isNotTriedAgain() {
    Lookup lookup = new Lookup(ONE);
    lookup.context = Integer.MIN_VALUE; // there is none
    Shard shard = shards.set.all().get(0);
    shard.queue(new ShardCommand.Find(lookup));
    assertThatThrownBy(shard::doWork).isInstanceOf(RuntimeException.class);
    assertThat(lookup.answer).isCompletedExceptionally();
    assertThat(find(ONE)).isEmpty();
  }

  @Test
  void shardThatEnds_cancelsWhatIsAsked() throws InterruptedException {
    CompletableFuture<List<KnownTrace>> answer = shards.set.find(ONE).orElseThrow();
    shards.set.close();
    assertThat(answer).isCompletedExceptionally();
    assertThat(shards.set.find(ONE).orElseThrow()).isCompletedExceptionally();
  }

  private void use(SlotView view) {
    shards.set.slots(view);
    shards.work();
  }
}
