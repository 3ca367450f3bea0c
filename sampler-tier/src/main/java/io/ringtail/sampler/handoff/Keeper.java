package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import io.ringtail.ring.HeirTable;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rule;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.store.SlotView;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one sampler's part in the moves of slots: takes epochs into use with what is held of them,
 * asks routers for what was lost, says when everything is handed over, keeps marks low enough. It
 * joins {@link Holds}, {@link Questions}, {@link Losses}, {@link Floors}, {@link Inbox}, {@link
 * Completions} and {@link Stranger}, each of which is one concern.
 *
 * <p>Pure: no clock, no I/O of its own. Threads: one. Words to routers leave at the end of each
 * call, after the view they follow from is in use and the board has been lowered.
 *
 * <p>One object is one incarnation: who comes back after a loss makes a new one.
 */
public final class Keeper {
  /** Where slots never move nobody inherits any. */
  private static final HeirTable NOBODY =
      RingTable.build(List.of(new RingMember("nobody", 1))).heirs();

  private final KeeperConfig config;
  private final Tier tier;
  private final Outgoing outgoing;
  private final MarkBoard board;
  private final Outbox outbox;
  private final Questions questions;
  private final Holds holds;
  private final Losses losses;
  private final Floors floors;
  private final Inbox inbox;
  private final Completions completions;
  private final Stranger stranger;
  private final NamedNodes named;
  private final SlotViews views;
  private final Doubts doubts;
  private final Marking marking;
  private final HeardEpochs heard = new HeardEpochs();

  private @Nullable Epoch epoch;

  /** An epoch came, and has not been used to its end: only after an error. */
  private boolean usedInPart;

  private SlotView wanted = SlotView.NONE;
  private SlotView view = SlotView.NONE;
  private boolean frozen;
  private boolean takesParts;

  /** The epoch that goes on without this sampler; older ones may still come to be used. */
  private EpochOrder lostIn = EpochOrder.NONE;

  private SlotSet heldInView = SlotSet.NONE;
  private volatile Set<Long> waitingFor = Set.of();
  private volatile HandoffStatus status = HandoffStatus.NONE;

  /**
   * The tables of an epoch, built elsewhere.
   *
   * @param before that of the members of its predecessor; only looked at in a first epoch
   */
  public record Tables(RingTable now, RingTable before) {}

  /**
   * @param cluster where this sampler's own completions go
   */
  public Keeper(
      KeeperConfig config,
      Tier tier,
      Routers routers,
      Outgoing outgoing,
      MarkBoard board,
      Consumer<Completion> cluster) {
    this.config = config;
    this.tier = tier;
    this.outgoing = outgoing;
    this.board = board;
    this.outbox = new Outbox(routers);
    this.questions = new Questions(outbox, config.rules());
    this.holds = new Holds(questions, config);
    this.losses = new Losses(outbox, questions::awaits);
    this.floors =
        new Floors(outbox, (router, seq) -> board.lower(router, seq, view.order()), config.rules());
    this.inbox = new Inbox(floors, tier::take);
    this.completions = new Completions(config.selfBits(), cluster);
    this.stranger = new Stranger(outbox);
    this.named = new NamedNodes(config.selfBits());
    this.views = new SlotViews(config.selfBits());
    this.doubts = new Doubts(tier, questions, named);
    this.marking = new Marking(tier, board, floors);
  }

  // ---- epochs

  /**
   * A newer epoch is to be used. What was adopted in turn may still have been missed here, if its
   * tables could not be built or the use of it failed: so it must follow what is in use, too.
   *
   * @param inTurn false after a gap that could not be filled or a change of chain (E3, P2)
   */
  public void onEpoch(Epoch next, Tables tables, boolean inTurn, long nowNanos) {
    Epoch previous = epoch;
    boolean known =
        inTurn
            && !isOfAnotherChain(next)
            && (previous == null ? views.isFirst(next) : isNext(next, previous));
    usedInPart = true;
    SlotView before = previous == null ? views.before(next, tables.before()) : wanted;
    epoch = next;
    SlotView after = views.after(wanted, next, tables.now());
    wanted = config.moves() ? after : after.withHeirs(NOBODY);
    if (isStranger() && next.order().compareTo(lostIn) > 0 && views.names(next)) {
      stranger.end();
    }
    takesParts = next.activeSamplers() > 0 && !isStranger();
    rename(next, previous);
    if (ownAnew(next, previous)) {
      losses.areNeededIn(next.order());
    }
    completions.onEpoch(next.order(), inTurn && (previous == null || known));
    if (config.moves() && !isStranger()) {
      move(next, previous, before, known, nowNanos);
    }
    use();
    outgoing.onEpoch(next.order(), named.samplers());
    inbox.onEpoch(next.order(), nowNanos);
    settle(nowNanos);
    usedInPart = false;
  }

