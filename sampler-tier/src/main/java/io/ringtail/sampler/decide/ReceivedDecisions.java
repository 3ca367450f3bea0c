package io.ringtail.sampler.decide;

import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.policy.Verdict;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.Replayable;
import io.ringtail.sampler.settle.Seqs;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decisions of other samplers, whose heir this one is or whose slots it has, and the way on: what
 * is known of a slot of one's own goes to one's own heir, whenever that is another one (protocol
 * D4). Threads: the shard's.
 */
public final class ReceivedDecisions {
  private static final int DECISIONS_PER_CYCLE = 4096;

  /** Notices under way above which the walk waits. */
  private static final int MOST_UNDER_WAY = 32;

  /** Routers from which on seqs are large enough that batches of {@value} share them. */
  private static final int MANY_ROUTERS = 32;

  private static final int SHARE_MILLIS = 100;

  private final ShardStore store;
  private final Replayable replayable;
  private final PolicyNames names;
  private final Decider decider;
  private final Notices notices;
  private final HeirMail mail;
  private final Confirmations confirmations;
  private final SamplerMetrics metrics;
  private final int shard;
  private final int shards;

  /** The view by which all heirs know what they are to know; the one that is walked for, if any. */
  private SlotView told = SlotView.NONE;

  private SlotView slots = SlotView.NONE;

  /** What is left to be walked over, the oldest first. */
  private final Deque<DecisionBatch> toWalk = new ArrayDeque<>();

  private boolean walking;

  /** Received for slots of this sampler and not passed on yet. */
  private final Deque<DecisionBatch> fresh = new ArrayDeque<>();

  /** Settled decisions of one batch or some, gathered for each heir. */
  private final Map<Peer, Notice> gathered = new HashMap<>();

  private final List<DecisionBatch> received = new ArrayList<>();
  private int shareMillis;

  public ReceivedDecisions(
      ShardStore store,
      PolicyNames names,
      Decider decider,
      HeirMail mail,
      ShardContext context,
      int shard) {
    this.store = store;
    this.replayable = store.replayable;
    this.names = names;
    this.decider = decider;
    this.notices = decider.notices();
    this.mail = mail;
    this.confirmations = new Confirmations(mail);
    this.metrics = context.metrics();
    this.shard = shard;
    this.shards = context.config().shards();
  }

  /**
   * Stores those of this shard's slots, and ends what they meet (protocol D5).
   *
   * @return false if it stores none: a slot is not {@code from}'s, or this sampler is nobody's heir
   */
  public boolean store(@Nullable Peer from, long noticeId, Notice notice, int nowMillis) {
    if (from != null && replayable.knows(from, noticeId)) {
      return true;
    }
    if (from != null && (slots.self() < 0 || !isOwnedBy(from, notice))) {
      return false;
    }
    Filling filling = new Filling(from, noticeId, notice, nowMillis);
    try {
      notice.forEach(filling);
    } finally {
      filling.close(); // what is there of one that fails, too: else it would stay for good
    }
    filling.stored();
    if (notice.late()) {
      store.late.close();
      takeLate();
    }
    return true;
  }

  /** What is to be settled by a second notice of {@code from} is always new. */
  private boolean isNew(@Nullable Peer from, Notice notice, Decision decision, int nowMillis) {
    if (notice.late()) {
      return store
          .late
          .followed(
              decision.context(), decision.hi(), decision.lo(), decision.policy(), decision.keep())
          .isNew(notice.seqs(), nowMillis);
    }
    return !notice.remembered()
        && !((from == null || notice.settled())
            && replayable.isKnown(
                decision.context(),
                decision.hi(),
                decision.lo(),
                decision.keep(),
                notice.settled(),
                notice.seqs()));
  }

  /** Heirs are told of what late spans have followed. */
  private void takeLate() {
    for (DecisionBatch b = store.late.poll(); b != null; b = store.late.poll()) {
      fresh.addLast(b);
    }
  }

  private boolean isOwnedBy(Peer from, Notice notice) {
    long bits = from.incarnation().bits();
    boolean[] owned = {true};
    notice.forEach(
        (context, hi, lo, verdict) -> {
          int slot = TraceHash.slot(hi, lo);
          Peer owner = slots.owner(slot);
          owned[0] &=
              ShardConfig.shardOfSlot(slot, shards) != shard
                  || (owner != null && owner.incarnation().bits() == bits);
        });
    return owned[0];
  }

