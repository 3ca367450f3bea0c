package io.ringtail.sampler.shard;

import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.buffer.TraceList;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.cache.DecisionCache;
import io.ringtail.sampler.feature.SpanFeatures;
import io.ringtail.sampler.policy.PolicySet;
import io.ringtail.sampler.settle.Replayable;
import java.time.Duration;
import java.util.Arrays;

/**
 * Takes the spans of a batch to their traces. A span whose trace is decided follows the decision:
 * dropped at once, or gathered with the batch's other late spans of its trace and exported at the
 * end of the batch. A trace that reaches a cap is decided on what is there. Threads: the shard's.
 */
final class Gatherer {
  private static final int NONE = TraceTable.NONE;
  private static final int UNKNOWN = -1;

  /** In the place of a trace: the span is dropped, its trace is settled. */
  private static final int SETTLED = -2;

  private static final int TOO_LARGE = -3;

  /** A trace whose fate is held grows past its caps, but not past this: nothing could export it. */
  private static final int MOST_BYTES = 1 << 30;

  private static final int TRACE_ID_BYTES = 16;

  /** Spans whose traces are read ahead together: all of it fits a first-level cache. */
  private static final int WARM_SPANS = 16;

  private final ShardStore store;
  private final TraceTable traces;
  private final PolicySet policies;
  private final DecisionCaches caches;
  private final Decider decider;
  private final Departures departures;
  private final ShardCounts counts;
  private final Limits limits;
  private final SpanFeatures features = new SpanFeatures();
  private final TraceList late;
  private int[] groupNumbers = new int[16];
  private int[] contextNumbers = new int[16];
  private final int[] hashes = new int[WARM_SPANS];
  private final int[] places = new int[WARM_SPANS];

  /** Kept only so that what {@link #warm} reads is really read. */
  private int warmed;

  /** Of the present batch. */
  private int nowMillis;

  private long nowNanos;
  private int arrivalMillis;

  /** Whether its spans come from another sampler: their deadlines come along. */
  private boolean handedOver;

  /** Whether a trace was full in the middle of what was handed over. */
  private boolean cut;

  private int window;
  private int routerKey;

  /** Seq of the batch, if the notes of its spans' traces may be above it; else 0. */
  private long olderSeq;

  /** Seq of the first acceptance, if it is a replay of spans accepted before; else 0. */
  private long replayedSeq;

  /** Whether a trace is over a cap and may not be decided. */
  private boolean overgrown;

  /** Spans of it that are stored or counted as dropped. */
  private int accounted;