  /**
   * Whether samplers own slots again after an epoch in which none did, though there were some
   * (protocol S3): a drained one is used again, or another has joined. Who was lost meanwhile is
   * named by neither epoch.
   */
  private static boolean ownAnew(Epoch next, @Nullable Epoch previous) {
    List<Member> before = previous == null ? next.predecessorMembers() : previous.members();
    return next.activeSamplers() > 0
        && before.stream().noneMatch(Member::ownsSlots)
        && before.stream().anyMatch(m -> m.role() == Member.Role.SAMPLER);
  }

  /** Whether routers went by one before it that its coordinator did not know of. */
  private boolean isOfAnotherChain(Epoch next) {
    boolean passedOver = heard.isPassedOverBy(next);
    heard.onUse(next.order());
    return passedOver && config.rules().inForce(Rule.E3);
  }

  private boolean isNext(Epoch next, Epoch previous) {
    return !usedInPart && (next.follows(previous) || !config.rules().inForce(Rule.E3));
  }

  /** Nodes come and go. */
  private void rename(Epoch next, @Nullable Epoch previous) {
    List<Member> gone = named.onEpoch(next, previous);
    questions.onEpoch(next.order(), named.routers());
    losses.onRouters(named.routers());
    floors.onRouters(named.routers());
    stranger.onRouters(named.routers());
    gone.forEach(sampler -> losses.gone(sampler, next.order()));
  }

  /**
   * Holds what was gained, and asks for what was lost (protocol O1, O3, E1, E3, R3): for all, if it
   * cannot know what that is, or nobody could ask before (S3).
   */
  private void move(
      Epoch next, @Nullable Epoch previous, SlotView before, boolean known, long nowNanos) {
    Set<Long> others = named.otherSamplers();
    boolean anew = ownAnew(next, previous);
    boolean asksAll = !known || anew || next.predecessor().equals(EpochOrder.NONE);
    SlotSet own = wanted.own();
    SlotSet kept = asksAll || previous == null ? SlotSet.NONE : own.and(before.own());
    if (!known) {
      // what it owned in between is with others, who ask only when they hear of that: till then
      // its word would end the marks of who was lost meanwhile (M6); first, as an answer for all
      // that it owns would end them, too
      questions.askAll(SlotSet.ALL, next.order());
    }
    holds.onEpoch(next.order(), kept, others, nowNanos);
    if (!known) {
      holds.skipped(next.order());
    }
    next.members().stream()
        .filter(m -> m.incarnation().bits() == config.selfBits())
        .forEach(self -> losses.goesOn(self, next.order()));
    SlotSet gained = own.without(kept);
    Set<Long> lost = NamedNodes.bits(next.lost(), Member.Role.SAMPLER);
    boolean loss = asksAll || !lost.isEmpty();
    SlotSet orphaned = asksAll ? gained : SlotViews.orphans(gained, before, lost);
    holds.gain(next.order(), orphaned, others, true, loss, nowNanos);
    holds.gain(next.order(), gained.without(orphaned), others, false, loss, nowNanos);
    askNewRouters(own, asksAll);
  }

  /** Every owner asks, even if for nothing: a router may wait for the question (R3). */
  private void askNewRouters(SlotSet own, boolean asksAll) {
    if (!asksAll) {
      holds.alsoAwait(questions.askNew(own, named.newRouters()));
    } else if (own.isEmpty()) {
      questions.askNew(own, named.routers());
    }
  }

