package io.ringtail.sampler.store;

import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.buffer.BlockPool;
import io.ringtail.sampler.buffer.ContextTable;
import io.ringtail.sampler.buffer.GroupTable;
import io.ringtail.sampler.buffer.Slabs;
import io.ringtail.sampler.buffer.SpanStore;
import io.ringtail.sampler.buffer.TraceList;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.policy.PolicySet;
import io.ringtail.sampler.settle.LateDecisions;
import io.ringtail.sampler.settle.Notes;
import io.ringtail.sampler.settle.Replayable;

/** Everything one shard keeps, side by side. Threads: the shard's. */
public final class ShardStore {
  public final TraceTable traces;
  public final SpanStore spans;
  public final GroupTable groups;
  public final ContextTable contexts = new ContextTable();

  /** Decisions a replay may ask for. */
  public final Replayable replayable = new Replayable();

  /** Of these, the ones that late spans have followed. */
  public final LateDecisions late;

  /** Undecided traces in the order in which this shard first saw them. */
  public final TraceList open;

  /** Undecided traces past their deadline: not in {@link #open}, nor in the wheel. */
  public final AgedList overdue;

  /** Decided traces whose decision has no effect yet (protocol D2). */
  public final AgedList decided;

  /** Of those, the ones whose heir is another one now and not told yet. */
  public final AgedList untold;

  /**
   * Traces on their way to another sampler: the parcel each is whole in, or the pieces it was cut
   * into. Who ends or frees a trace takes it from there, so that no answer finds another in its
   * place.
   */
  public final IntObjectMap<Object> carried = new IntObjectHashMap<>();

  /** In the place of a policy: the open trace is queued to be handed off. 0 is never one. */
  public int queuedMark;

  /** A trace queued or on its way has ended by a decision: queues and parcels have it still. */
  public boolean queuedEnded;

  /** What this shard knew when traces came. */
  public final Notes notes;

  /** Deadlines of {@link #open}. */
  public final TimerWheel wheel;

  private final BlockPool pool;
  private final Slabs slabs;

  public ShardStore(
      Slabs slabs, long maxNoteBytes, PolicySet policies, int nowMillis, Rules rules) {
    this.slabs = slabs;
    pool = new BlockPool(slabs);
    traces = new TraceTable(pool, policies.bitWords());
    spans = new SpanStore(pool, rules.inForce(Rule.A7));
    groups =
        new GroupTable(
            policies.bitWords(),
            (header, bits) -> policies.testResource(header.bytes(), 0, header.size(), bits));
    open = new TraceList(traces);
    overdue = new AgedList(traces);
    decided = new AgedList(traces);
    untold = new AgedList(traces);
    notes = new Notes(maxNoteBytes, nowMillis, rules.inForce(Rule.M1));
    late = new LateDecisions(replayable, notes);
    wheel = new TimerWheel(traces, nowMillis);
  }

  /** Frees a trace that is in no list. */
  public void free(int trace) {
    carried.remove(trace);
    if (traces.state(trace) != TraceState.WAITING_FULL) {
      traces.removeFromIndex(trace);
    }
    spans.free(trace);
    traces.free(trace);
  }

  /** Undecided traces. */
  public int openCount() {
    return open.size() + overdue.size();
  }

  /** Takes an undecided trace out of its list, and its deadline out of the wheel. */
  public void takeOpen(int trace) {
    boolean wasCarried = carried.remove(trace) != null;
    queuedEnded |= wasCarried || (queuedMark != 0 && traces.policy(trace) == queuedMark);
    if (traces.state(trace) == TraceState.OVERDUE) {
      overdue.remove(trace);
    } else {
      wheel.remove(trace);
      open.remove(trace);
    }
  }

  /** What counts in the byte budget. */
  public long bytes() {
    return traces.bytes()
        + spans.heapBytes()
        + groups.bytes()
        + contexts.bytes()
        + notes.bytes()
        + replayable.bytes();
  }

  /** Bytes taken from the operating system for blocks. */
  public long slabBytes() {
    return slabs.bytes();
  }

  /** Bytes of blocks in use. */
  public long blockBytes() {
    return pool.usedBytes();
  }
}
