package io.ringtail.sampler.shard;

import io.ringtail.sampler.buffer.BlockPool;
import io.ringtail.sampler.buffer.ContextTable;
import io.ringtail.sampler.buffer.GroupTable;
import io.ringtail.sampler.buffer.SpanStore;
import io.ringtail.sampler.buffer.TraceList;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.policy.PolicySet;

/** Everything one shard keeps, side by side. Threads: the shard's. */
final class ShardStore {
  final TraceTable traces;
  final SpanStore spans;
  final GroupTable groups;
  final ContextTable contexts = new ContextTable();

  /** Undecided traces in the order in which this shard first saw them. */
  final TraceList open;

  /** Their deadlines. */
  final TimerWheel wheel;

  private final BlockPool pool;

  ShardStore(int slabBytes, PolicySet policies, int nowMillis) {
    pool = new BlockPool(slabBytes);
    traces = new TraceTable(pool, policies.bitWords());
    spans = new SpanStore(pool);
    groups =
        new GroupTable(
            policies.bitWords(),
            (header, bits) -> policies.testResource(header.bytes(), 0, header.size(), bits));
    open = new TraceList(traces);
    wheel = new TimerWheel(traces, nowMillis);
  }

  /** Frees a trace that is in no list. */
  void free(int trace) {
    if (traces.state(trace) != TraceState.WAITING_FULL) {
      traces.removeFromIndex(trace);
    }
    spans.free(trace);
    traces.free(trace);
  }

  /** What counts in the byte budget. */
  long bytes() {
    return traces.bytes() + spans.heapBytes() + groups.bytes() + contexts.bytes();
  }

  /** Bytes taken from the operating system for blocks. */
  long slabBytes() {
    return pool.slabBytes();
  }
}
