package io.ringtail.sampler.shard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.account.Cause;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.account.SamplerMetrics.RefusalCause;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import io.ringtail.trace.TraceHash;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardSetTest {
  private ShardHarness shards = ShardHarness.of(ShardHarness.EVERYTHING);

  @AfterEach
  void everySpanIsAccountedFor() {
    shards.assertAccounted();
  }

  private static ShardBatch batch(int shard, int spans, Random random) {
    List<byte[]> encoded = new ArrayList<>();
    for (int i = 0; i < spans; i++) {
      encoded.add(Spans.sized(random.nextLong(), random.nextLong(), 500, random));
    }
    return Spans.batch(shard, 0, Map.of(Spans.GROUP, encoded));
  }

  @Test
  void everySlot_liesInOneShard_allAboutEquallyFull() {
    shards = new ShardHarness("{shards: 5}", ShardHarness.EVERYTHING);
    int[] slots = new int[5];
    for (int slot = 0; slot < TraceHash.SLOTS; slot++) {
      slots[shards.set.shardOfSlot(slot)]++;
    }
    int fair = TraceHash.SLOTS / 5;
    assertThat(Arrays.stream(slots).boxed())
        .allSatisfy(n -> assertThat(n).isBetween(fair, fair + 1));
  }

  @Test
  void part_withOneShardsQueueFull_isRefusedByAll() {
    shards =
        new ShardHarness(
            "{shards: 2, max-buffered-bytes: 16MiB, queued-batches: 2}", ShardHarness.EVERYTHING);
    Random random = new Random(1);
    assertThat(shards.offer(batch(1, 1, random))).isNull();
    assertThat(shards.offer(batch(1, 1, random))).isNull();
    long used = shards.set.budget().used();

    Refusal refusal = shards.offer(batch(0, 1, random), batch(1, 1, random));

    assertThat(refusal)
        .isInstanceOfSatisfying(Refusal.Busy.class, busy -> assertThat(busy.retryable()).isTrue());
    assertThat(shards.set.budget().used()).isEqualTo(used);
    assertThat(shards.set.all().get(0).queuedBatches()).isZero();
    assertThat(shards.set.metrics().refusals(RefusalCause.QUEUE)).isEqualTo(1);
    assertThat(shards.offer(batch(0, 1, random))).isNull();
    shards.work();
    assertThat(shards.set.heldSpans()).isEqualTo(3);
  }

  @Test
  void bytesSpent_refusesFreshSpansButNotReplay_andRecovers() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 4MiB, high-water: 0.9}", ShardHarness.EVERYTHING);
    shards.exports.room = 0;
    Random random = new Random(2);
    Refusal refusal = null;
    for (int i = 0; i < 1000 && refusal == null; i++) {
      refusal = shards.offer(batch(0, 20, random));
      shards.work();
      shards.advanceMillis(20);
    }

    assertThat(refusal).isInstanceOf(Refusal.Busy.class);
    assertThat(shards.set.budget().used()).isGreaterThan(shards.set.budget().capacity() * 8 / 10);
    byte[] replayed = Spans.sized(1, 1, 500, random);
    assertThat(shards.offer(Spans.batch(0, 500, Map.of(Spans.GROUP, List.of(replayed))))).isNull();
    shards.work();
    shards.exports.room = Integer.MAX_VALUE;
    shards.advanceMillis(2000);
    assertThat(shards.offer(batch(0, 20, random))).isNull();
    shards.work();
    assertThat(shards.exports.taken.stream().mapToLong(e -> e.spanCount()).sum())
        .isEqualTo(shards.set.metrics().acceptedSpans() - 20);
  }

  @Test
  void aboveHighWater_theOldestTracesAreDecidedEarly_andNothingIsRefused() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 4MiB, high-water: 0.5}", ShardHarness.EVERYTHING);
    Random random = new Random(3);
    for (int i = 0; i < 500; i++) {
      assertThat(shards.offer(batch(0, 20, random))).isNull();
      shards.work();
      assertThat(shards.set.budget().isHigh(0)).isFalse();
    }
    SamplerMetrics metrics = shards.set.metrics();
    assertThat(metrics.decisions(Cause.HIGH_WATER)).isGreaterThan(5000);
    assertThat(metrics.decisions(Cause.DEADLINE)).isZero();
  }

  @Test
  void aboveHighWater_whatIsQueuedIsTakenBeforeAnythingIsDecidedEarly() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 4MiB, high-water: 0.1}", ShardHarness.ERRORS);
    Random random = new Random(5);
    assertThat(shards.offer(Spans.batch(Spans.span(1, 1)))).isNull();
    for (int i = 0; i < 24; i++) {
      assertThat(shards.offer(batch(0, 80, random))).isNull();
    }
    assertThat(shards.offer(Spans.batch(Spans.error(1, 2)))).isNull();
    shards.work();
    assertThat(shards.set.metrics().decisions(Cause.HIGH_WATER)).isPositive();
    assertThat(shards.exports.taken.stream().mapToLong(e -> e.spanCount()).sum()).isEqualTo(2);
  }

  /** A shard that is never done with its queue still makes room. */
  @Test
  void aboveHighWater_queueIsNotEmptied_decidesEarlyAfterAWhile() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 4MiB, high-water: 0.1}", ShardHarness.ERRORS);
    Shard only = shards.set.all().get(0);
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      assertThat(shards.offer(batch(0, 80, random))).isNull();
    }
    only.doWork();
    assertThat(shards.set.budget().isHigh(0)).isTrue();
    assertThat(shards.set.metrics().decisions(Cause.HIGH_WATER)).isZero();
    shards.standStill(Duration.ofMillis(100));
    only.doWork();
    assertThat(only.queueIsEmpty()).isFalse();
    assertThat(shards.set.metrics().decisions(Cause.HIGH_WATER)).isPositive();
    shards.work();
  }

  @Test
  void shard_hasMuchQueued_atSoManyBytesInAllShards() {
    shards = new ShardHarness("{shards: 2, max-buffered-bytes: 64MiB}", ShardHarness.EVERYTHING);
    Shard other = shards.set.all().get(1);
    Random random = new Random(6);
    int spans = 0;
    for (; !other.hasMuchQueued(); spans += 20) {
      assertThat(shards.offer(batch(0, 20, random))).isNull();
    }
    assertThat(spans * 500).isBetween(120 << 10, 160 << 10); // a slab's
    shards.work();
    assertThat(other.hasMuchQueued()).isFalse();
  }

  @Test
  void shard_hasMuchQueued_atSoManyBatches() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 1GiB, queued-batches: 12}", ShardHarness.EVERYTHING);
    Shard shard = shards.set.all().get(0);
    Random random = new Random(7);
    assertThat(shards.offer(batch(0, 1, random))).isNull();
    assertThat(shards.offer(batch(0, 1, random))).isNull();
    assertThat(shard.hasMuchQueued()).isFalse();
    assertThat(shards.offer(batch(0, 1, random))).isNull();
    assertThat(shard.hasMuchQueued()).isTrue();
    shards.work();
    assertThat(shard.hasMuchQueued()).isFalse();
  }

  @Test
  void part_thatNeverFits_isRefusedForGood() {
    shards = new ShardHarness("{shards: 1, max-buffered-bytes: 4MiB}", ShardHarness.EVERYTHING);
    Refusal refusal = shards.offer(batch(0, 9000, new Random(4)));
    assertThat(refusal).isInstanceOf(Refusal.TooLarge.class);
    assertThat(shards.set.budget().used()).isEqualTo(shards.set.budget().stored());
  }

  @Test
  void blockOnOverflow_refusesAtNumTraces() {
    shards = ShardHarness.of("num_traces: 2\nblock_on_overflow: true\n" + ShardHarness.EVERYTHING);
    shards.take(Spans.span(1, 1), Spans.span(2, 2));
    assertThat(shards.offer(Spans.batch(Spans.span(3, 3)))).isInstanceOf(Refusal.Busy.class);
    shards.advanceMillis(1100);
    assertThat(shards.offer(Spans.batch(Spans.span(3, 3)))).isNull();
    shards.work();
  }

  @Test
  void drain_decidesWhatIsHeldAndRefusesTheRest() throws InterruptedException {
    shards.set.start();
    assertThat(shards.set.offer(List.of(Spans.batch(Spans.span(1, 1), Spans.span(2, 2))))).isNull();

    assertThat(shards.set.drainAndDecide(Duration.ofSeconds(60))).isZero();

    assertThat(shards.exports.taken).hasSize(2);
    assertThat(shards.offer(Spans.batch(Spans.span(3, 3)))).isInstanceOf(Refusal.NotReady.class);
    shards.set.close();
  }

  @Test
  void stop_withAStuckExport_countsWhatIsLost() throws InterruptedException {
    shards.exports.room = 0;
    shards.set.start();
    assertThat(shards.set.offer(List.of(Spans.batch(Spans.span(1, 1), Spans.span(2, 2))))).isNull();

    assertThat(shards.set.drainAndDecide(Duration.ofMillis(50))).isEqualTo(2);
    shards.set.close();

    assertThat(shards.set.metrics().droppedSpans(DropReason.SHUTDOWN)).isEqualTo(2);
    assertThat(shards.set.heldSpans()).isZero();
  }

  @Test
  void dropPendingOnShutdown_discardsOpenTraces() throws InterruptedException {
    shards = ShardHarness.of("drop_pending_traces_on_shutdown: true\n" + ShardHarness.EVERYTHING);
    shards.set.start();
    assertThat(shards.set.offer(List.of(Spans.batch(Spans.span(1, 1))))).isNull();
    assertThat(shards.set.drainAndDecide(Duration.ofSeconds(60))).isZero();
    shards.set.close();
    assertThat(shards.exports.taken).isEmpty();
    assertThat(shards.set.metrics().droppedSpans(DropReason.SHUTDOWN)).isEqualTo(1);
  }

  @Test
  void gauges_tellWhatIsHeld() {
    shards.take(Spans.span(1, 1), Spans.span(1, 2), Spans.span(2, 3));
    shards.advanceMillis(500);
    assertThat(gauge("ringtail_sampler_held_spans")).isEqualTo(3);
    assertThat(gauge("ringtail_sampler_open_traces")).isEqualTo(2);
    assertThat(gauge("ringtail_sampler_oldest_trace_age_seconds")).isEqualTo(0.5);
    assertThat(gauge("ringtail_sampler_buffered_bytes"))
        .isLessThan(gauge("ringtail_sampler_buffered_bytes_capacity"));
  }

  private double gauge(String name) {
    return (double) requireNonNull(shards.registry.registry().getGauges().get(name)).getValue();
  }

  @Test
  void noticeThatCannotBeRead_isCountedAndLetGo() {
    ByteBuf garbage = Unpooled.wrappedBuffer(new byte[] {(byte) 0xff, 1, 2});
    assertThatThrownBy(
            () -> shards.set.peers().takeNotice(Views.peer("s1"), 1, garbage, stored -> {}))
        .isInstanceOf(MalformedWireException.class);
    assertThat(garbage.refCnt()).isZero();
    assertThat(shards.registry.counter("ringtail_sampler_malformed_notices_total", "").getCount())
        .isEqualTo(1);
  }

  @Test
  void decisionCacheLargerThanHalfTheBudget_isRefusedAtStart() {
    ShardHarness other = shards;
    assertThatThrownBy(
            () ->
                new ShardHarness(
                    "{max-buffered-bytes: 4MiB}",
                    "decision_cache: {sampled_cache_size: 100000}\n" + ShardHarness.EVERYTHING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("decision_cache");
    shards = other;
  }

  @Test
  void close_twiceAtOnce_dropsWhatIsHeldOnce() throws InterruptedException {
    shards = new ShardHarness("{shards: 1, max-buffered-bytes: 64MiB}", ShardHarness.EVERYTHING);
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      assertThat(shards.offer(batch(0, 20, random))).isNull();
    }
    shards.work();
    Thread other = new Thread(this::close);
    other.start();
    close();
    other.join();

    assertThat(shards.set.metrics().droppedSpans(DropReason.SHUTDOWN)).isEqualTo(2000);
  }

  /** Links may be open while a fenced sampler ends. */
  @Test
  void partQueuedWhileItCloses_isDroppedAndCounted() {
    AtomicInteger looks = new AtomicInteger();
    List<ShardBatch> part = List.of(batch(0, 3, new Random(5)));
    shards.offered.addAll(part);
    Refusal refusal =
        shards.set.offer(
            new AbstractList<>() {
              @Override
              public ShardBatch get(int index) {
                if (shards.set.all().get(0).queuedBatches() > 0 && looks.getAndIncrement() == 0) {
                  close(); // all is reserved, nothing is queued yet
                }
                return part.get(index);
              }

              @Override
              public int size() {
                return part.size();
              }
            });
    assertThat(refusal).isNull();
    assertThat(looks).hasPositiveValue();
    assertThat(shards.set.metrics().droppedSpans(DropReason.SHUTDOWN)).isEqualTo(3);
    assertThat(shards.set.heldSpans()).isZero();
    assertThat(shards.set.budget().used()).isEqualTo(shards.set.budget().stored());
  }

  /** At whatever point memory is out, nothing stays set aside, and no message is held. */
  @Test
  void part_whoseOfferFailsHalfWay_leavesNothingSetAside() {
    shards = new ShardHarness("{shards: 3, max-buffered-bytes: 64MiB}", ShardHarness.EVERYTHING);
    Random random = new Random(8);
    boolean failed = true;
    int looks = 1;
    for (; failed; looks++) {
      failed =
          fails(new Failing(looks, batch(0, 2, random), batch(1, 3, random), batch(2, 4, random)));
      shards.work();
      assertThat(shards.set.all()).allMatch(shard -> shard.queuedBatches() == 0);
      assertThat(shards.set.unreadBytes()).isZero();
      assertThat(shards.set.budget().used()).isEqualTo(shards.set.budget().stored());
      shards.assertAccounted();
    }
    assertThat(looks).isGreaterThan(10);
    assertThat(shards.set.metrics().droppedSpans(DropReason.FAILED)).isPositive();
  }

  private boolean fails(Failing part) {
    shards.offered.addAll(part.batches);
    try {
      assertThat(shards.set.offer(part)).isNull();
      return false;
    } catch (OutOfMemoryError e) {
      return true;
    }
  }

  /** A part of which a certain look finds no memory. */
  private static final class Failing extends AbstractList<ShardBatch> {
    private final List<ShardBatch> batches;
    private int looksLeft;

    Failing(int looks, ShardBatch... batches) {
      this.looksLeft = looks;
      this.batches = List.of(batches);
    }

    @Override
    public ShardBatch get(int index) {
      looksLeft--;
      if (looksLeft == 0) {
        throw new OutOfMemoryError("told to fail");
      }
      return batches.get(index);
    }

    @Override
    public int size() {
      return batches.size();
    }
  }

  private void close() {
    try {
      shards.set.close();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void defaults_areUsable() throws InterruptedException {
    ShardSet set =
        new ShardSet(
            ShardConfig.defaults(),
            TailSamplingConfig.defaults(),
            trace -> false,
            new Metrics(),
            ShardMemory.unlimited(),
            Views.NOBODY,
            now -> true,
            Rules.ALL);
    set.start();
    set.close();
    assertThat(set.shards()).isBetween(1, 8);
  }
}
