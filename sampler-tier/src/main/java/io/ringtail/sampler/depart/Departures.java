package io.ringtail.sampler.depart;

import io.netty.buffer.ByteBuf;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.account.ShardCounts;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.depart.Unanswered.Export;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.export.KeptTrace;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Replayable;
import io.ringtail.sampler.store.AgedList;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.TraceState;
import org.jspecify.annotations.Nullable;

/**
 * How traces leave a shard: dropped, or kept and taken by the export queue. While the queue is full
 * kept traces wait here in the order of their decisions, still in the buffer, so that the byte
 * budget becomes back-pressure and nothing accepted is lost. Threads: the shard's.
 */
public final class Departures {
  /** In the place of a trace's decision: it is of no batch of this sampler. */
  public static final int NO_DECISION = -1;

  /** In the place of a trace's decision: another took it, and left this export to do. */
  public static final int HANDED_IN = -2;

  /** In the place of a policy: the trace is not decided. */
  public static final int NO_POLICY = -1;

  private final ShardStore store;
  private final TraceAssembler assembler;
  private final PolicyNames policies;
  private final ExportQueue exports;
  private final Unanswered unanswered;
  private final ShardCounts counts;
  private final AgedList waiting;
  private final AgedList leaving;

  private HandedOff handedOff = (batch, place) -> {};

  /** The first of those waiting, once it has been refused. */
  private @Nullable Export built;

  public Departures(
      ShardStore store,
      PolicyNames policies,
      ShardContext context,
      Unanswered unanswered,
      ShardCounts counts) {
    this.store = store;
    this.assembler = new TraceAssembler(store.spans, store.groups, context.kept());
    this.policies = policies;
    this.exports = context.exports();
    this.unanswered = unanswered;
    this.counts = counts;
    this.waiting = new AgedList(store.traces);
    this.leaving = new AgedList(store.traces);
  }

  /** Told whose export is another sampler's. */
  public interface HandedOff {
    void handedOff(DecisionBatch batch, int place);
  }

  public void onHandedOff(HandedOff told) {
    handedOff = told;
  }

  /** Exports a trace that is in no list, now or as soon as there is room. */
  public void keep(int trace) {
    if (!waiting.isEmpty() || !offer(trace)) {
      store.traces.state(trace, TraceState.WAITING);
      waiting.addLast(trace);
    }
  }

  /** A trace that cannot be offered at all is dropped, or it would stop all that come behind it. */
  private boolean offer(int trace) {
    Export export = built;
    try {
      if (export == null) {
        export = build(trace);
        built = export;
      }
      if (export == null || !offer(export)) {
        return false;
      }
    } catch (RuntimeException | Error e) {
      releaseBuilt();
      departs(trace);
      drop(trace, DropReason.FAILED);
      throw e;
    }
    built = null;
    counts.kept(export.trace().spanCount());
    store.free(trace);
    return true;
  }

  private boolean offer(Export export) {
    unanswered.offering(export);
    boolean taken = false;
    try {
      taken = exports.offer(export.trace());
    } finally {
      if (taken) {
        unanswered.taken(export);
      } else {
        unanswered.refused(export);
      }
    }
    return taken;
  }

  private @Nullable Export build(int trace) {
    TraceTable traces = store.traces;
    ByteBuf resourceSpans = assembler.assemble(trace);
    if (resourceSpans == null) {
      return null;
    }
    return unanswered.export(
        onAnswered ->
            new KeptTrace(
                traces.traceIdHi(trace),
                traces.traceIdLo(trace),
                store.contexts.header(traces.context(trace)),
                resourceSpans,
                traces.spanCount(trace),
                policies.name(traces.policy(trace)),
                onAnswered),
        traces.window(trace),
        decision(trace));
  }

  private Unanswered.Decision decision(int trace) {
    int entry = store.traces.decision(trace);
    if (entry < 0) {
      return entry == HANDED_IN ? Unanswered.Decision.HANDED_IN : Unanswered.Decision.NONE;
    }
    return new Unanswered.Decision(store.replayable.batch(entry), Replayable.place(entry), false);
  }

  /** A kept trace will not be exported here: its decision does not wait for that. */
  private void departs(int trace) {
    int entry = store.traces.decision(trace);
    if (entry >= 0) {
      store.replayable.batch(entry).answered(Replayable.place(entry));
    }
  }

  /** A kept trace, which was {@link #leave leaving}, is another sampler's to export. */
  public void handedOff(int trace) {
    leaving.remove(trace);
    int entry = store.traces.decision(trace);
    if (entry >= 0) {
      handedOff.handedOff(store.replayable.batch(entry), Replayable.place(entry));
    }
  }

  /** Spans were added to a waiting trace: what was built of it is no longer all of it. */
  public void changed(int trace) {
    if (trace == waiting.first()) {
      releaseBuilt();
    }
  }

  /** A waiting trace is handed off instead. */
  public void leave(int trace) {
    changed(trace);
    waiting.remove(trace);
    leaving.addLast(trace);
  }

  /** A trace that was to be handed off waits for the export queue again. */
  public void putBack(int trace) {
    leaving.remove(trace);
    waiting.addLast(trace);
  }

  /** Kept traces on their way to another sampler. */
  public AgedList leaving() {
    return leaving;
  }

  /**
   * Another sampler has the export.
   *
   * @return false if it was answered here before
   */
  public boolean handedOff(Export export) {
    if (!unanswered.remove(export)) {
      return false;
    }
    export.handedOver();
    DecisionBatch decision = export.decision();
    if (decision != null) {
      handedOff.handedOff(decision, export.place());
    }
    return true;
  }

  /** A waiting trace takes no more spans. */
  public void close(int trace) {
    store.traces.removeFromIndex(trace);
    store.traces.state(trace, TraceState.WAITING_FULL);
  }

  /** Offers what waits, until there is no room; returns how many have left. */
  public int retry(int limit) {
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

  /** Drops a trace that is in no list: nothing of it is unsettled any more. */
  public void drop(int trace, DropReason reason) {
    counts.dropped(reason, store.traces.spanCount(trace));
    store.notes.release(store.traces.window(trace));
    store.free(trace);
  }

  /** Drops what waits. */
  public void abandon() {
    releaseBuilt();
    while (!leaving.isEmpty()) {
      putBack(leaving.first());
    }
    while (!waiting.isEmpty()) {
      int trace = waiting.first();
      waiting.remove(trace);
      drop(trace, DropReason.SHUTDOWN);
    }
  }

  private void releaseBuilt() {
    if (built != null) {
      built.trace().resourceSpans().release();
      built = null;
    }
  }

  public AgedList waiting() {
    return waiting;
  }
}
