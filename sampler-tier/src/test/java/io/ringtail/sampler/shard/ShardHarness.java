package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Membership;
import io.ringtail.config.ConfigFile;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Shards under a clock that the test turns; their duty cycles are run by {@link #work}. */
final class ShardHarness {
  static final String ERRORS =
      """
      decision_wait: 1s
      policies:
        - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
      """;
  static final String EVERYTHING =
      """
      decision_wait: 1s
      policies:
        - {name: all, type: always_sample}
      """;

  final FakeExports exports = new FakeExports();
  final Metrics registry = new Metrics();
  final ShardSet set;
  final List<ShardBatch> offered = new ArrayList<>();
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  final FakePeers peers = new FakePeers();
  boolean lease = true;

  /** The lease ends then at the latest. */
  long leaseEndsNanos = Long.MAX_VALUE;

  private long nanos = 5_000_000_000L;

  ShardHarness(String sampler, String tailSampling) {
    this(sampler, tailSampling, UnaryOperator.identity());
  }

  /**
   * @param memory gives the shards other memory than one without limits
   */
  ShardHarness(String sampler, String tailSampling, UnaryOperator<ShardMemory> memory) {
    ConfigFile shards = ConfigFile.read("shards.yaml", sampler, name -> null);
    ConfigFile tail = ConfigFile.read("tail.yaml", tailSampling, name -> null);
    ShardConfig config = ShardConfig.read(shards.root());
    TailSamplingConfig sampling = TailSamplingConfig.read(tail.root());
    assertThat(shards.problems()).isEmpty();
    assertThat(tail.problems()).isEmpty();
    set =
        new ShardSet(
            config,
            sampling,
            exports,
            registry,
            memory.apply(ShardMemory.unlimited(allocator)),
            allocator,
            () -> nanos,
            peers,
            now -> lease && now < leaseEndsNanos,
            Rules.ALL);
    set.slots(Views.alone());
    work();
  }

  static ShardHarness of(String tailSampling) {
    return new ShardHarness("{shards: 1, max-buffered-bytes: 16MiB}", tailSampling);
  }

  @Nullable Refusal offer(ShardBatch... batches) {
    offered.addAll(List.of(batches));
    return set.offer(List.of(batches));
  }

  void take(Span.Builder... spans) {
    assertThat(offer(Spans.batch(spans))).isNull();
    work();
  }

  /** The router's log is empty: no replay can ask for what was decided. */
  void logsAreEmpty() {
    set.onProgress(0, 1_000_000, 1_000_001);
    work();
  }

  void work() {
    set.all().forEach(ShardHarness::workOff);
  }

  private static void workOff(Shard shard) {
    while (shard.doWork() > 0) {}
  }

  /** A stamp of this moment has been answered. */
  void leaseFromNow() {
    leaseEndsNanos = nanos + Membership.LEASE_NANOS;
  }

  /** The process is stopped for a while; no shard has worked again yet. */
  void standStill(Duration time) {
    nanos += time.toNanos();
  }

  void advance(Duration time) {
    nanos += time.toNanos();
    work();
  }

  void advanceMillis(long millis) {
    advance(Duration.ofMillis(millis));
  }

  /** To be called when all should be quiet: every span is accounted for, nothing has leaked. */
  void assertAccounted() {
    long held = set.all().stream().mapToLong(s -> s.published().heldSpans()).sum();
    SamplerMetrics metrics = set.metrics();
    assertThat(metrics.acceptedSpans()).isEqualTo(metrics.departedSpans() + held);
    assertThat(offered).allMatch(batch -> batch.message().refCnt() == 0);
    if (set.heldSpans() == 0) {
      assertThat(allocator.metric().usedHeapMemory()).isZero();
    }
  }

  /** Told when decisions are stored, which they are to be. */
  static ShardCommand.Reception stored(Runnable stored) {
    return new ShardCommand.Reception() {
      @Override
      public void stored() {
        stored.run();
      }

      @Override
      public void refused(EpochOrder epoch) {
        throw new AssertionError("refused by epoch " + epoch);
      }

      @Override
      public void failed(Throwable why) {
        throw new AssertionError("failed");
      }
    };
  }
}
