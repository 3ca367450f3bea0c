package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.buffer.Unpooled;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Mark;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerWord;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.store.SlotView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The machines together, as sampler a sees samplers b and c and router r. */
class KeeperTest {
  private static final long SECOND = 1_000_000_000;
  private static final Member A = member("a", 1, Member.Role.SAMPLER, Member.State.ACTIVE);
  private static final Member B = member("b", 2, Member.Role.SAMPLER, Member.State.ACTIVE);
  private static final Member C = member("c", 3, Member.Role.SAMPLER, Member.State.ACTIVE);
  private static final Member R = member("r", 7, Member.Role.ROUTER, Member.State.ACTIVE);
  private static final Peer ROUTER = new Peer("r", R.incarnation());

  private final SaidWords routers = new SaidWords();
  private final FakeTier tier = new FakeTier();
  private final MarkBoard board = new MarkBoard();
  private final List<Completion> completions = new ArrayList<>();
  private final List<PeerAnswer> answers = new ArrayList<>();
  private final Peers.Answers way = answers::add;
  private Keeper keeper = keeper(true);
  private @Nullable Epoch last;

  private Keeper keeper(boolean moves) {
    return new Keeper(
        new KeeperConfig("a", 1, moves, 30 * SECOND, 3 * SECOND, Rules.ALL),
        tier,
        routers,
        new Outgoing((to, word) -> true, router -> -1, List::of),
        board,
        completions::add);
  }

  @Test
  void firstEpoch_withoutPredecessor_holdsAllUntilEveryRouterHasAnsweredAndOthersAreComplete() {
    epoch(List.of(A, B, R), List.of());
    assertThat(tier.view().held()).isEqualTo(owned());
    SamplerWord.Question question = routers.take(SamplerWord.Question.class).get(0);
    assertThat(question.slots()).isEqualTo(owned());
    keeper.onWord(7, new RouterWord.Replayed(question.id()), 0);
    complete(B, 1);
    keeper.onTick(3 * SECOND - 1);
    assertThat(tier.view().held().isEmpty()).as("who was before may decide").isFalse();
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
    assertThat(completions).containsExactly(new Completion(1, e(1), EpochOrder.NONE));
  }

  @Test
  void firstEpoch_withoutRouters_isHeldUntilTheFirstHasReplayed() {
    epoch(List.of(A), List.of());
    keeper.onTick(20 * SECOND);
    assertThat(tier.takesParts).isTrue();
    assertThat(tier.view().held()).isEqualTo(owned());
    assertThat(keeper.status().holds()).as("that anybody could end").isZero();
    epoch(List.of(A, named(R, 2)), List.of());
    routers
        .take(SamplerWord.Question.class)
        .forEach(q -> keeper.onWord(7, new RouterWord.Replayed(q.id()), 20 * SECOND));
    keeper.onTick(20 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
  }

  @Test
  void firstEpoch_routerNamedWhileAllIsHeld_isWaitedFor() {
    epoch(List.of(A, R), List.of());
    Member other = member("s", 8, Member.Role.ROUTER, Member.State.ACTIVE);
    routers
        .take(SamplerWord.Question.class)
        .forEach(q -> keeper.onWord(7, new RouterWord.Replayed(q.id()), 0));
    epoch(List.of(A, R, other), List.of());
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held()).isEqualTo(owned());
    routers
        .take(SamplerWord.Question.class)
        .forEach(q -> keeper.onWord(8, new RouterWord.Replayed(q.id()), 3 * SECOND));
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
  }

