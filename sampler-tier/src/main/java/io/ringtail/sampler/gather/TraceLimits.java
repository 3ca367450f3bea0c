package io.ringtail.sampler.gather;

import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardContext;
import java.time.Duration;

/**
 * When a trace is to be decided.
 *
 * @param waitMillis from its first span
 * @param rootWaitMillis from its root, 0 is off
 * @param openTraces most undecided traces of one shard
 * @param traceSpans most spans of a trace
 * @param traceBytes most span bytes of a trace
 * @param discardBytes span bytes of a trace beyond which it is dropped, 0 is off
 */
public record TraceLimits(
    int waitMillis,
    int rootWaitMillis,
    int openTraces,
    int traceSpans,
    int traceBytes,
    long discardBytes) {
  public static TraceLimits of(ShardContext context) {
    ShardConfig config = context.config();
    int shards = config.shards();
    return new TraceLimits(
        millis(context.tail().decisionWait()),
        millis(context.tail().decisionWaitAfterRootReceived()),
        (int) Math.min(Integer.MAX_VALUE, (context.tail().numTraces() + shards - 1) / shards),
        config.maxTraceSpans(),
        config.maxTraceBytes(),
        context.tail().maximumTraceSizeBytes());
  }

  private static int millis(Duration duration) {
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE / 4, duration.toMillis()));
  }

  /** Whether a trace of so many bytes is dropped. */
  boolean exceedsDiscard(long bytes) {
    return discardBytes != 0 && bytes > discardBytes;
  }
}