  /**
   * Puts the wanted view in use, with what is held now. Who was lost hands over decisions alone,
   * and decides nothing, before the routers have answered.
   */
  private void use() {
    tellUnsure();
    frozen = stranger.phase() == Stranger.Phase.ASKING;
    heldInView = frozen ? SlotSet.ALL : held();
    view = wanted.withHeld(heldInView);
    tier.use(view, takesParts);
  }

  /** Who was lost owns nothing, and holds nothing of what it gained before. */
  private SlotSet held() {
    return wanted.self() < 0 ? SlotSet.NONE : holds.held();
  }

  private void tellUnsure() {
    if (config.moves()) {
      doubts.tell(epoch);
    }
  }

  private boolean isStranger() {
    return stranger.phase() != Stranger.Phase.NONE;
  }

  /** The heirs of an epoch are built; again, if that failed. */
  public void onHeirs(EpochOrder of, HeirTable heirs, long nowNanos) {
    if (of.equals(wanted.order())) {
      wanted = wanted.withHeirs(heirs);
      use();
      settle(nowNanos);
    }
  }

  /** The view whose heirs are to be built; empty if they are, or need not be. */
  public Optional<SlotView> wantsHeirs() {
    boolean wants = wanted.heirs() == null && wanted.self() >= 0;
    return wants ? Optional.of(wanted) : Optional.empty();
  }

  /** This sampler was lost (protocol L2). {@link #onEpoch} follows with the epoch without it. */
  public void onLost(Epoch without, long nowNanos) {
    takesParts = false;
    lostIn = without.order();
    board.clear();
    boolean begins = stranger.begin(nowNanos);
    use();
    if (begins) { // no part makes a router known any more
      askStill(without);
    }
    settle(nowNanos);
  }

  private void askStill(Epoch without) {
    Set<Long> named = NamedNodes.bits(without.members(), Member.Role.ROUTER);
    Set<Long> known = new TreeSet<>();
    tier.routers().forEach(router -> known.add(router.incarnation().bits()));
    boolean anyGone =
        known.stream().anyMatch(router -> !named.contains(router) && tier.mark(router) >= 0);
    known.retainAll(named);
    stranger.ask(known, anyGone);
  }

  // ---- words

  /** A router has an epoch in use, which may have come here or not. */
  public void onRouterEpoch(EpochOrder order) {
    if (epoch == null || order.compareTo(epoch.order()) > 0) {
      heard.add(order);
    }
  }

  /** How far other samplers are. */
  public void onCompletions(Collection<Completion> heard, long nowNanos) {
    holds.onCompletions(heard, nowNanos);
    completions.onTold(heard);
    settle(nowNanos);
  }

  /** A router has a new link here: what it has not answered is said again. */
  public void onLink(long router, long nowNanos) {
    floors.onLink(router);
    questions.onLink(router);
    tellLosses(router);
    stranger.onLink(router);
    settle(nowNanos);
  }

  public void onWord(long router, RouterWord word, long nowNanos) {
    if (word instanceof RouterWord.Lowered m) {
      floors.onLowered(router, m.id());
    } else if (word instanceof RouterWord.Replayed m) {
      if (questions.onReplayed(router, m.id())) {
        holds.onReplayed(m.id(), nowNanos);
      }
      tellLosses(router);
    } else if (word instanceof RouterWord.Has m) {
      stranger.onHas(router, m.has());
    } else {
      throw new AssertionError(word);
    }
    settle(nowNanos);
  }

  private void tellLosses(long router) {
    if (!isStranger()) {
      losses.tell(router);
    }
  }

  /**
   * Another sampler hands over: floors, transfers and their end.
   *
   * @param word consumed
   */
  public void onPeerWord(Peer sender, PeerWord word, Peers.Answers answers, long nowNanos) {
    inbox.onWord(sender, word, answers, nowNanos);
    settle(nowNanos);
  }