  @Test
  void firstEpoch_noRouterComes_endsAfterAWhile_asNoSplit() {
    epoch(List.of(A), List.of());
    keeper.onTick(30 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
    assertThat(keeper.status().possibleSplits()).isZero();
  }

  @Test
  void staticMembers_nothingIsHeldNorAsked() {
    keeper = keeper(false);
    epoch(List.of(A, B, R), List.of());
    assertThat(tier.view().held().isEmpty()).isTrue();
    assertThat(routers.take()).isEmpty();
  }

  @Test
  void drain_ofAnother_holdsWhatIsGainedWithoutAskingRouters() {
    settled(A, B, C, R);
    SlotSet before = owned();
    epoch(List.of(A, B, C.withState(Member.State.DRAINING), R), List.of());
    assertThat(tier.view().held()).isEqualTo(owned().without(before));
    assertThat(routers.take()).isEmpty();
    complete(B, 2);
    keeper.onTick(0);
    assertThat(tier.view().held().isEmpty()).isFalse();
    complete(C, 2);
    keeper.onTick(0);
    assertThat(tier.view().held().isEmpty()).isTrue();
  }

  private SlotSet gainedFromDraining() {
    settled(A, B, C, R);
    SlotSet before = owned();
    epoch(List.of(A, B, C.withState(Member.State.DRAINING), R), List.of());
    complete(B, 2);
    return owned().without(before);
  }

  @Test
  void drainOfAnother_whoLeavesAfterItsWord_isOver() {
    SlotSet unused = gainedFromDraining();
    complete(C, 2);
    epoch(List.of(A, B, R), List.of());
    keeper.onTick(0);
    assertThat(tier.view().held().isEmpty()).isTrue();
    assertThat(routers.take(SamplerWord.Question.class)).isEmpty();
  }

  /** The word it said last, and nobody heard, may have been that what it gave is unfinished. */
  @Test
  void drainOfAnother_whoLeavesBeforeItsWordIsHeard_isAskedFor() {
    SlotSet gained = gainedFromDraining();
    epoch(List.of(A, B, R), List.of());
    keeper.onTick(0);
    assertThat(tier.view().held()).isEqualTo(gained);
    assertThat(routers.take(SamplerWord.Question.class).get(0).slots()).isEqualTo(gained);
  }

  @Test
  void loss_asksForTheLostOnesSlots_thenNeedsNothing() {
    settled(A, B, C, R);
    SlotSet ofC = SlotSet.where(slot -> "c".equals(tier.view().table().owner(slot).orElse("")));
    epoch(List.of(A, B, R), List.of(C));
    SamplerWord.Question question = routers.take(SamplerWord.Question.class).get(0);
    assertThat(question.slots()).isEqualTo(owned().and(ofC));
    complete(B, 2);
    keeper.onWord(7, new RouterWord.Replayed(question.id()), 0);
    keeper.onTick(3 * SECOND - 1);
    assertThat(tier.view().held().isEmpty()).isFalse();
    assertThat(routers.take())
        .as("again, as it has answered")
        .containsExactly(new SaidWords.Said(7, needsNothingOf(A, 1)));
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
    assertThat(routers.take(SamplerWord.NeedsNothing.class)).containsExactly(needsNothingOf(C, 2));
  }

  /** A router that skipped epochs waits for a word up to the one it has. */
  @Test
  void epochWithoutLoss_isSpokenOfWhenNothingIsHeld() {
    settled(A, B, C, R);
    epoch(List.of(A, B, C.withState(Member.State.DRAINING), R), List.of());
    complete(B, 2);
    keeper.onTick(0);
    assertThat(routers.take()).isEmpty();
    complete(C, 2);
    keeper.onTick(0);
    assertThat(routers.take(SamplerWord.NeedsNothing.class)).containsExactly(needsNothingOf(A, 2));
  }

  @Test
  void loss_inTheEpochThatFirstNamesThisSampler_isSpokenOf() {
    last = new Epoch(e(2), "b", List.of(B, C, R), 0, EpochOrder.NONE, List.of());
    epoch(List.of(named(A, 3), B, R), List.of(C));
    complete(B, 3);
    routers
        .take(SamplerWord.Question.class)
        .forEach(asked -> keeper.onWord(7, new RouterWord.Replayed(asked.id()), 0));
    keeper.onTick(3 * SECOND);
    assertThat(routers.take(SamplerWord.NeedsNothing.class)).containsExactly(needsNothingOf(C, 3));
  }

  /** A router may let go of what it keeps for the first when the second is answered. */
  @Test
  void epochOutOfTurn_allSlotsAreAskedForBeforeItsOwn_whichAreHeld() {
    settled(A, B, C, R);
    epoch(List.of(A, B, C, R), List.of(), false);
    assertThat(tier.view().held()).isEqualTo(owned());
    assertThat(routers.take(SamplerWord.Question.class))
        .extracting(SamplerWord.Question::slots)
        .containsExactly(SlotSet.ALL, owned());
  }

  @Test
  void epochInTurn_whosePredecessorWasNeverInUse_allIsHeldAndAskedFor() {
    settled(A, B, C, R);
    next(List.of(A, B, R), List.of(C), true);
    epoch(List.of(A, B, R), List.of());
    assertThat(tier.view().held()).isEqualTo(owned());
    assertThat(routers.take(SamplerWord.Question.class))
        .anyMatch(question -> question.slots().equals(owned()));
  }

  @Test
  void epochInTurn_whosePredecessorWasUsedInPart_allIsHeldAndAskedFor() {
    settled(A, B, C, R);
    tier.failing = true;
    assertThatIllegalStateException().isThrownBy(() -> epoch(List.of(A, B, R), List.of(C)));
    tier.failing = false;
    routers.take();
    epoch(List.of(A, B, R), List.of());
    assertThat(tier.view().held()).isEqualTo(owned());
    assertThat(routers.take(SamplerWord.Question.class))
        .anyMatch(question -> question.slots().equals(owned()));
  }

  @Test
  void epochInTurn_beforeWhichARouterWentByOneOfAnotherChain_allIsHeldAndAskedFor() {
    settled(A, B, C, R);
    keeper.onRouterEpoch(e(2));
    use(chained(new Epoch(e(3), "a", List.of(A, R), 0, e(1), List.of(B, C), "b", List.of())), true);
    assertThat(tier.view().held()).isEqualTo(owned());
    assertThat(routers.take(SamplerWord.Question.class))
        .anyMatch(question -> question.slots().equals(owned()));
  }

  @Test
  void epochsInTurn_thatRoutersWentByBefore_holdWhatIsGained() {
    settled(A, B, C, R);
    SlotSet before = owned();
    keeper.onRouterEpoch(e(1));
    keeper.onRouterEpoch(e(2));
    keeper.onRouterEpoch(e(3));
    epoch(List.of(A, B, C.withState(Member.State.DRAINING), R), List.of());
    complete(C, 2);
    epoch(List.of(A, B, R), List.of());
    assertThat(tier.view().held()).isEqualTo(owned().without(before));
    assertThat(routers.take(SamplerWord.Question.class)).isEmpty();
  }

  @Test
  void newRouter_isAskedForAllThatIsOwned_withoutAHold() {
    settled(A, B, R);
    Member other = member("s", 8, Member.Role.ROUTER, Member.State.ACTIVE);
    epoch(List.of(A, B, R, other), List.of());
    assertThat(routers.take())
        .containsExactly(
            new SaidWords.Said(8, new SamplerWord.Question(2, owned(), e(2))),
            new SaidWords.Said(7, needsNothingOf(A, 2)));
    assertThat(tier.view().held().isEmpty()).isTrue();
  }

  @Test
  void routerNamedAnew_isToldWhatIsNotNeeded_onlyAfterItsAnswer() {
    settled(A, B, C, R);
    epoch(List.of(A, B), List.of(C, R));
    complete(B, 2);
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held().isEmpty()).as("without a router to ask").isFalse();
    epoch(List.of(A, B, named(R, 3)), List.of());
    keeper.onLink(7, 3 * SECOND);
    List<SaidWords.Said> said = routers.take();
    assertThat(said).allMatch(word -> word.word() instanceof SamplerWord.Question);
    said.stream()
        .map(word -> (SamplerWord.Question) word.word())
        .forEach(asked -> keeper.onWord(7, new RouterWord.Replayed(asked.id()), 3 * SECOND));
    assertThat(routers.take(SamplerWord.NeedsNothing.class))
        .as("again, as it has answered")
        .containsOnly(needsNothingOf(A, 1));
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
    assertThat(routers.take(SamplerWord.NeedsNothing.class))
        .containsExactly(needsNothingOf(C, 2), needsNothingOf(A, 3));
  }