  /**
   * When a trace is to be decided.
   *
   * @param waitMillis from its first span
   * @param rootWaitMillis from its root, 0 is off
   * @param openTraces most undecided traces of this shard
   * @param traceSpans most spans of a trace
   * @param traceBytes most span bytes of a trace
   * @param discardBytes span bytes of a trace beyond which it is dropped, 0 is off
   */
  record Limits(
      int waitMillis,
      int rootWaitMillis,
      int openTraces,
      int traceSpans,
      int traceBytes,
      long discardBytes) {
    static Limits of(ShardContext context) {
      ShardConfig config = context.config();
      int shards = config.shards();
      return new Limits(
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
  }

  Gatherer(
      ShardStore store,
      PolicySet policies,
      DecisionCaches caches,
      Decider decider,
      Departures departures,
      ShardCounts counts,
      Limits limits) {
    this.store = store;
    this.traces = store.traces;
    this.policies = policies;
    this.caches = caches;
    this.decider = decider;
    this.departures = departures;
    this.counts = counts;
    this.limits = limits;
    this.late = new TraceList(store.traces);
  }

  /**
   * @param batch its message is borrowed
   */
  void gather(ShardBatch batch, int batchMillis, long batchNanos) {
    nowMillis = batchMillis;
    nowNanos = batchNanos;
    arrivalMillis = batchMillis - (int) Math.min(batch.ageMillis(), Integer.MAX_VALUE / 4);
    accounted = 0;
    note(batch);
    try {
      addAll(batch);
    } finally {
      if (accounted < batch.spanCount()) {
        counts.failed(batch.spanCount() - accounted);
      }
    }
    sendLate();
  }

  private void note(ShardBatch batch) {
    window = store.notes.window(nowMillis);
    routerKey = batch.routerKey();
    olderSeq = store.notes.saw(routerKey, batch.seq()) ? 0 : batch.seq();
    replayedSeq = batch.replay() && batch.firstSeq() == 0 ? batch.seq() : batch.firstSeq();
  }

  private void addAll(ShardBatch batch) {
    resetGroups(batch.groups().length);
    byte[] array = batch.message().array();
    int[] spans = batch.spans();
    int count = batch.spanCount();
    for (int i = 0; i < count; i++) {
      int inWarmed = i % WARM_SPANS;
      if (inWarmed == 0) {
        warm(batch, i, Math.min(count - i, WARM_SPANS));
      }
      add(batch, places[inWarmed], spans[3 * i], array, spans[3 * i + 1], spans[3 * i + 2]);
    }
  }

  /** Looks ahead, so that cache misses of several spans overlap. */
  private void warm(ShardBatch batch, int first, int count) {
    byte[] array = batch.message().array();
    int[] spans = batch.spans();
    int sum = 0;
    for (int i = 0; i < count; i++) {
      int at = 3 * (first + i);
      hashes[i] = hash(batch, spans[at], array, spans[at + 1], spans[at + 2]);
    }
    sum += traces.warm(hashes, places, count);
    for (int i = 0; i < count; i++) {
      if (traces.traceAt(places[i]) == NONE) {
        sum += caches.warm(hashes[i]) + store.replayable.warm(hashes[i]);
      }
    }
    warmed += sum;
  }

  /** An encoded span nearly always begins with its trace ID; for any other the hash is wrong. */
  private int hash(ShardBatch batch, int groupIndex, byte[] array, int offset, int length) {
    if (length < TRACE_ID_BYTES + 2
        || array[offset] != Otlp.SPAN_TRACE_ID
        || array[offset + 1] != TRACE_ID_BYTES) {
      return 0;
    }
    long hi = WireReader.longBigEndian(array, offset + 2);
    long lo = WireReader.longBigEndian(array, offset + 2 + Long.BYTES);
    return TraceTable.hash(context(batch, groupIndex), hi, lo);
  }

  private void resetGroups(int count) {
    if (count > groupNumbers.length) {
      groupNumbers = new int[count * 2];
      contextNumbers = new int[count * 2];
    }
    Arrays.fill(groupNumbers, 0, count, UNKNOWN);
    Arrays.fill(contextNumbers, 0, count, UNKNOWN);
  }

  private int context(ShardBatch batch, int index) {
    if (contextNumbers[index] == UNKNOWN) {
      contextNumbers[index] = store.contexts.intern(batch.groups()[index].context());
    }
    return contextNumbers[index];
  }

  private int group(ShardBatch batch, int index) {
    if (groupNumbers[index] == UNKNOWN) {
      ShardBatch.Group group = batch.groups()[index];
      groupNumbers[index] = store.groups.intern(group.resource(), group.scope(), nowMillis);
    }
    return groupNumbers[index];
  }

  private void add(
      ShardBatch batch, int place, int groupIndex, byte[] array, int offset, int length) {
    features.read(array, offset, length, policies);
    if (features.malformed()) {
      counts.malformed();
    }
    long hi = features.traceIdHi();
    long lo = features.traceIdLo();
    if ((hi | lo) == 0) {
      drop(DropReason.MALFORMED);
      return;
    }
    int context = context(batch, groupIndex);
    int found = traces.find(place, context, hi, lo);
    int trace = withRoom(found, context, hi, lo, length);
    if (trace < 0) {
      drop(reason(trace));
      return;
    }
    if (olderSeq != 0) {
      store.notes.lower(traces.window(trace), routerKey, olderSeq - 1);
    }
    store(trace, group(batch, groupIndex), array, offset, length);
  }

  private void store(int trace, int group, byte[] array, int offset, int length) {
    if (store.spans.append(trace, group, features.spanId(), array, offset, length)) {
      counts.stored();
      accounted++;
      added(trace, group);
    } else {
      drop(DropReason.DUPLICATE);
    }
  }

  /** A trace follows that was handed over by another sampler. */
  void handedOver(int batchMillis, long batchNanos) {
    nowMillis = batchMillis;
    nowNanos = batchNanos;
    arrivalMillis = batchMillis;
    accounted = 0;
    window = store.notes.window(batchMillis);
    replayedSeq = 0;
    handedOver = true;
    cut = false;
  }

  /** All there was to export of a trace was handed over: its export settles it. */
  void handedIn(int trace) {
    int state = trace == NONE ? TraceState.OPEN : traces.state(trace);
    boolean exported = state == TraceState.LATE || state == TraceState.WAITING;
    if (exported && !cut && traces.decision(trace) == Departures.NO_DECISION) {
      traces.decision(trace, Departures.HANDED_IN);
    }
  }

  /** What was handed over came first so long ago. */
  void arrived(int ageMillis) {
    arrivalMillis = nowMillis - ageMillis;
  }

  /** Of the present batch or trace: spans that are stored or were counted as dropped. */
  int accounted() {
    return accounted;
  }

  /**
   * The trace to put a span into that was handed over; negative if it is to be dropped.
   *
   * @param policy number of the policy that kept it; negative if it is open
   */
  int trace(int context, long hi, long lo, int length, int policy) {
    if (policy >= 0 && traces.find(context, hi, lo) == NONE) {
      return beginLate(context, hi, lo, policy);
    }
    return withRoom(traces.find(context, hi, lo), context, hi, lo, length);
  }

  /** A trace is of another window from now on; what was built to export it is of the former. */
  void moveTo(int trace, int to) {
    if (traces.state(trace) == TraceState.WAITING) {
      departures.changed(trace);
    }
    store.notes.hold(to);
    store.notes.release(traces.window(trace));
    traces.window(trace, to);
  }

  /** Adds a span that was handed over. */
  void append(int trace, int group, byte[] array, int offset, int length) {
    features.read(array, offset, length, policies);
    store(trace, group, array, offset, length);
  }

  /** Exports the late spans that were gathered. */
  void sendLate() {
    handedOver = false;
    while (!late.isEmpty()) {
      int trace = late.first();
      late.remove(trace);
      departures.keep(trace);
    }
  }

  static DropReason reason(int noTrace) {
    return switch (noTrace) {
      case SETTLED -> DropReason.REPLAY_SETTLED;
      case TOO_LARGE -> DropReason.TOO_LARGE;
      default -> DropReason.LATE;
    };
  }

  void drop(DropReason reason) {
    counts.droppedAtOnce(reason);
    accounted++;
  }

  /** The trace to put a span into: one that has room, or a new one; negative if it was dropped. */
  private int withRoom(int found, int context, long hi, long lo, int length) {
    int trace = found;
    while (trace != NONE && isFull(trace, length)) {
      if (mustGrow(trace)) {
        return (long) traces.spanBytes(trace) + length <= MOST_BYTES ? trace : TOO_LARGE;
      }
      finish(trace, length);
      trace = traces.find(context, hi, lo);
    }
    return trace != NONE ? trace : begin(context, hi, lo);
  }

  /** Full, but nothing may be decided about it (protocol O4), or its decision has no effect yet. */
  private boolean mustGrow(int trace) {
    int state = traces.state(trace);
    boolean must =
        TraceState.isDecided(state) || (TraceState.isOpen(state) && !decider.mayDecide(trace));
    overgrown |= must;
    return must;
  }

  /**
   * Whether there was such a trace since something is held.
   *
   * @param held whether something is
   */
  boolean overgrown(boolean held) {
    overgrown &= held;
    return overgrown;
  }

  private boolean isFull(int trace, int length) {
    int spans = traces.spanCount(trace);
    long bytes = (long) traces.spanBytes(trace) + length;
    return spans > 0
        && (spans >= limits.traceSpans()
            || bytes > limits.traceBytes()
            || (TraceState.isOpen(traces.state(trace)) && exceedsDiscard(bytes)));
  }

  private boolean exceedsDiscard(long bytes) {
    return limits.discardBytes() != 0 && bytes > limits.discardBytes();
  }

  private void finish(int trace, int length) {
    cut = true;
    switch (traces.state(trace)) {
      case TraceState.OPEN, TraceState.OVERDUE ->
          decider.decideEarly(trace, cause(trace, length), nowMillis, nowNanos);
      case TraceState.LATE -> {
        late.remove(trace);
        departures.keep(trace);
      }
      case TraceState.WAITING -> departures.close(trace);
      default -> throw new AssertionError("state " + traces.state(trace));
    }
  }

  private Cause cause(int trace, int length) {
    if (exceedsDiscard((long) traces.spanBytes(trace) + length)) {
      return Cause.TOO_LARGE;
    }
    return traces.spanCount(trace) >= limits.traceSpans() ? Cause.TRACE_SPANS : Cause.TRACE_BYTES;
  }

  private int begin(int context, long hi, long lo) {
    int known = store.replayable.find(context, hi, lo);
    if (known != Replayable.NONE) {
      return beginDecided(context, hi, lo, known);
    }
    int policy = caches.kept.find(context, hi, lo);
    if (policy != DecisionCache.NONE) {
      return beginLate(context, hi, lo, policy);
    }
    if (caches.dropped.find(context, hi, lo) != DecisionCache.NONE) {
      return NONE;
    }
    if (store.openCount() >= limits.openTraces()) {
      makeRoom();
    }
    int trace = create(context, hi, lo);
    store.open.addLast(trace);
    store.wheel.schedule(trace, arrivalMillis + limits.waitMillis());
    return trace;
  }

  /** A trace that is decided: a replay of what was in it is nothing new once it is settled. */
  private int beginDecided(int context, long hi, long lo, int known) {
    if (replayedSeq != 0 && store.replayable.isSettled(known, routerKey, replayedSeq)) {
      return SETTLED;
    }
    return store.replayable.keep(known)
        ? beginLate(context, hi, lo, store.replayable.policy(known))
        : NONE;
  }

  private void makeRoom() {
    int oldest = store.open.first();
    if (oldest != NONE && decider.mayDecideEarly() && decider.mayDecide(oldest)) {
      decider.decideEarly(oldest, Cause.NUM_TRACES, nowMillis, nowNanos);
    }
  }

  private int create(int context, long hi, long lo) {
    int trace = traces.create(context, hi, lo);
    traces.arrival(trace, nowMillis, arrivalMillis);
    traces.window(trace, window);
    store.notes.hold(window);
    return trace;
  }

  private int beginLate(int context, long hi, long lo, int policy) {
    int trace = create(context, hi, lo);
    traces.state(trace, TraceState.LATE);
    traces.decision(trace, Departures.NO_DECISION);
    traces.policy(trace, policy);
    late.addLast(trace);
    return trace;
  }

  private void added(int trace, int group) {
    int state = traces.state(trace);
    if (TraceState.isOpen(state)) {
      traces.addTimes(trace, features.startNanos(), features.endNanos());
      traces.addBits(trace, features.bits());
      traces.addBits(trace, store.groups.resourceBits(group));
      if (!handedOver) {
        hurry(trace, state);
      }
      return;
    }
    if (state != TraceState.DECIDED_DROP && state != TraceState.DECIDED_TOO_LARGE) {
      counts.lateKept();
    }
    if (state == TraceState.WAITING) {
      departures.changed(trace);
    }
  }

  /** Brings the deadline forward for a root, or for spans that are older than the trace so far. */
  private void hurry(int trace, int state) {
    if (state == TraceState.OVERDUE) {
      return;
    }
    int deadline = traces.deadlineMillis(trace);
    int earliest = deadline;
    if (arrivalMillis - traces.firstArrivalMillis(trace) < 0) {
      traces.firstArrivalMillis(trace, arrivalMillis);
      earliest = earlier(earliest, arrivalMillis + limits.waitMillis());
    }
    if (limits.rootWaitMillis() != 0 && features.root()) {
      earliest = earlier(earliest, arrivalMillis + limits.rootWaitMillis());
    }
    if (earliest != deadline) {
      store.wheel.remove(trace);
      store.wheel.schedule(trace, earliest);
    }
  }

  int warmed() {
    return warmed;
  }

  Limits limits() {
    return limits;
  }

  private static int earlier(int a, int b) {
    return b - a < 0 ? b : a;
  }
}
