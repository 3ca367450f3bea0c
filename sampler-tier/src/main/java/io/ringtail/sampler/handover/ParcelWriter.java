package io.ringtail.sampler.handover;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.ringtail.link.Peer;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.buffer.SpanCursor;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.transfer.TransferWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes traces and exports as a transfer has them. Each span is copied once, from its blocks to
 * the batch. Late spans of a kept trace are a piece of it: their export settles nothing, wherever
 * it is answered. Threads: the shard's.
 */
final class ParcelWriter {
  private static final int NONE = -1;
  private static final int TRACE_OVERHEAD_BYTES = 64;
  private static final int SPAN_OVERHEAD_BYTES = 6;

  private final ShardStore store;
  private final int batchBytes;
  private final PolicyNames policies;
  private final RouterKeys routers;
  private final TransferWriter out;
  private final SpanCursor cursor;
  private final KeptSpans kept = new KeptSpans();

  /** What is defined in the present batch: by number here, the number there plus one. */
  private int[] groups = new int[64];

  private int[] routerNumbers = new int[16];
  private final Map<Integer, Integer> windows = new HashMap<>();
  private int lastWindow = NONE;
  private int lastNotes = NONE;
  private int[] noteRouters = new int[16];
  private long[] noteSeqs = new long[16];

  /** A batch is full in the middle of a trace. */
  interface Full {
    void full();
  }

  /**
   * @param batchBytes a batch is about so large, but for a single larger span
   */
  ParcelWriter(
      ShardStore store,
      PolicyNames policies,
      RouterKeys routers,
      ByteBufAllocator allocator,
      int batchBytes) {
    this.batchBytes = batchBytes;
    this.store = store;
    this.policies = policies;
    this.routers = routers;
    this.out = new TransferWriter(allocator, batchBytes + (batchBytes >> 4));
    this.cursor = store.spans.cursor();
  }

  boolean isEmpty() {
    return out.isEmpty();
  }

  /** Whether so many bytes of so many spans would go beyond the size of a batch. */
  boolean wouldBeFull(long spanBytes, int spanCount) {
    return !out.isEmpty()
        && out.size() + spanBytes + (long) SPAN_OVERHEAD_BYTES * spanCount + TRACE_OVERHEAD_BYTES
            > batchBytes;
  }

  boolean isFull() {
    return out.size() >= batchBytes;
  }

  /** The batch, the caller's to release; the next one is empty. */
  ByteBuf take() {
    if (lastWindow != NONE) {
      seen();
    }
    Arrays.fill(groups, 0);
    Arrays.fill(routerNumbers, 0);
    windows.clear();
    lastWindow = NONE;
    return out.take();
  }

  void close() {
    out.close();
  }

  /**
   * @param encoded a notice, borrowed
   */
  void decisions(ByteBuf encoded) {
    out.decisions(encoded);
  }

  /** Adds a decision to what an owner is told to be settled. */
  void settled(Share share, DecisionBatch batch, int place) {
    Notice present = share.settled;
    if (present != null && present.size() == DecisionBatch.CAPACITY) {
      encodeSettled(share);
      present = null;
    }
    Notice to =
        present == null
            ? new Notice(batch.seqs(), true, false)
            : present.with(present.seqs().and(batch.seqs()));
    to.add(
        store.contexts.header(batch.context(place)),
        batch.hi(place),
        batch.lo(place),
        policies.verdict(batch.policy(place)));
    share.settled = to;
  }

  /** No more is added to that for now. */
  void encodeSettled(Share share) {
    Notice notice = share.settled;
    if (notice != null) {
      share.decisions.addLast(notice.encode(routers));
      share.settled = null;
    }
  }

  /**
   * Writes a trace that is in the buffer.
   *
   * @param policy number of the policy that kept it, negative if it is open
   * @param full called between spans when the batch is full; takes it
   */
  void trace(int trace, int policy, int nowMillis, Full full) {
    begin(trace, policy, nowMillis);
    cursor.reset(trace);
    boolean first = true;
    while (cursor.next()) {
      if (isFull() && !first) {
        out.piece();
        out.end();
        full.full();
        begin(trace, policy, nowMillis);
        out.piece();
      }
      first = false;
      int at = out.span(group(cursor.group()), cursor.length());
      cursor.copyTo(out.buffer(), at);
    }
    out.end();
  }