  @Test
  void routerGoneOrNamedAnew_isCoveredByNoDecision_untilItHasReplayedAll() {
    settled(A, B, R);
    assertThat(tier.unsure).isEmpty();
    epoch(List.of(A, B), List.of(R));
    assertThat(tier.unsure).containsExactly(ROUTER);
    epoch(List.of(A, B, named(R, 3)), List.of());
    assertThat(tier.unsure).containsExactly(ROUTER);
    SamplerWord.Question asked = routers.take(SamplerWord.Question.class).get(0);
    keeper.onWord(7, new RouterWord.Replayed(asked.id()), 0);
    assertThat(tier.unsure).isEmpty();
  }

  @Test
  void routersThatWereNamed_andAreNot_areTold_thoseToComeAreNot() {
    Peer toCome = new Peer("t", new Incarnation(EpochOrder.NONE, 70));
    Peer later = new Peer("u", new Incarnation(e(9), 71));
    Peer before = new Peer("v", new Incarnation(e(1), 72));
    tier.known = List.of(ROUTER, toCome, later, before);
    settled(A, B, R);
    assertThat(tier.unnamed).containsExactly(before);
    epoch(List.of(A, B), List.of(R));
    assertThat(tier.unnamed).containsExactly(ROUTER, before);
    tier.known = List.of(ROUTER);
    keeper.onTick(0);
    assertThat(tier.unnamed).containsExactly(ROUTER);
  }