  /**
   * A transfer was merged, or not.
   *
   * @param merged slots of which it has brought anything
   * @param answer what its sender is told, once routers have confirmed if anything was merged
   */
  public void onTransferDone(
      Peer from, Peers.Answers answers, SlotSet merged, PeerAnswer answer, long nowNanos) {
    long sender = from.incarnation().bits();
    if (answer instanceof PeerAnswer.TransferTaken taken) {
      holds.onProgress(merged, nowNanos);
      floors.onMerged(sender, taken.id(), answers, answer);
    } else if (answer instanceof PeerAnswer.TransferUnfit some && !some.entries().isEmpty()) {
      floors.onMerged(sender, some.id(), answers, answer);
    } else if (answer instanceof PeerAnswer.TransferUnfit none) {
      floors.onRefused(sender, none.id(), answers, answer);
    } else if (answer instanceof PeerAnswer.TransferNotOwner notOwner) {
      floors.onRefused(sender, notOwner.id(), answers, answer);
    } else if (answer instanceof PeerAnswer.TransferFull full) {
      floors.onRefused(sender, full.id(), answers, answer);
    } else {
      throw new AssertionError(answer);
    }
    settle(nowNanos);
  }

  // ---- time

  /** Some 20 to 50 times a second. */
  public void onTick(long nowNanos) {
    inbox.onTick(nowNanos);
    floors.onTick(nowNanos);
    holds.onProgress(tier.progress(), nowNanos);
    holds.onTick(nowNanos);
    boolean owners = epoch != null && epoch.activeSamplers() > 0;
    stranger.onTick(tier.isEmpty(), owners, named.routers(), nowNanos);
    outgoing.onTick(tier.oldestForeign().isEmpty(), nowNanos);
    settle(nowNanos);
    if (marking.isDue(nowNanos)) {
      mark();
      tier.forgetRouters(named.routers());
    }
  }

  /** Says what follows from what has happened. */
  @SuppressWarnings("ReferenceEquality") // the same object until holds change
  private void settle(long nowNanos) {
    if (frozen && stranger.phase() != Stranger.Phase.ASKING) {
      if (stranger.discards()) {
        tier.discardOpen();
      }
      use();
    }
    if (!frozen && held() != heldInView) {
      use();
    }
    tellUnsure();
    completions.say(
        tier.applied(), tier.oldestForeign(), holds::isUnsure, holds::unfinishedUpTo, nowNanos);
    if (!isStranger()) { // who owns nothing cannot say what is needed
      losses.say(order -> noneOwns() || holds.anyGainedUpTo(order) || questions.isOpenUpTo(order));
    }
    outbox.flush();
    publish(nowNanos);
  }

  /** What is lost now, somebody will need who owns slots later (protocol S3). */
  private boolean noneOwns() {
    return epoch == null || epoch.activeSamplers() == 0;
  }

  /** Marks of the lost are ignored, and one that was still counted would never end. */
  private void mark() {
    if (!isStranger()) {
      marking.mark(view.order());
    }
  }

  private void publish(long nowNanos) {
    Epoch newest = epoch;
    if (newest == null) {
      return;
    }
    boolean handedOver =
        completions.upTo().equals(newest.order())
            && floors.unanswered() == 0
            && !questions.isAnyOfNewRouters();
    status =
        new HandoffStatus(
            newest.order(),
            wanted.self() >= 0,
            newest.activeSamplers() == 0,
            named.routers().size(),
            holds.count(),
            holds.held().size(),
            questions.open(),
            questions.unanswered(),
            holds.timeouts(),
            holds.oldestNanos(nowNanos),
            completions.upTo(),
            handedOver,
            handedOver && questions.open() == 0 && completions.isTold(nowNanos),
            isStranger(),
            stranger.phase() == Stranger.Phase.EMPTY);
    waitingFor = holds.isEmpty() && questions.open() == 0 ? Set.of() : nodesWaitedFor();
  }

  private Set<Long> nodesWaitedFor() {
    Set<Long> waits = holds.waitingFor();
    waits.addAll(questions.waitingFor());
    return Set.copyOf(waits);
  }

  /** Bits of samplers and routers that holds and questions wait for. Threads: any. */
  public Set<Long> waitingFor() {
    return waitingFor;
  }

  /** The newest word on itself. Threads: any. */
  public HandoffStatus status() {
    return status;
  }

  /** Drops what waits. */
  public void close() {
    inbox.close();
  }
}
