package io.ringtail.sampler.decide;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.ring.HeirTable;
import io.ringtail.rules.Rule;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.Replayable;
import io.ringtail.sampler.settle.Seqs;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.store.TraceState;
import io.ringtail.trace.TraceHash;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes decisions to the heir and lets them have effect (protocol D2): at once if nobody can be
 * heir, else in batches of at most {@value DecisionRound#ROUND_MILLIS} ms when the heir has
 * answered, or {@value #ANSWER_MILLIS} ms later, counted. An epoch in between takes back those
 * whose slot is another's now; the others go to the heir of that epoch as they are, for the one
 * before may have told of them. Then says when all of a batch is settled (D3).
 *
 * <p>Threads: the shard's.
 */
public final class Notices {
  public static final int ANSWER_MILLIS = 1000;
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

  private final DecisionRound round;

  /** Closed, the oldest first. */
  private final Deque<PendingDecisions> sent = new ArrayDeque<>();

  private SlotView slots = SlotView.NONE;
  private @Nullable HeirTable toldBy;

  public void onSettledApart(Consumer<DecisionBatch> told) {
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

  Notices(ShardStore store, PolicyNames names, ShardContext context, HeirMail mail, Effect effect) {
    this.store = store;
    this.replayable = store.replayable;
    this.round = new DecisionRound(replayable, store.notes);
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
    int heirIndex = heirIndex(trace);
    Peer heir = heirIndex < 0 ? null : slots.owners().get(heirIndex);
    PendingDecisions to = round.batchFor(heirIndex, heir, nowMillis);
    int place =
        replayable.add(
            to.batch(),
            traces.context(trace),
            traces.traceIdHi(trace),
            traces.traceIdLo(trace),
            policy,
            keep);
    traces.decision(trace, Replayable.entry(to.batch(), place));
    if (heir == null) {
      takeEffect(to.batch(), place, trace, true, nowMillis);
    } else {
      waitForHeir(to, place, trace);
    }
    if (to.batch().isFull()) {
      round.remove(heirIndex, to);
      close(to, round.seqs(), nowMillis);
    }
  }

  private void waitForHeir(PendingDecisions to, int place, int trace) {
    int bytes = bytes(trace);
    to.add(place, trace, bytes);
    store.decided.addLast(trace);
    context.budget().leaving(bytes);
  }

  private int bytes(int trace) {
    TraceTable traces = store.traces;
    return traces.spanBytes(trace) + traces.spanCount(trace) * BYTES_PER_SPAN + BYTES_PER_TRACE;
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
      round.owners(next.owners().size());
      while (!sent.isEmpty()) {
        dissolve(sent.removeFirst());
      }
      takeBackUntold(nowMillis);
    }
  }

  private void dissolve(PendingDecisions pending) {
    pending.batch().hasEffect();
    mail.cancel(pending.noticeId());
    for (int place = 0; place < pending.batch().size(); place++) {
      int trace = withdraw(pending, place);
      if (trace != NONE) {
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
  public void forget(int routerKey) {
    round.forget(routerKey);
  }

  /**
   * A span has come to a trace whose decision has no effect yet. One that was in it already counts,
   * too: the part it came with stands in a log, above what the decision may cover.
   */
  public void spanCame(int trace) {
    int entry = store.traces.decision(trace);
    PendingDecisions pending =
        entry == Departures.NO_DECISION ? null : pending(replayable.batch(entry));
    if (pending != null) {
      pending.followed(Replayable.place(entry));
    }
  }

  /** The decision on a trace, which has no effect yet, is none: the trace is in no list then. */
  public void withdraw(int trace) {
    if (store.traces.decision(trace) == Departures.NO_DECISION) {
      store.untold.remove(trace);
      return;
    }
    PendingDecisions pending = pending(replayable.batch(store.traces.decision(trace)));
    int place = pending == null ? NONE : pending.placeOf(trace);
    if (pending == null || place == NONE) {
      throw new AssertionError("trace " + trace + " is not decided");
    }
    withdraw(pending, place);
  }

  /**
   * @return the trace whose decision that was; {@link TraceTable#NONE} if it is none any more
   */
  private int withdraw(PendingDecisions pending, int place) {
    int trace = takeOut(pending, place);
    if (trace != NONE) {
      replayable.withdraw(pending.batch(), place);
    }
    return trace;
  }

  private int takeOut(PendingDecisions pending, int place) {
    int trace = pending.take(place);
    if (trace != NONE) {
      store.decided.remove(trace);
      context.budget().leaving(-pending.bytes(place));
    }
    return trace;
  }

  private void closeRound(int nowMillis, boolean send) {
    Seqs seqs = round.seqs();
    for (PendingDecisions pending : round.close()) {
      if (send || pending.heir() == null) {
        close(pending, seqs, nowMillis);
      } else {
        replayable.close(pending.batch(), seqs);
        waitsForEffect(pending);
      }
    }
  }

  private void close(PendingDecisions pending, Seqs seqs, int nowMillis) {
    DecisionBatch batch = pending.batch();
    replayable.close(batch, seqs);
    Peer heir = pending.heir();
    if (heir == null) {
      settleIfDone(batch);
      return;
    }
    Notice notice = notice(batch);
    if (notice.size() > 0) {
      pending.sent(mail.send(heir, notice, nowMillis), nowMillis);
      batch.told(heir, pending.noticeId());
    } else {
      pending.taken();
    }
    waitsForEffect(pending);
  }

  /** A batch is not forgotten before its decisions have effect. */
  private void waitsForEffect(PendingDecisions pending) {
    pending.batch().waitsForEffect();
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
  public void taken(Peer heir, long noticeId) {
    if (!mail.taken(heir, noticeId)) {
      return;
    }
    for (PendingDecisions pending : sent) {
      if (pending.noticeId() == noticeId) {
        pending.taken();
        return;
      }
    }
  }

  /**
   * The heir has not stored a notice: a slot of it is another's in its epoch. If that is newer, the
   * decisions wait for it to be in use here, and the notice is void: by the epoch after that the
   * slot may be this sampler's again, and the heir would store it. Else the heir is behind and is
   * told again.
   */
  public void refused(Peer heir, long noticeId, EpochOrder epoch) {
    if (epoch.compareTo(slots.order()) > 0) {
      for (PendingDecisions pending : sent) {
        if (pending.noticeId() == noticeId && heir.equals(pending.heir())) {
          pending.stop();
          mail.cancel(noticeId);
          return;
        }
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
  public int work(boolean lease, int limit, int nowMillis) {
    int work = lease ? tellAnew(limit, nowMillis) : 0;
    if (round.isOver(nowMillis)) {
      closeRound(nowMillis, true);
      work++;
    }
    return lease ? work + takeEffect(nowMillis) : work;
  }

  private int takeEffect(int nowMillis) {
    int batches = 0;
    for (var all = sent.iterator(); batches < BATCHES_PER_CYCLE && all.hasNext(); ) {
      PendingDecisions pending = all.next();
      if (pending.isTaken() || pending.isLate(nowMillis, ANSWER_MILLIS)) {
        takeEffect(pending, nowMillis);
        all.remove();
        pending.batch().hasEffect();
        settleIfDone(pending.batch());
        batches++;
      }
    }
    return batches;
  }

  private void takeEffect(PendingDecisions pending, int nowMillis) {
    DecisionBatch batch = pending.batch();
    if (!pending.isTaken()) {
      context.metrics().unconfirmed(batch.size());
    }
    for (int place = 0; place < batch.size(); place++) {
      int trace = takeOut(pending, place);
      if (trace != NONE) {
        takeEffect(batch, place, trace, pending.isTaken(), nowMillis);
        if (pending.isFollowed(place)) {
          followed(batch, place, nowMillis);
        }
      }
    }
  }

  /** What has come since it was taken, perhaps since its batch was closed, follows a decision. */
  private void followed(DecisionBatch batch, int place, int nowMillis) {
    store
        .late
        .followed(
            batch.context(place),
            batch.hi(place),
            batch.lo(place),
            batch.policy(place),
            batch.keep(place))
        .bySpansSeen(nowMillis);
  }

  /** An export of one of its traces needs nothing more. */
  public void answered(DecisionBatch batch, int place) {
    batch.answered(place);
    settleIfDone(batch);
  }

  /** The export of one of its traces is another sampler's. */
  public void handedOff(DecisionBatch batch, int place) {
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
    return batch.from() == null && pending(batch) != null;
  }

  private @Nullable PendingDecisions pending(DecisionBatch batch) {
    PendingDecisions open = find(round.batches(), batch);
    return open == null ? find(sent, batch) : open;
  }

  private static @Nullable PendingDecisions find(
      Iterable<PendingDecisions> among, DecisionBatch batch) {
    for (PendingDecisions pending : among) {
      if (pending.batch() == batch) {
        return pending;
      }
    }
    return null;
  }

  public boolean isEmpty() {
    return round.isEmpty() && sent.isEmpty() && store.untold.isEmpty();
  }
}