  @Test
  void joiner_ofALivingClusterWithoutLoss_asksNobody() {
    Epoch first = chained(new Epoch(e(1), "b", List.of(B, R), 0, EpochOrder.NONE, List.of()));
    Member joining = named(A, 2);
    last = first;
    epoch(List.of(joining, B, R), List.of());
    assertThat(routers.take(SamplerWord.Question.class)).isEmpty();
    assertThat(tier.view().held()).isEqualTo(owned());
  }

  @Test
  void noneActive_theLastTablesStand_andNoPartIsTaken() {
    settled(A, B, R);
    SlotSet owned = owned();
    epoch(
        List.of(A.withState(Member.State.DRAINING), B.withState(Member.State.DRAINING), R),
        List.of());
    assertThat(owned()).isEqualTo(owned);
    assertThat(tier.view().order()).isEqualTo(e(2));
    assertThat(tier.takesParts).isFalse();
    assertThat(keeper.status().noneActive()).isTrue();
  }

  /** An operator takes a drain back: the incarnation is the same, but it owned nothing. */
  @Test
  void activeAgain_holdsAllItGainsUntilOthersAreComplete_withoutAskingRouters() {
    settled(A, B, R);
    epoch(List.of(A.withState(Member.State.DRAINING), B, R), List.of());
    assertThat(keeper.status().owns()).isFalse();
    epoch(List.of(A, B, R), List.of());
    assertThat(tier.takesParts).isTrue();
    assertThat(tier.view().held()).isEqualTo(owned());
    assertThat(routers.take(SamplerWord.Question.class)).isEmpty();
    complete(B, 2);
    keeper.onTick(0);
    assertThat(tier.view().held()).isEqualTo(owned());
    complete(B, 3);
    keeper.onTick(0);
    assertThat(tier.view().held().isEmpty()).isTrue();
  }

  /** Nobody could ask for what was lost while none owned slots, and no epoch tells of it now. */
  @Test
  void activeAgain_afterTheOnlyOwnerWasLost_asksForAllAndWaitsForTheLease() {
    Member drained = A.withState(Member.State.DRAINING);
    settled(A, B, R);
    epoch(List.of(drained, B, R), List.of());
    keeper.onTick(0);
    routers.take();
    epoch(List.of(drained, R), List.of(B));
    keeper.onTick(0);
    assertThat(routers.take()).isEmpty();
    epoch(List.of(A, R), List.of());
    SamplerWord.Question question = routers.take(SamplerWord.Question.class).get(0);
    assertThat(question.slots()).isEqualTo(SlotSet.ALL);
    assertThat(tier.view().held()).isEqualTo(SlotSet.ALL);
    keeper.onWord(7, new RouterWord.Replayed(question.id()), 0);
    keeper.onTick(3 * SECOND - 1);
    assertThat(routers.take(SamplerWord.NeedsNothing.class)).doesNotContain(needsNothingOf(B, 3));
    assertThat(tier.view().held()).isEqualTo(SlotSet.ALL);
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
    assertThat(routers.take(SamplerWord.NeedsNothing.class))
        .containsExactly(needsNothingOf(B, 3), needsNothingOf(A, 4));
  }