  private void begin(int trace, int policy, int nowMillis) {
    TraceTable traces = store.traces;
    out.beginTrace(
        traces.traceIdHi(trace),
        traces.traceIdLo(trace),
        out.context(store.contexts.header(traces.context(trace))),
        notes(traces.window(trace)),
        Math.max(0, nowMillis - traces.firstArrivalMillis(trace)),
        policy < 0 ? Math.max(0, traces.deadlineMillis(trace) - nowMillis) : 0,
        policy < 0 ? NONE : out.policy(policies.name(policy)));
    if (policy >= 0 && traces.decision(trace) == Departures.NO_DECISION) {
      out.piece();
    }
  }

  /** Writes a kept trace whose export is not answered; see {@link #trace}. */
  void export(Unanswered.Export export, Full full) {
    begin(export);
    kept.reset(export.trace().resourceSpans());
    boolean first = true;
    while (kept.next()) {
      if (isFull() && !first) {
        out.piece();
        out.end();
        full.full();
        begin(export);
        out.piece();
      }
      first = false;
      int at = out.span(out.group(kept.resource(), kept.scope()), kept.length());
      out.buffer().setBytes(at, kept.array(), kept.start(), kept.length());
    }
    out.end();
  }

  private void begin(Unanswered.Export export) {
    out.beginTrace(
        export.trace().traceIdHi(),
        export.trace().traceIdLo(),
        out.context(export.trace().context()),
        notes(export.window()),
        0,
        0,
        out.policy(export.trace().policy()));
    if (!export.settlesTrace()) {
      out.piece();
    }
  }

  private int group(int number) {
    if (number >= groups.length) {
      groups = Arrays.copyOf(groups, Math.max(number + 1, groups.length * 2));
    }
    if (groups[number] == 0) {
      groups[number] = 1 + out.group(store.groups.resource(number), store.groups.scope(number));
    }
    return groups[number] - 1;
  }

  private int notes(int window) {
    if (window == lastWindow) {
      return lastNotes;
    }
    Integer known = windows.get(window);
    lastNotes = known != null ? known : defineNotes(window);
    lastWindow = window;
    windows.put(window, lastNotes);
    return lastNotes;
  }

  private int defineNotes(int window) {
    int keys = store.notes.keys();
    ensure(keys);
    int count = 0;
    for (int key = 0; key < keys; key++) {
      count += note(count, key, store.notes.note(window, key));
    }
    return out.notes(noteRouters, noteSeqs, count);
  }

  private void seen() {
    long[] seqs = store.notes.covered();
    ensure(seqs.length);
    int count = 0;
    for (int key = 0; key < seqs.length; key++) {
      count += note(count, key, seqs[key]);
    }
    out.seen(noteRouters, noteSeqs, count);
  }

  private void ensure(int keys) {
    if (keys > noteRouters.length) {
      noteRouters = new int[keys * 2];
      noteSeqs = new long[keys * 2];
    }
  }

  /** Returns 1 if there is something to say of the router. */
  private int note(int at, int key, long seq) {
    int router = seq < 0 ? NONE : router(key);
    if (router == NONE) {
      return 0;
    }
    noteRouters[at] = router;
    noteSeqs[at] = seq;
    return 1;
  }

  /** The number of a router; none if it is gone. */
  private int router(int key) {
    if (key >= routerNumbers.length) {
      routerNumbers = Arrays.copyOf(routerNumbers, Math.max(key + 1, routerNumbers.length * 2));
    }
    if (routerNumbers[key] == 0) {
      Peer router = routers.router(key);
      routerNumbers[key] = router == null ? NONE : 1 + out.router(router);
    }
    return routerNumbers[key] == NONE ? NONE : routerNumbers[key] - 1;
  }
}
