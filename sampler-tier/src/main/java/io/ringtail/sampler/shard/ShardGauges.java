package io.ringtail.sampler.shard;

import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.store.ShardMemory;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/** What can be read of the shards, each depth with its capacity. Threads: any. */
final class ShardGauges {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private ShardGauges() {}

  static void register(Metrics metrics, ShardSet set) {
    ByteBudget budget = set.budget();
    gauge(metrics, "buffered_bytes", "Bytes held by the shards or reserved.", budget::used);
    gauge(metrics, "buffered_bytes_capacity", "Most bytes held or reserved.", budget::capacity);
    gauge(metrics, "stored_bytes", "Bytes really held by the shards.", budget::stored);
    gauge(
        metrics, "high_water_bytes", "Stored bytes that begin early decisions.", budget::highWater);
    gauge(metrics, "held_spans", "Accepted spans that have not left.", set::heldSpans);
    gauge(metrics, "unanswered_exports", "Kept traces not yet answered.", set::unansweredExports);
    ShardMemory memory = set.memory();
    gauge(metrics, "slab_bytes", "Bytes taken from the system.", memory.slabs()::takenBytes);
    gauge(
        metrics, "slab_bytes_capacity", "Most bytes of slabs.", () -> memory.slabs().limitBytes());
    gauge(metrics, "kept_bytes", "Bytes of kept traces, put together.", memory.kept()::bytes);
    gauge(
        metrics,
        "kept_bytes_capacity",
        "Most of them; more wait in the slabs.",
        memory.kept()::limitBytes);
    gauge(metrics, "unread_bytes", "Bytes of spans waiting for shards.", set::unreadBytes);
    gauge(
        metrics,
        "unread_bytes_capacity",
        "Most bytes of spans waiting for shards.",
        memory::maxUnreadBytes);
    sum(metrics, set, "open_traces", "Undecided traces.", p -> p.openTraces());
    sum(
        metrics,
        set,
        "waiting_traces",
        "Kept, but the export queue is full.",
        p -> p.waitingTraces());
    sum(
        metrics,
        set,
        "handoff_waiting_traces",
        "Traces that are other samplers' and not acknowledged by them.",
        p -> p.tracesToSend());
    sum(
        metrics,
        set,
        "remembered_decisions",
        "Decisions for late spans.",
        p -> p.rememberedDecisions());
    gauge(
        metrics,
        "open_traces_capacity",
        "Undecided traces at which the oldest is decided early (num_traces).",
        () -> set.all().stream().mapToDouble(Shard::openTraceCapacity).sum());
    gauge(
        metrics,
        "oldest_trace_age_seconds",
        "Age of the oldest open trace.",
        () -> oldestAgeNanos(set) / NANOS);
    covered(metrics, set, "kept", p -> p.keptCoveredMillis());
    covered(metrics, set, "dropped", p -> p.droppedCoveredMillis());
    queues(metrics, set);
  }

  private static void queues(Metrics metrics, ShardSet set) {
    for (Shard shard : set.all()) {
      metrics.gauge(
          "ringtail_sampler_queued_batches",
          "Batches waiting for a shard.",
          shard::queuedBatches,
          "shard",
          Integer.toString(shard.index()));
    }
    gauge(
        metrics,
        "queued_batches_capacity",
        "Most batches waiting for one shard.",
        () -> set.config().queuedBatches());
  }

  private static void covered(
      Metrics metrics, ShardSet set, String decision, ToDoubleFunction<ShardStatus> millis) {
    metrics.gauge(
        "ringtail_sampler_decision_cache_covered_seconds",
        "How far back decisions are remembered, in the shard where that is least.",
        () -> published(set).stream().mapToDouble(millis).min().orElse(0) / MILLIS,
        "decision",
        decision);
  }

  private static double oldestAgeNanos(ShardSet set) {
    long now = set.nowNanos();
    return published(set).stream()
        .filter(p -> p.openTraces() > 0)
        .mapToDouble(p -> now - p.oldestNanos())
        .max()
        .orElse(0);
  }

  private static List<ShardStatus> published(ShardSet set) {
    return set.all().stream().map(Shard::published).toList();
  }

  private static void sum(
      Metrics metrics,
      ShardSet set,
      String name,
      String help,
      ToDoubleFunction<ShardStatus> value) {
    gauge(metrics, name, help, () -> published(set).stream().mapToDouble(value).sum());
  }

  private static void gauge(Metrics metrics, String name, String help, DoubleSupplier value) {
    metrics.gauge("ringtail_sampler_" + name, help, value);
  }
}