  @Test
  void joiner_whereNoSamplerOwnsSlots_waitsForTheLeaseOfWhoMayHaveBeenLost() {
    Member drained = B.withState(Member.State.DRAINING);
    last = chained(new Epoch(e(1), "b", List.of(drained, R), 0, EpochOrder.NONE, List.of()));
    epoch(List.of(named(A, 2), drained, R), List.of());
    SamplerWord.Question question = routers.take(SamplerWord.Question.class).get(0);
    assertThat(question.slots()).isEqualTo(SlotSet.ALL);
    keeper.onWord(7, new RouterWord.Replayed(question.id()), 0);
    complete(B, 2);
    keeper.onTick(3 * SECOND - 1);
    assertThat(tier.view().held()).isEqualTo(SlotSet.ALL);
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
  }

  @Test
  void drained_allHandedOver_nothingIsLeft() {
    settled(A, B, R);
    tier.foreign = Optional.of(e(2));
    epoch(List.of(A.withState(Member.State.DRAINING), B, R), List.of());
    keeper.onTick(0);
    assertThat(keeper.status().nothingLeft()).isFalse();
    tier.foreign = Optional.empty();
    keeper.onTick(0);
    assertThat(keeper.status().handedOver()).isTrue();
    assertThat(keeper.status().nothingLeft()).as("before all are told").isFalse();
    allAreTold();
    assertThat(keeper.status().nothingLeft()).isTrue();
    assertThat(keeper.status().owns()).isFalse();
  }

  /** It owns nothing and says that what went is unfinished: who owns that now asks as well. */
  @Test
  void drained_whileItsGainsAreAskedFor_allIsHandedOverButNotAnswered() {
    settled(A, B, C, R);
    epoch(List.of(A, B, R), List.of(C));
    SamplerWord.Question question = routers.take(SamplerWord.Question.class).get(0);
    epoch(List.of(A.withState(Member.State.DRAINING), B, R), List.of());
    keeper.onTick(0);
    assertThat(completions.get(completions.size() - 1)).isEqualTo(new Completion(1, e(3), e(3)));
    assertThat(keeper.status().handedOver()).isTrue();
    allAreTold();
    assertThat(keeper.status().nothingLeft()).isFalse();
    keeper.onWord(7, new RouterWord.Replayed(question.id()), 0);
    assertThat(keeper.status().nothingLeft()).isTrue();
  }

  /**
   * B owns them next, but may be lost before it hears that they are unfinished, and its heir may
   * come later than the loss.
   */
  @Test
  void drained_inTheEpochThatLosesWhoHandsOver_needsThatUntilRoutersHaveReplayedWhatWent() {
    settled(A, B, C, R);
    SlotSet before = owned();
    Member dies = C.withState(Member.State.DRAINING);
    epoch(List.of(A, B, dies, R), List.of());
    SlotSet gained = owned().without(before);
    complete(B, 2);
    keeper.onTick(0);
    routers.take();
    epoch(List.of(A.withState(Member.State.DRAINING), B, R), List.of(dies));
    SamplerWord.Question question = routers.take(SamplerWord.Question.class).get(0);
    assertThat(question.slots()).isEqualTo(gained);
    keeper.onTick(0);
    assertThat(routers.take()).isEmpty();
    assertThat(completions.get(completions.size() - 1)).isEqualTo(new Completion(1, e(3), e(3)));
    keeper.onWord(7, new RouterWord.Replayed(question.id()), 0);
    assertThat(routers.take(SamplerWord.NeedsNothing.class)).contains(needsNothingOf(C, 3));
  }

