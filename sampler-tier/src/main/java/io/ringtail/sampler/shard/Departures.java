package io.ringtail.sampler.shard;

import io.ringtail.sampler.buffer.TraceList;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.export.KeptTrace;
import org.jspecify.annotations.Nullable;

/**
 * How traces leave a shard: dropped, or kept and taken by the export queue. While the queue is full
 * kept traces wait here in the order of their decisions, still in the buffer, so that the byte
 * budget becomes back-pressure and nothing accepted is lost. Threads: the shard's.
 */
final class Departures {
  private final ShardStore store;
  private final TraceAssembler assembler;
  private final PolicyNames policies;
  private final ExportQueue exports;
  private final KeptTrace.OnAnswered onAnswered;
  private final ShardCounts counts;
  private final TraceList waiting;

  /** The bytes of the first of those waiting, once they have been refused. */
  private @Nullable KeptTrace built;

  private int oldestWaitingMillis;

  Departures(ShardStore store, PolicyNames policies, ShardContext context, ShardCounts counts) {
    this.store = store;
    this.assembler = new TraceAssembler(store.spans, store.groups, context.allocator());
    this.policies = policies;
    this.exports = context.exports();
    this.onAnswered = context.onAnswered();
    this.counts = counts;
    this.waiting = new TraceList(store.traces);
  }

  /** Exports a trace that is in no list, now or as soon as there is room. */
  void keep(int trace) {
    if (waiting.isEmpty()) {
      oldestWaitingMillis = store.traces.createdMillis(trace);
      if (offer(trace)) {
        return;
      }
    }
    store.traces.state(trace, TraceState.WAITING);
    waiting.addLast(trace);
    if (store.traces.createdMillis(trace) - oldestWaitingMillis < 0) {
      oldestWaitingMillis = store.traces.createdMillis(trace);
    }
  }

  /** A trace that cannot be offered at all is dropped, or it would stop all that come behind it. */
  private boolean offer(int trace) {
    try {
      KeptTrace kept = built != null ? built : build(trace);
      built = kept;
      if (!exports.offer(kept)) {
        return false;
      }
      built = null;
      counts.kept(kept.spanCount());
    } catch (RuntimeException | Error e) {
      releaseBuilt();
      drop(trace, DropReason.FAILED);
      throw e;
    }
    store.free(trace);
    return true;
  }

  private KeptTrace build(int trace) {
    TraceTable traces = store.traces;
    return new KeptTrace(
        traces.traceIdHi(trace),
        traces.traceIdLo(trace),
        store.contexts.header(traces.context(trace)),
        assembler.assemble(trace),
        traces.spanCount(trace),
        policies.name(traces.policy(trace)),
        onAnswered);
  }

  /** Spans were added to a waiting trace: what was built of it is no longer all of it. */
  void changed(int trace) {
    if (trace == waiting.first()) {
      releaseBuilt();
    }
  }

  /** A waiting trace takes no more spans. */
  void close(int trace) {
    store.traces.removeFromIndex(trace);
    store.traces.state(trace, TraceState.WAITING_FULL);
  }

  /** Offers what waits, until there is no room; returns how many have left. */
  int retry(int limit) {
    int left = 0;
    while (left < limit && !waiting.isEmpty()) {
      int trace = waiting.first();
      waiting.remove(trace);
      if (!offer(trace)) {
        waiting.addFirst(trace);
        break;
      }
      left++;
    }
    return left;
  }

  /** Drops a trace that is in no list. */
  void drop(int trace, DropReason reason) {
    counts.dropped(reason, store.traces.spanCount(trace));
    store.free(trace);
  }

  /** Drops what waits. */
  void abandon() {
    releaseBuilt();
    while (!waiting.isEmpty()) {
      int trace = waiting.first();
      waiting.remove(trace);
      drop(trace, DropReason.SHUTDOWN);
    }
  }

  private void releaseBuilt() {
    if (built != null) {
      built.resourceSpans().release();
      built = null;
    }
  }

  TraceList waiting() {
    return waiting;
  }

  /** No waiting trace was created before; only of meaning if some wait. */
  int oldestWaitingMillis() {
    return oldestWaitingMillis;
  }
}