  private record Decision(int context, long hi, long lo, int policy, boolean keep) {}

  /** Batches being filled from one notice: more than one if it is large. */
  private final class Filling implements Notice.Visitor {
    private final @Nullable Peer from;
    private final long noticeId;
    private final Notice notice;
    private final int nowMillis;
    private int visited;
    private @Nullable DecisionBatch batch;
    private @Nullable DecisionBatch last;
    private boolean owned;

    Filling(@Nullable Peer from, long noticeId, Notice notice, int nowMillis) {
      this.from = from;
      this.noticeId = noticeId;
      this.notice = notice;
      this.nowMillis = nowMillis;
    }

    @Override
    public void decision(Header context, long hi, long lo, Verdict verdict) {
      int ageMillis = notice.ageMillis(visited++);
      int slot = TraceHash.slot(hi, lo);
      if (ShardConfig.shardOfSlot(slot, shards) != shard) {
        return;
      }
      int number = store.contexts.intern(context);
      int policy = names.number(verdict);
      boolean mine = slots.owns(slot);
      Decision decision = new Decision(number, hi, lo, policy, verdict.keep());
      if (isNew(from, notice, decision, nowMillis)) {
        add(decision, mine);
      }
      if (mine || notice.remembered()) {
        decider.decidedElsewhere(number, hi, lo, policy, nowMillis, ageMillis);
      } else {
        decider.heard(hi, lo);
      }
    }

    private void add(Decision decision, boolean mine) {
      DecisionBatch to = batch;
      if (to == null || to.isFull()) {
        close();
        to =
            notice.late()
                ? replayable.openLate(from, noticeId)
                : replayable.open(from, noticeId, notice.settled());
        batch = to;
      }
      int place =
          replayable.add(
              to,
              decision.context(),
              decision.hi(),
              decision.lo(),
              decision.policy(),
              decision.keep());
      if (!replayable.index(to, place)) {
        metrics.split();
      }
      owned |= mine;
    }

    void close() {
      if (batch == null) {
        return;
      }
      replayable.close(batch, notice.seqs());
      if (owned) {
        fresh.addLast(batch);
      }
      if (!notice.late() && notice.seqs().upTo().length >= MANY_ROUTERS) {
        received.add(batch);
      }
      last = batch;
      batch = null;
      owned = false;
    }

    void stored() {
      if (last != null) {
        replayable.stored(last);
      }
    }
  }

  /**
   * @param stored called when this sampler's heirs know, too, what it has stored
   */
  public void whenHeirsKnow(Runnable stored, int nowMillis) {
    confirmations.await(stored, nowMillis);
  }

  /** Heirs are told of a batch once more, as it is now. */
  public void again(DecisionBatch batch) {
    fresh.addLast(batch);
  }

  /** Whose the slots are from now on. */
  public void slots(SlotView next) {
    store.late.close();
    takeLate();
    slots = next;
    // who is back under its old name has the tables of before, which are remembered by names
    boolean sameHeirs =
        next.table() == told.table()
            && next.heirs() == told.heirs()
            && next.owners().equals(told.owners());
    if (next.heirs() != null) {
      gathered.clear(); // of a walk that was not ended: its heirs, perhaps, or its slots
    }
    if (next.heirs() != null && !sameHeirs) {
      walking = true;
      toWalk.clear();
      replayable.forEach(toWalk::addLast);
    } else if (sameHeirs) {
      walking = false;
      toWalk.clear();
    }
  }

  /** Goes on telling heirs what they do not know. */
  public int work(int nowMillis) {
    store.late.work(nowMillis);
    takeLate();
    share(nowMillis);
    return tellHeirs(nowMillis) + confirmations.work(isTold() && areHeirsKnown(), nowMillis);
  }

  private int tellHeirs(int nowMillis) {
    if (slots.heirs() == null || mail.size() >= MOST_UNDER_WAY) {
      return 0;
    }
    int looked = 0;
    while (looked < DECISIONS_PER_CYCLE && !fresh.isEmpty()) {
      DecisionBatch batch = fresh.removeFirst();
      if (replayable.at(batch.number()) == batch) {
        looked += pass(batch, true, nowMillis);
      }
    }
    while (looked < DECISIONS_PER_CYCLE && walking && mail.size() < MOST_UNDER_WAY) {
      looked += walk(nowMillis);
    }
    return looked;
  }