  /** No hold waited for that, so nobody else hears of it. */
  @Test
  void drained_whileANewRouterIsAsked_isNotHandedOver() {
    settled(A, B, R);
    Member other = member("s", 8, Member.Role.ROUTER, Member.State.ACTIVE);
    epoch(List.of(A, B, R, other), List.of());
    SamplerWord.Question question = routers.take(SamplerWord.Question.class).get(0);
    epoch(List.of(A.withState(Member.State.DRAINING), B, R, other), List.of());
    keeper.onTick(0);
    assertThat(completions.get(completions.size() - 1))
        .isEqualTo(new Completion(1, e(3), EpochOrder.NONE));
    assertThat(keeper.status().handedOver()).isFalse();
    keeper.onWord(8, new RouterWord.Replayed(question.id()), 0);
    assertThat(keeper.status().handedOver()).isTrue();
  }

  @Test
  void floors_lowerTheBoardThenTheRouter_andTheMarkStaysBelow() {
    settled(A, B, R);
    tier.mark = 100;
    keeper.onTick(4 * SECOND);
    assertThat(board.mark(7)).isEqualTo(new Mark(100, e(1)));
    Peer peer = new Peer("b", B.incarnation());
    keeper.onPeerWord(
        peer,
        new PeerWord.Floors(1, e(1), List.of(new PeerWord.RouterSeq(ROUTER, 40))),
        way,
        4 * SECOND);
    assertThat(board.mark(7)).isEqualTo(new Mark(40, e(1)));
    assertThat(routers.take())
        .containsExactly(new SaidWords.Said(7, new SamplerWord.Lowering(1, 40)));
    keeper.onTick(5 * SECOND);
    assertThat(board.mark(7)).isEqualTo(new Mark(40, e(1)));

    keeper.onPeerWord(peer, new PeerWord.Transfer(5, e(1), Unpooled.buffer(1)), way, 5 * SECOND);
    keeper.onTransferDone(peer, way, SlotSet.of(1), new PeerAnswer.TransferTaken(5), 5 * SECOND);
    assertThat(answers).isEmpty();
    keeper.onWord(7, new RouterWord.Lowered(1), 5 * SECOND);
    assertThat(answers).containsExactly(new PeerAnswer.TransferTaken(5));
    keeper.onPeerWord(peer, new PeerWord.FloorsEnd(), way, 5 * SECOND);
    keeper.onTick(6 * SECOND);
    assertThat(board.mark(7)).isEqualTo(new Mark(100, e(1)));
  }

  /** What it accepted of the router may lie in the queues of its shards. */
  @Test
  void floors_ofARouterNoShardHasSeen_makeTheMarkZero() {
    settled(A, B, R);
    keeper.onPeerWord(
        new Peer("b", B.incarnation()),
        new PeerWord.Floors(1, e(1), List.of(new PeerWord.RouterSeq(ROUTER, 40))),
        way,
        4 * SECOND);
    assertThat(board.mark(7)).isEqualTo(new Mark(0, e(1)));
    keeper.onTick(5 * SECOND);
    assertThat(board.mark(7)).isEqualTo(new Mark(0, e(1)));
    tier.mark = 100;
    keeper.onTick(6 * SECOND);
    assertThat(board.mark(7)).isEqualTo(new Mark(40, e(1)));
  }

  @Test
  void mark_ofARouterNeverSeen_isNotGiven() {
    settled(A, B, R);
    keeper.onTick(SECOND);
    assertThat(board.mark(7)).isNull();
  }

  @Test
  void lost_whatIsOpenIsKeptUntilTheRoutersHaveAnswered_thenItIsHandedOver() {
    settled(A, B, R);
    tier.empty = false;
    Epoch without = next(List.of(B, R), List.of(A), true);
    keeper.onLost(without, 0);
    use(without, true);
    assertThat(tier.view().order()).isEqualTo(e(2));
    assertThat(tier.view().keepsOpen()).isTrue();
    assertThat(tier.takesParts).isFalse();
    keeper.onWord(7, new RouterWord.Has(true), 0);
    assertThat(tier.view().self()).isNegative();
    assertThat(tier.view().keepsOpen()).isFalse();
    assertThat(tier.view().order()).isEqualTo(e(2));
    assertThat(tier.discarded).isFalse();
    keeper.onTick(0);
    assertThat(keeper.status().empty()).isFalse();
    tier.empty = true;
    keeper.onTick(0);
    assertThat(keeper.status().empty()).isTrue();
  }

