package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.ring.HeirTable;
import io.ringtail.rules.Rule;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.Replayable;
import io.ringtail.sampler.settle.Seqs;
import io.ringtail.trace.TraceHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes decisions to the heir and lets them have effect (protocol D2): at once if nobody can be
 * heir, else in batches of at most {@value #ROUND_MILLIS} ms when the heir has answered, or {@value
 * #ANSWER_MILLIS} ms later, counted. An epoch in between takes back those whose slot is another's
 * now; the others go to the heir of that epoch as they are, for the one before may have told of
 * them. Then says when all of a batch is settled (D3).
 *
 * <p>Batches open and close in rounds, so that those of one round share their seqs. Threads: the
 * shard's.
 */
final class Notices {
  static final int ROUND_MILLIS = 50;
  static final int ANSWER_MILLIS = 1000;
  private static final int BATCHES_PER_CYCLE = 2;
  private static final int NONE = TraceTable.NONE;

  /** What it takes to store a span and a trace, about. */
  private static final int BYTES_PER_SPAN = 24;

  private static final int BYTES_PER_TRACE = 256;

  private final ShardStore store;
  private final Replayable replayable;
  private final PolicyNames names;
  private final ShardContext context;
  private final Effect effect;
  private final HeirMail mail;

  /** Has heirs told once more of decisions that are settled now. */
  private Consumer<DecisionBatch> again = batch -> {};

  private final boolean tellsHeirs;
  private final boolean handsOff;

  /** Those being filled, by heir index + 1. */
  private @Nullable Pending[] filling = new @Nullable Pending[1];

  private final List<Pending> open = new ArrayList<>();
  private final Deque<Pending> sent = new ArrayDeque<>();
  private long[] roundBefore = new long[0];
  private int roundMillis;
  private SlotView slots = SlotView.NONE;
  private @Nullable HeirTable toldBy;

  void onSettledApart(Consumer<DecisionBatch> told) {
    again = told;
  }

  /** What becomes of a decided trace. */
  interface Effect {
    /**
     * @param trace in no list
     * @param known whether the heir knows it, if there is one
     */
    void takesEffect(int trace, boolean known, int nowMillis);

    /**
     * @param trace in no list
     */
    void takenBack(int trace, int nowMillis);
  }

  /** A batch that has no effect yet. */
  private static final class Pending {
    private final DecisionBatch batch;
    private final @Nullable Peer heir;
    private int[] traces = new int[8];
    private int[] bytes = new int[8];
    private long noticeId;
    private int closedMillis;
    private boolean taken;

    /** Its heir knows of an epoch in which a slot of it is another's. */
    private boolean stopped;

    Pending(DecisionBatch batch, @Nullable Peer heir) {
      this.batch = batch;
      this.heir = heir;
    }

    void add(int place, int trace, int traceBytes) {
      if (place == traces.length) {
        traces = Arrays.copyOf(traces, place * 2);
        bytes = Arrays.copyOf(bytes, place * 2);
      }
      traces[place] = trace;
      bytes[place] = traceBytes;
    }
  }

  Notices(ShardStore store, PolicyNames names, ShardContext context, HeirMail mail, Effect effect) {
    this.store = store;
    this.replayable = store.replayable;
    this.names = names;
    this.context = context;
    this.mail = mail;
    this.effect = effect;
    this.tellsHeirs = context.rules().inForce(Rule.D2);
    this.handsOff = context.rules().inForce(Rule.H1);
  }

  /**
   * A trace that is in no list is decided; its state and policy are set.
   *
   * @param policy number of the policy
   */
  void decided(int trace, int policy, boolean keep, int nowMillis) {
    TraceTable traces = store.traces;
    Pending to = filling(heirIndex(trace), nowMillis);
    int place =
        replayable.add(
            to.batch,
            traces.context(trace),
            traces.traceIdHi(trace),
            traces.traceIdLo(trace),
            policy,
            keep);
    traces.decision(trace, Replayable.entry(to.batch, place));
    if (to.heir == null) {
      takeEffect(to.batch, place, trace, true, nowMillis);
    } else {
      int bytes =
          traces.spanBytes(trace) + traces.spanCount(trace) * BYTES_PER_SPAN + BYTES_PER_TRACE;
      to.add(place, trace, bytes);
      store.decided.addLast(trace);
      context.budget().leaving(bytes);
    }
    if (to.batch.isFull()) {
      filling[heirPlace(to)] = null;
      open.remove(to);
      close(to, new Seqs(roundBefore, store.notes.covered()), nowMillis);
    }
  }

  /** Negative if nobody is to be told: what is another's has no heir but that one. */
  private int heirIndex(int trace) {
    if (!tellsHeirs || !slots.owns(slot(trace))) {
      return -1;
    }
    HeirTable heirs = slots.heirs();
    if (heirs == null) {
      throw new AssertionError("decided before heirs are known");
    }
    return heirs.heirIndex(slot(trace));
  }

  private int slot(int trace) {
    return TraceHash.slot(store.traces.traceIdHi(trace), store.traces.traceIdLo(trace));
  }

  private Pending filling(int heirIndex, int nowMillis) {
    Pending present = filling[heirIndex + 1];
    if (present != null) {
      return present;
    }
    if (open.isEmpty()) {
      roundMillis = nowMillis;
      roundBefore = store.notes.surelySeen();
    }
    Peer heir = heirIndex < 0 ? null : slots.owners().get(heirIndex);
    Pending made = new Pending(replayable.open(), heir);
    filling[heirIndex + 1] = made;
    open.add(made);
    return made;
  }

  private int heirPlace(Pending pending) {
    return pending.heir == null ? 0 : slots.owners().indexOf(pending.heir) + 1;
  }

  private void takeEffect(DecisionBatch batch, int place, int trace, boolean known, int nowMillis) {
    if (!replayable.index(batch, place)) {
      context.metrics().split();
    }
    if (batch.keep(place)) {
      batch.exporting(place);
    }
    effect.takesEffect(trace, known, nowMillis);
  }

  /** Whose the slots are from now on: at another epoch what has no effect yet begins anew. */
  void slots(SlotView next, int nowMillis) {
    boolean sameTable = next.table() == slots.table() && next.order().equals(slots.order());
    slots = next;
    if (!sameTable || next.heirs() != toldBy) {
      toldBy = next.heirs();
      closeRound(nowMillis, false);
      filling = new @Nullable Pending[next.owners().size() + 1];
      while (!sent.isEmpty()) {
        dissolve(sent.removeFirst());
      }
      takeBackUntold(nowMillis);
    }
  }

  private void dissolve(Pending pending) {
    pending.batch.hasEffect();
    mail.cancel(pending.noticeId);
    for (int place = 0; place < pending.batch.size(); place++) {
      int trace = pending.traces[place];
      if (trace != NONE) {
        withdraw(pending, place);
        store.traces.decision(trace, Departures.NO_DECISION);
        store.untold.addLast(trace);
      }
    }
  }

  private void takeBackUntold(int nowMillis) {
    for (int left = store.untold.size(); left > 0; left--) {
      int trace = store.untold.first();
      store.untold.remove(trace);
      if (slots.owns(slot(trace)) || !handsOff) {
        store.untold.addLast(trace);
      } else {
        effect.takenBack(trace, nowMillis);
      }
    }
  }

  private int tellAnew(int limit, int nowMillis) {
    int told = 0;
    boolean known = slots.heirs() != null || slots.self() < 0;
    for (; told < limit && known && !store.untold.isEmpty(); told++) {
      int trace = store.untold.first();
      store.untold.remove(trace);
      boolean keep = store.traces.state(trace) == TraceState.DECIDED_KEEP;
      decided(trace, store.traces.policy(trace), keep, nowMillis);
    }
    return told;
  }

  /** A router is gone. */
  void forget(int routerKey) {
    if (routerKey < roundBefore.length) {
      roundBefore[routerKey] = -1;
    }
  }

  private void withdraw(Pending pending, int place) {
    store.decided.remove(pending.traces[place]);
    context.budget().leaving(-pending.bytes[place]);
    replayable.withdraw(pending.batch, place);
    pending.traces[place] = NONE;
  }

  /** The decision on a trace, which has no effect yet, is none: the trace is in no list then. */
  void withdraw(int trace) {
    if (store.traces.decision(trace) == Departures.NO_DECISION) {
      store.untold.remove(trace);
      return;
    }
    DecisionBatch batch = replayable.batch(store.traces.decision(trace));
    if (!withdraw(open, batch, trace) && !withdraw(sent, batch, trace)) {
      throw new AssertionError("trace " + trace + " is not decided");
    }
  }

  private boolean withdraw(Iterable<Pending> among, DecisionBatch batch, int trace) {
    for (Pending pending : among) {
      for (int place = 0; pending.batch == batch && place < batch.size(); place++) {
        if (pending.traces[place] == trace) {
          withdraw(pending, place);
          return true;
        }
      }
    }
    return false;
  }

  private void closeRound(int nowMillis, boolean send) {
    Seqs covered = new Seqs(roundBefore, store.notes.covered());
    Arrays.fill(filling, null);
    List<Pending> round = List.copyOf(open);
    open.clear();
    for (Pending pending : round) {
      if (send || pending.heir == null) {
        close(pending, covered, nowMillis);
      } else {
        replayable.close(pending.batch, covered);
        waitsForEffect(pending);
      }
    }
  }

  private void close(Pending pending, Seqs covered, int nowMillis) {
    replayable.close(pending.batch, covered);
    Peer heir = pending.heir;
    if (heir == null) {
      settleIfDone(pending.batch);
      return;
    }
    Notice notice = notice(pending.batch);
    if (notice.size() > 0) {
      pending.noticeId = mail.send(heir, notice, nowMillis);
      pending.batch.told(heir, pending.noticeId);
    } else {
      pending.taken = true;
    }
    pending.closedMillis = nowMillis;
    waitsForEffect(pending);
  }

  /** A batch is not forgotten before its decisions have effect. */
  private void waitsForEffect(Pending pending) {
    pending.batch.waitsForEffect();
    sent.addLast(pending);
  }

  private Notice notice(DecisionBatch batch) {
    Notice notice = new Notice(batch.seqs(), false, false);
    for (int place = 0; place < batch.size(); place++) {
      if (!batch.isVoid(place)) {
        add(notice, batch, place);
      }
    }
    return notice;
  }

  /** Adds one decision of a batch to a notice. */
  void add(Notice notice, DecisionBatch batch, int place) {
    notice.add(
        store.contexts.header(batch.context(place)),
        batch.hi(place),
        batch.lo(place),
        names.verdict(batch.policy(place)));
  }

  /** The heir has stored a notice. */
  void taken(Peer heir, long noticeId) {
    if (!mail.taken(heir, noticeId)) {
      return;
    }
    for (Pending pending : sent) {
      if (pending.noticeId == noticeId) {
        pending.taken = true;
        return;
      }
    }
  }

  /**
   * The heir has not stored a notice: a slot of it is another's in its epoch. If that is newer, the
   * decisions wait for it to be in use here; else the heir is behind and is told again.
   */
  void refused(Peer heir, long noticeId, EpochOrder epoch) {
    if (epoch.compareTo(slots.order()) > 0) {
      for (Pending pending : sent) {
        pending.stopped |= pending.noticeId == noticeId && heir.equals(pending.heir);
      }
    }
    mail.again(noticeId);
  }

  /**
   * Lets decisions have effect and closes what is old enough.
   *
   * @param lease without it nothing has effect
   * @param limit most traces to tell a new heir of
   */
  int work(boolean lease, int limit, int nowMillis) {
    int work = lease ? tellAnew(limit, nowMillis) : 0;
    if (!open.isEmpty() && nowMillis - roundMillis >= ROUND_MILLIS) {
      closeRound(nowMillis, true);
      work++;
    }
    return lease ? work + takeEffect(nowMillis) : work;
  }

  private int takeEffect(int nowMillis) {
    int batches = 0;
    for (var all = sent.iterator(); batches < BATCHES_PER_CYCLE && all.hasNext(); ) {
      Pending pending = all.next();
      boolean late = !pending.stopped && nowMillis - pending.closedMillis >= ANSWER_MILLIS;
      if (pending.taken || late) {
        takeEffect(pending, nowMillis);
        all.remove();
        pending.batch.hasEffect();
        settleIfDone(pending.batch);
        batches++;
      }
    }
    return batches;
  }

  private void takeEffect(Pending pending, int nowMillis) {
    DecisionBatch batch = pending.batch;
    if (!pending.taken) {
      context.metrics().unconfirmed(batch.size());
    }
    for (int place = 0; place < batch.size(); place++) {
      int trace = pending.traces[place];
      if (trace != NONE) {
        pending.traces[place] = NONE;
        store.decided.remove(trace);
        context.budget().leaving(-pending.bytes[place]);
        takeEffect(batch, place, trace, pending.taken, nowMillis);
      }
    }
  }

  /** An export of one of its traces needs nothing more. */
  void answered(DecisionBatch batch, int place) {
    batch.answered(place);
    settleIfDone(batch);
  }

  /** The export of one of its traces is another sampler's. */
  void handedOff(DecisionBatch batch, int place) {
    replayable.handedOff(batch, place);
    settleIfDone(batch);
  }

  private void settleIfDone(DecisionBatch batch) {
    if (batch.isDone() && !isPending(batch)) {
      batch.settle();
      if (batch.isSplit()) {
        again.accept(batch);
      } else {
        batch.told().forEach(mail::settled);
      }
    }
  }

  /** Whether a batch has no effect yet. */
  boolean isPending(DecisionBatch batch) {
    return batch.from() == null && (contains(open, batch) || contains(sent, batch));
  }

  private static boolean contains(Iterable<Pending> among, DecisionBatch batch) {
    for (Pending pending : among) {
      if (pending.batch == batch) {
        return true;
      }
    }
    return false;
  }

  boolean isEmpty() {
    return open.isEmpty() && sent.isEmpty() && store.untold.isEmpty();
  }
}