  private int walk(int nowMillis) {
    DecisionBatch batch = toWalk.pollFirst();
    if (batch == null) {
      send(nowMillis);
      walking = false;
      told = slots;
      return 1;
    }
    boolean isKept = replayable.at(batch.number()) == batch;
    if (!isKept || !batch.isClosed() || notices.isPending(batch)) {
      return 1;
    }
    return pass(batch, false, nowMillis);
  }

  /** Passes on what the present heirs of its slots do not know. */
  private int pass(DecisionBatch batch, boolean all, int nowMillis) {
    Map<Peer, Notice> apart = new HashMap<>();
    for (int place = 0; place < batch.size(); place++) {
      Peer heir = batch.isVoid(place) ? null : untold(batch, place, all);
      if (heir != null) {
        Notice notice =
            batch.isSettled(place) && !batch.isLate()
                ? gathered(heir, batch.seqs(), nowMillis)
                : apart.computeIfAbsent(heir, h -> apart(batch));
        notices.add(notice, batch, place);
      }
    }
    apart.forEach((heir, notice) -> batch.told(heir, mail.send(heir, notice, nowMillis)));
    if (all) {
      send(nowMillis);
    }
    return batch.size() + 1;
  }

  /** A notice for one batch: it will be settled as such, or covers what others do not. */
  private static Notice apart(DecisionBatch batch) {
    return batch.isLate() ? Notice.ofLate(batch.seqs()) : new Notice(batch.seqs(), false, false);
  }

  private @Nullable Peer untold(DecisionBatch batch, int place, boolean all) {
    int slot = TraceHash.slot(batch.hi(place), batch.lo(place));
    if (!slots.owns(slot) || replayable.isSaidByAnother(batch, place)) {
      return null;
    }
    Peer heir = slots.heir(slot);
    boolean knows = heir != null && !all && told.owns(slot) && heir.equals(told.heir(slot));
    return knows ? null : heir;
  }

  private Notice gathered(Peer heir, Seqs seqs, int nowMillis) {
    Notice present = gathered.get(heir);
    if (present != null && present.seqs().equals(seqs) && !isFull(present)) {
      return present;
    }
    if (present != null && isWorthWidening(present, seqs)) {
      Notice wider = present.with(present.seqs().and(seqs));
      gathered.put(heir, wider);
      return wider;
    }
    if (present != null) {
      mail.send(heir, present, nowMillis);
    }
    Notice made = new Notice(seqs, true, false);
    gathered.put(heir, made);
    return made;
  }

  private static boolean isFull(Notice notice) {
    return notice.size() >= DecisionBatch.CAPACITY;
  }

  /**
   * Of decisions of several batches less is known to have been in their traces: a replay exports
   * more of them twice. So they share seqs only where these would outweigh them.
   */
  private static boolean isWorthWidening(Notice notice, Seqs seqs) {
    return !isFull(notice) && notice.size() < seqs.upTo().length;
  }

  private void send(int nowMillis) {
    gathered.forEach((heir, notice) -> mail.send(heir, notice, nowMillis));
    gathered.clear();
  }

  /** Many routers make seqs larger than what they cover: those of some time become one. */
  private void share(int nowMillis) {
    if (received.isEmpty()) {
      shareMillis = nowMillis;
      return;
    }
    if (nowMillis - shareMillis < SHARE_MILLIS) {
      return;
    }
    shareMillis = nowMillis;
    replayable.share(received);
    received.clear();
  }

  /** A router is gone. What is gathered covers several batches, and none of them has its seqs. */
  public void forget(int routerKey) {
    gathered.values().forEach(notice -> notice.forget(routerKey));
    store.late.forget(routerKey);
  }

  /** Whether heirs were told of all that is known here, or are being told. */
  private boolean isTold() {
    return !walking && fresh.isEmpty();
  }

  /** Before they are built nobody was told of what is to move to them. */
  private boolean areHeirsKnown() {
    return slots.heirs() != null || slots.self() < 0;
  }

  public boolean isIdle() {
    return isTold() && !store.late.isOpen() && confirmations.isEmpty();
  }
}