  /** No hold of a stranger ends but by its timeout: nobody's word is for it. */
  @Test
  void lost_whileItHolds_whatIsOpenIsHandedOverWhenTheRoutersHaveAnswered() {
    epoch(List.of(A, B, R), List.of());
    assertThat(tier.view().held().isEmpty()).isFalse();
    Epoch without = next(List.of(B, R), List.of(A), true);
    keeper.onLost(without, 0);
    use(without, true);
    assertThat(tier.view().keepsOpen()).isTrue();
    keeper.onWord(7, new RouterWord.Has(true), 0);
    assertThat(tier.view().keepsOpen()).isFalse();
    assertThat(tier.view().held().isEmpty()).isTrue();
  }

  @Test
  void lost_noRouterHas_discards() {
    settled(A, B, R);
    Epoch without = next(List.of(B, R), List.of(A), true);
    keeper.onLost(without, 0);
    use(without, true);
    keeper.onWord(7, new RouterWord.Has(false), 0);
    assertThat(tier.discarded).isTrue();
  }

  /** A router it knows nothing of comes and goes, and says nothing. */
  @Test
  void lost_routerThatHasSentItNothing_isNotAsked_norMissedWhenItIsGone() {
    settled(A, B, R);
    Member other = member("s", 8, Member.Role.ROUTER, Member.State.ACTIVE);
    routers.take();
    Epoch without = next(List.of(B, R, other), List.of(A), true);
    keeper.onLost(without, 0);
    assertThat(routers.take(SamplerWord.AskHas.class)).hasSize(1);
    use(without, true);
    epoch(List.of(B, R), List.of(other));
    assertThat(tier.view().held()).isEqualTo(SlotSet.ALL);
    keeper.onWord(7, new RouterWord.Has(false), 0);
    assertThat(tier.discarded).isTrue();
  }

  @Test
  void lost_routerItKnowsIsGoneBeforeItAnswers_handsOver() {
    settled(A, B, R);
    Epoch without = next(List.of(B, R), List.of(A), true);
    keeper.onLost(without, 0);
    use(without, true);
    epoch(List.of(B), List.of(R));
    assertThat(tier.view().order()).isEqualTo(e(3));
    assertThat(tier.discarded).isFalse();
  }

  /** Epochs are used some time after they are told. */
  @Test
  void lost_whileAnEpochBeforeThatIsBuilt_staysLost() {
    settled(A, B, C, R);
    Epoch before = next(List.of(A, B, R), List.of(C), true);
    Epoch without = next(List.of(B, R), List.of(A), true);
    keeper.onLost(without, 0);
    use(before, true);
    assertThat(keeper.status().stranger()).isTrue();
    assertThat(tier.takesParts).isFalse();
    use(without, true);
    assertThat(keeper.status().stranger()).isTrue();
  }

  @Test
  void lost_namedByAChainThatWinsLater_goesOnAsIfItHadNotBeen() {
    settled(A, B, R);
    Epoch without = next(List.of(B, R), List.of(A), true);
    keeper.onLost(without, 0);
    use(without, true);
    routers.take();
    epoch(List.of(A, B, R), List.of(), false);
    assertThat(keeper.status().stranger()).isFalse();
    assertThat(tier.takesParts).isTrue();
    assertThat(tier.view().order()).isEqualTo(e(4));
    assertThat(tier.view().held()).isEqualTo(owned());
    assertThat(routers.take(SamplerWord.Question.class))
        .anyMatch(question -> question.slots().equals(owned()));
    keeper.onWord(7, new RouterWord.Has(false), 0);
    assertThat(tier.discarded).isFalse();
    tier.empty = true;
    keeper.onTick(0);
    assertThat(keeper.status().empty()).isFalse();
  }

  // ---- epochs

  private static EpochOrder e(int number) {
    return new EpochOrder(1, number);
  }

  private static Member member(String id, long bits, Member.Role role, Member.State state) {
    int weight = role == Member.Role.SAMPLER ? 100 : 0;
    return new Member(id, new Incarnation(e(1), bits), role, state, weight, "", "", "", 1);
  }

  private static Member named(Member m, int number) {
    return m.withIncarnation(new Incarnation(e(number), m.incarnation().bits()));
  }

  /** A first epoch whose hold is over. */
  private void settled(Member... members) {
    epoch(List.of(members), List.of());
    keeper.onWord(7, new RouterWord.Replayed(1), 0);
    Stream.of(members).forEach(m -> complete(m, 1));
    keeper.onTick(3 * SECOND);
    assertThat(tier.view().held().isEmpty()).isTrue();
    routers.take();
  }

  private static SamplerWord.NeedsNothing needsNothingOf(Member sampler, int upTo) {
    return new SamplerWord.NeedsNothing(sampler.nodeId(), sampler.incarnation(), e(upTo));
  }

  /** What it has said last. */
  private void allAreTold() {
    keeper.onCompletions(List.of(completions.get(completions.size() - 1)), 0);
  }

  private void complete(Member sampler, int upTo) {
    keeper.onCompletions(
        List.of(new Completion(sampler.incarnation().bits(), e(upTo), EpochOrder.NONE)), 0);
  }

  private void epoch(List<Member> members, List<Member> lost) {
    epoch(members, lost, true);
  }

  private void epoch(List<Member> members, List<Member> lost, boolean inTurn) {
    use(next(members, lost, inTurn), inTurn);
  }

  private void use(Epoch next, boolean inTurn) {
    Keeper.Tables tables =
        new Keeper.Tables(RingTable.of(next), RingTable.of(next.predecessorMembers()));
    keeper.onEpoch(next, tables, inTurn, 0);
  }

  private Epoch next(List<Member> members, List<Member> lost, boolean inTurn) {
    Epoch before = last;
    int number = before == null ? 1 : (int) before.order().number() + (inTurn ? 1 : 2);
    return chained(
        before == null
            ? new Epoch(e(1), "b", members, 0, EpochOrder.NONE, lost)
            : new Epoch(e(number), "b", members, 0, before.order(), lost, "b", before.members()));
  }

  private Epoch chained(Epoch epoch) {
    last = epoch;
    return epoch;
  }

  private SlotSet owned() {
    return SlotSet.where(tier.view()::owns);
  }

  static final class FakeTier implements Tier {
    private final List<SlotView> views = new ArrayList<>();
    private final Map<Long, Peers.Answers> taken = new HashMap<>();
    private Optional<EpochOrder> foreign = Optional.empty();
    private List<Peer> unsure = List.of();
    private List<Peer> unnamed = List.of();
    private List<Peer> known = List.of(ROUTER);
    boolean failing;
    private boolean takesParts;
    private boolean discarded;
    private boolean empty = true;
    private long mark = -1;

    SlotView view() {
      return views.get(views.size() - 1);
    }

    @Override
    public void use(SlotView view, boolean parts) {
      if (failing) {
        throw new IllegalStateException("as told");
      }
      views.add(view);
      takesParts = parts;
    }

    @Override
    public EpochOrder applied() {
      return views.isEmpty() ? EpochOrder.NONE : view().order();
    }

    @Override
    public Optional<EpochOrder> oldestForeign() {
      return foreign;
    }

    @Override
    public long mark(long router) {
      return mark;
    }

    @Override
    public List<Peer> routers() {
      return known;
    }

    @Override
    public void forgetRouters(Set<Long> named) {}

    @Override
    public void unsure(Collection<Peer> routers) {
      unsure = List.copyOf(routers);
    }

    @Override
    public void unnamed(Collection<Peer> routers) {
      unnamed = List.copyOf(routers);
    }

    @Override
    public SlotSet progress() {
      return SlotSet.NONE;
    }

    @Override
    public void take(Peer sender, PeerWord.Transfer transfer, Peers.Answers answers) {
      transfer.entries().release();
      taken.put(transfer.id(), answers);
    }

    @Override
    public void discardOpen() {
      discarded = true;
    }

    @Override
    public boolean isEmpty() {
      return empty;
    }

    @Override
    public void tellMarks() {}
  }
}
