package io.ringtail.cluster.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Members;
import io.ringtail.cluster.word.ClusterMessage.Announce;
import io.ringtail.cluster.word.ClusterMessage.AskEpoch;
import io.ringtail.cluster.word.ClusterMessage.AskHighest;
import io.ringtail.cluster.word.ClusterMessage.Confirm;
import io.ringtail.cluster.word.ClusterMessage.Drained;
import io.ringtail.cluster.word.ClusterMessage.Echo;
import io.ringtail.cluster.word.ClusterMessage.Highest;
import io.ringtail.cluster.word.ClusterMessage.Published;
import io.ringtail.cluster.word.ClusterMessage.Stamp;
import io.ringtail.rules.Rules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One node's words: of sampler b to coordinator a, and of a. */
class EpochsTest {
  private static final long SECOND = 1_000_000_000;
  private static final EpochOrder E1 = new EpochOrder(1, 1);
  private static final Member A = sampler("a", 1);
  private static final Member B = sampler("b", 2);
  private static final Member R =
      Members.member("r", Member.Role.ROUTER, 0).withIncarnation(new Incarnation(E1, 4));
  private static final Member C = fresh(sampler("c", 3));

  private final Epochs epochs = new Epochs(B, List::size, Rules.ALL);
  private final Epochs coordinator = new Epochs(fresh(A), List::size, Rules.ALL);

  @Test
  void witness_askedByALaterView_doesNotVouchForTheDeposedCoordinatorBeforeThatComes() {
    epochs.onView(view(1, 1, 2), 0);
    Epoch first = epoch(E1, A, B);
    epochs.on(1, new Published(first), 0);
    assertThat(epochs.newest()).isEqualTo(Optional.of(first));
    Stamp stamp = new Stamp(7, EpochId.of(first), 0, EpochId.NONE, EpochOrder.NONE);
    Effect echo = new Effect.Send(1, new Echo(7, E1));
    assertThat(epochs.on(1, stamp, 0)).contains(echo);

    epochs.on(3, new AskHighest(2), SECOND);
    assertThat(epochs.on(1, stamp, 6 * SECOND - 1)).doesNotContain(echo);
    assertThat(epochs.on(1, stamp, 6 * SECOND)).as("the later view is gone").contains(echo);
    epochs.onView(view(2, 3, 2), 6 * SECOND);
    assertThat(epochs.on(1, stamp, 6 * SECOND)).doesNotContain(echo);
  }

  /** Drained, used again and stopped in a moment: each of them is an epoch. */
  @Test
  void member_changesAgain_saysSoOnceTheNewestEpochHasTheLastChange() {
    Member draining = B.withState(Member.State.DRAINING);
    epochs.onView(view(1, 1, 2), 0);
    use(epoch(E1, A, B));
    assertThat(epochs.isAsSaid()).isTrue();
    assertThat(epochs.update(draining, 0)).contains(new Effect.Send(1, new Announce(draining)));
    assertThat(epochs.isAsSaid()).isFalse();

    assertThat(epochs.update(B, 0)).isEmpty();
    assertThat(epochs.onTick(SECOND)).contains(new Effect.Send(1, new Announce(draining)));
    Epoch second = epoch(new EpochOrder(1, 2), A, draining);
    assertThat(epochs.on(1, new Published(second), SECOND)).contains(announced(1));
    assertThat(epochs.update(draining, SECOND)).isEmpty();
    epochs.inUse(second, SECOND);
    assertThat(epochs.isAsSaid()).as("it has said that it owns slots").isFalse();

    Epoch third = epoch(new EpochOrder(1, 3), A, B);
    epochs.on(1, new Published(third), SECOND);
    Epoch fourth = epoch(new EpochOrder(1, 4), A, draining);
    epochs.on(1, new Published(fourth), SECOND);
    assertThat(epochs.isAsSaid()).as("not in use").isFalse();
    epochs.inUse(fourth, SECOND);
    assertThat(epochs.isAsSaid()).isTrue();
  }

  private void use(Epoch epoch) {
    epochs.on(1, new Published(epoch), 0);
    epochs.inUse(epoch, 0);
  }

  @Test
  void coordinator_answersAStamp_saysWhichEpochIsTheNewest() {
    Epoch made = coordinated(SECOND);
    Stamp stamp = new Stamp(7, EpochId.NONE, 0, EpochId.NONE, EpochOrder.NONE);
    assertThat(coordinator.on(2, stamp, SECOND))
        .contains(new Effect.Send(2, new Echo(7, made.order())));
  }

  /** Out of a partition, with an epoch of its own that is newer than those of this chain. */
  @Test
  void coordinator_stampOfWhoGoesByAnotherChain_isNotEchoed() {
    Epoch made = coordinated(SECOND);
    EpochId elsewhere = new EpochId(new EpochOrder(8, 5), "b");
    Stamp other = new Stamp(7, elsewhere, 0, EpochId.NONE, EpochOrder.NONE);
    assertThat(echoes(coordinator.on(2, other, SECOND))).isZero();
    Stamp ours = new Stamp(7, EpochId.of(made), 0, EpochId.NONE, EpochOrder.NONE);
    assertThat(echoes(coordinator.on(2, ours, SECOND))).isEqualTo(1);
  }

  /** It may be lost, with all whom it could vouch for, and have read nothing of that yet. */
  @Test
  void coordinator_thatStoodStill_vouchesForNobodyUntilSomebodyHasForIt() {
    Stamp stamp = new Stamp(7, EpochId.of(coordinated(SECOND)), 0, EpochId.NONE, EpochOrder.NONE);
    assertThat(echoes(coordinator.on(2, stamp, SECOND))).isEqualTo(1);
    long awake = SECOND + Leases.LOST_NANOS;
    assertThat(echoes(coordinator.on(2, stamp, awake))).as("before it has ticked").isZero();
    coordinator.onTick(awake);
    coordinator.on(2, new Echo(SECOND, stamp.newest().order()), awake);
    assertThat(echoes(coordinator.on(2, stamp, awake))).as("of a stamp from before").isZero();
    coordinator.on(2, new Echo(awake, stamp.newest().order()), awake);
    assertThat(echoes(coordinator.on(2, stamp, awake))).isEqualTo(1);
  }

  @Test
  void witness_thatStoodStill_vouchesForNobodyForAWhile() {
    epochs.onView(view(1, 1, 2), 0);
    use(epoch(E1, A, B));
    Epoch named = epochs.newest().orElseThrow();
    Stamp stamp = new Stamp(7, EpochId.of(named), 0, EpochId.NONE, EpochOrder.NONE);
    epochs.onTick(0);
    assertThat(echoes(epochs.on(1, stamp, Leases.LOST_NANOS - 1))).isEqualTo(1);
    long awake = Leases.LOST_NANOS;
    epochs.onTick(awake);
    assertThat(echoes(epochs.on(1, stamp, awake))).isZero();
    for (long now = awake; now < awake + Leases.AWAKE_NANOS; now += SECOND) {
      epochs.onTick(now);
      assertThat(echoes(epochs.on(1, stamp, now))).isZero();
    }
    assertThat(echoes(epochs.on(1, stamp, awake + Leases.AWAKE_NANOS))).isEqualTo(1);
  }

  @Test
  void lease_coordinatorSpeaksOfAnEpochThatHasNotCome_isNoneUntilItComes() {
    epochs.onView(view(1, 1, 2), 0);
    epochs.on(1, new Published(epoch(E1, A, B)), 0);
    epochs.on(1, new Echo(0, E1), 0);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isTrue();

    epochs.onTick(SECOND);
    EpochOrder second = new EpochOrder(1, 2);
    epochs.on(1, new Echo(SECOND, second), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isFalse();
    epochs.on(1, new Published(epoch(second, A, B)), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(4 * SECOND - 1)).isTrue();
  }

  @Test
  void lease_whatTheCoordinatorBeforeSpokeOf_isNotAskedOfTheNext() {
    epochs.onView(view(1, 1, 3, 2), 0);
    epochs.on(1, new Published(epoch(E1, A, B)), 0);
    epochs.on(1, new Echo(0, new EpochOrder(1, 2)), 0);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isFalse();
    epochs.onView(view(2, 3, 2), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isTrue();
  }

  /** It answers a stamp of the view before, in which it was the one to ask. */
  @Test
  void echo_ofWhoIsNotTheCoordinatorAnyMore_givesNoLease() {
    epochs.onView(view(1, 1, 2), 0);
    epochs.on(1, new Published(epoch(E1, A, B)), 0);
    epochs.onView(view(2, 3, 1, 2), SECOND);
    epochs.on(1, new Echo(0, E1), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isFalse();
    epochs.on(3, new Echo(SECOND, E1), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isTrue();
  }

  @Test
  void echo_toTheCoordinator_countsOfWhoIsInItsView() {
    Epoch made = coordinated(SECOND);
    coordinator.onView(view(2, 1, 2, 3), SECOND);
    coordinator.onView(view(3, 1, 3), SECOND);
    coordinator.on(2, new Echo(SECOND, made.order()), SECOND);
    assertThat(coordinator.lease(0, SECOND).isGoodAt(SECOND)).isFalse();
    coordinator.on(3, new Echo(SECOND, made.order()), SECOND);
    assertThat(coordinator.lease(0, SECOND).isGoodAt(SECOND)).isTrue();
  }

  /** Samplers b and, the coordinator, a see router r go that an epoch names. */
  private Epoch routerLost(Epochs b, long now) {
    b.onView(withRouter(view(1, 1, 2), 4), 0);
    Epoch named = epoch(E1, A, B, R);
    b.on(1, new Published(named), 0);
    b.onTick(now);
    b.onView(view(2, 1, 2), now);
    b.on(1, new Echo(now, E1), now);
    return named;
  }

  @Test
  void lease_lastRouterIsLost_isNoneFor30Seconds() {
    routerLost(epochs, SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isFalse();
    long over = SECOND + Leases.ALONE_NANOS;
    epochs.onTick(over - 1);
    epochs.on(1, new Echo(over - 1, E1), over - 1);
    assertThat(epochs.lease(0, over - 1).isGoodAt(over - 1)).isFalse();
    assertThat(epochs.wentOnAlone(over - 1)).isFalse();
    assertThat(epochs.lease(0, over).isGoodAt(over)).isTrue();
    assertThat(epochs.wentOnAlone(over)).as("counted").isTrue();
  }

  @Test
  void lease_lastRouterIsLostAndOneComes_isGoodByAnEchoFromAfterThat() {
    routerLost(epochs, SECOND);
    long later = 2 * SECOND;
    epochs.onView(withRouter(view(3, 1, 2), 5), later);
    assertThat(epochs.lease(0, later).isGoodAt(later)).isFalse();
    epochs.onTick(later);
    epochs.on(1, new Echo(later, E1), later);
    assertThat(epochs.lease(0, later).isGoodAt(later)).isTrue();
  }

  /** Who stamps, is left alone and comes back to who answers that stamp late. */
  @Test
  void lease_leftAloneAndBack_isGoodByAnEchoFromAfterThat() {
    epochs.onView(view(1, 1, 2), 0);
    epochs.on(1, new Published(epoch(E1, A, B)), 0);
    epochs.onTick(SECOND);
    epochs.onView(view(2, 2), SECOND);
    epochs.on(1, new Echo(SECOND, E1), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isFalse();

    long later = 2 * SECOND;
    epochs.onView(view(5, 1, 2), later);
    assertThat(epochs.lease(0, later).isGoodAt(later)).as("came while alone").isFalse();
    epochs.on(1, new Echo(SECOND, E1), later);
    assertThat(epochs.lease(0, later).isGoodAt(later)).as("comes with the others").isFalse();
    epochs.on(1, new Echo(later, E1), later);
    assertThat(epochs.lease(0, later).isGoodAt(later)).isTrue();
  }

  /** Who was stopped reads at once that others joined it, and that it was taken for lost. */
  @Test
  void lease_leftAloneByWhoNoEpochHasNamedYet_isNoneFor30Seconds() {
    alone();
    coordinator.onView(withRouter(view(2, 1, 3), 4), 3 * SECOND);
    coordinator.onView(view(3, 1), 3 * SECOND);
    assertThat(coordinator.lease(0, 3 * SECOND)).isEqualTo(Lease.NONE);
    long over = 3 * SECOND + Leases.ALONE_NANOS;
    assertThat(coordinator.lease(0, over)).isEqualTo(Lease.UNENDING);
  }

  /** A router that joins who was left alone is none of those the others have. */
  @Test
  void lease_leftAloneByASamplerAndANewRouterComes_isNoneUntilTheViewsMerge() {
    epochs.onView(withRouter(view(1, 1, 2), 4), 0);
    epochs.on(1, new Published(epoch(E1, A, B, R)), 0);
    epochs.onView(view(2, 2), SECOND);
    epochs.onView(withRouter(view(3, 2), 5), SECOND);
    assertThat(isGoodByAnEcho(epochs, 5, 2 * SECOND)).isFalse();
    epochs.onView(merged(withRouter(withRouter(view(4, 1, 2), 5), 4)), 3 * SECOND);
    assertThat(isGoodByAnEcho(epochs, 1, 3 * SECOND)).isTrue();
  }

  @Test
  void lease_aNewRouterComesInTheViewInWhichAllOthersAreLost_isNone() {
    epochs.onView(withRouter(view(1, 1, 2), 4), 0);
    epochs.on(1, new Published(epoch(E1, A, B, R)), 0);
    epochs.onView(withRouter(view(2, 2), 5), SECOND);
    assertThat(isGoodByAnEcho(epochs, 5, 2 * SECOND)).isFalse();
  }

  /** A side of a partition goes on at once, be it of one sampler. */
  @Test
  void lease_samplerLostAndARouterLeft_isGood() {
    epochs.onView(withRouter(view(1, 1, 2), 4), 0);
    epochs.on(1, new Published(epoch(E1, A, B, R)), 0);
    epochs.onView(withRouter(view(2, 2), 4), SECOND);
    assertThat(isGoodByAnEcho(epochs, 4, 2 * SECOND)).isTrue();
  }

  @Test
  void lease_leftAloneByASamplerAndANewRouterComes_isGoodAfter30Seconds() {
    epochs.onView(withRouter(view(1, 1, 2), 4), 0);
    epochs.on(1, new Published(epoch(E1, A, B, R)), 0);
    epochs.onView(view(2, 2), SECOND);
    epochs.onView(withRouter(view(3, 2), 5), SECOND);
    long over = SECOND + Leases.ALONE_NANOS;
    assertThat(isGoodByAnEcho(epochs, 5, over - 1)).isFalse();
    assertThat(epochs.wentOnAlone(over - 1)).isFalse();
    assertThat(isGoodByAnEcho(epochs, 5, over)).isTrue();
    assertThat(epochs.wentOnAlone(over)).as("counted").isTrue();
  }

  @Test
  void lease_leftAloneByItsRouterAndANewOneComes_isGood() {
    alone();
    coordinator.onView(withRouter(view(2, 1), 4), 2 * SECOND);
    coordinator.onView(view(3, 1), 2 * SECOND);
    assertThat(coordinator.lease(0, 2 * SECOND)).isEqualTo(Lease.NONE);
    coordinator.onView(withRouter(view(4, 1), 5), 3 * SECOND);
    assertThat(isGoodByAnEcho(coordinator, 5, 3 * SECOND)).isTrue();
  }

  private void alone() {
    coordinator.onView(view(1, 1), 0);
    coordinator.onTick(SECOND);
    assertThat(coordinator.lease(0, SECOND)).isEqualTo(Lease.UNENDING);
  }

  private static boolean isGoodByAnEcho(Epochs of, long from, long now) {
    of.onTick(now);
    of.on(from, new Echo(now, E1), now);
    return of.lease(0, now).isGoodAt(now);
  }

  private static ClusterView merged(ClusterView view) {
    return new ClusterView(view.id(), view.peers(), true);
  }

  @Test
  void lease_epochAfterTheViewSaysThatTheLastRouterLeft_isGood() {
    Epoch named = routerLost(epochs, SECOND);
    epochs.on(1, new Published(withoutRouter(named, List.of())), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isTrue();
  }

  @Test
  void lease_epochAfterTheViewSaysThatTheLastRouterIsLost_isNone() {
    Epoch named = routerLost(epochs, SECOND);
    epochs.on(1, new Published(withoutRouter(named, List.of(R))), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isFalse();
  }

  /** The coordinator, whose view has come, publishes it at once. */
  private void epochBeforeTheView(List<Member> lost) {
    epochs.onView(withRouter(view(1, 1, 2), 4), 0);
    Epoch named = epoch(E1, A, B, R);
    epochs.on(1, new Published(named), 0);
    Epoch without = withoutRouter(named, lost);
    epochs.on(1, new Published(without), SECOND);
    epochs.onTick(SECOND);
    epochs.on(1, new Echo(SECOND, without.order()), SECOND);
    epochs.onView(view(2, 1, 2), SECOND);
  }

  @Test
  void lease_epochBeforeTheViewSaysThatTheLastRouterIsLost_isNone() {
    epochBeforeTheView(List.of(R));
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isFalse();
    long later = 2 * SECOND;
    epochs.onView(withRouter(view(3, 1, 2), 4), later);
    epochs.onTick(later);
    epochs.on(1, new Echo(later, E1), later);
    assertThat(epochs.lease(0, later).isGoodAt(later)).isTrue();
  }

  @Test
  void lease_epochBeforeTheViewSaysThatTheLastRouterLeft_isGood() {
    epochBeforeTheView(List.of());
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isTrue();
  }

  private static Epoch withoutRouter(Epoch named, List<Member> lost) {
    EpochOrder second = new EpochOrder(1, 2);
    return new Epoch(second, "a", List.of(A, B), 2, E1, lost, "a", named.members());
  }

  @Test
  void lease_lastRouterLeft_orNoneEverCame_isGood() {
    epochs.onView(withRouter(view(1, 1, 2), 4), 0);
    epochs.on(1, new Published(epoch(E1, A, B)), 0);
    epochs.onTick(SECOND);
    epochs.onView(view(2, 1, 2), SECOND);
    epochs.on(1, new Echo(SECOND, E1), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isTrue();
  }

  @Test
  void lease_lastRouterIsLostAndNobodyOwnsSlots_isGood() {
    routerLost(epochs, SECOND);
    Epoch none =
        epoch(
            new EpochOrder(1, 2),
            A.withState(Member.State.DRAINING),
            B.withState(Member.State.DRAINING));
    epochs.on(1, new Published(none), SECOND);
    assertThat(epochs.lease(0, SECOND).isGoodAt(SECOND)).isTrue();
    assertThat(epochs.wentOnAlone(SECOND + Leases.ALONE_NANOS)).as("nothing waited").isFalse();
  }

  @Test
  void lastRouterIsLost_nobodyVouchesForAnother() {
    Epoch named = routerLost(epochs, SECOND);
    Stamp ofCoordinator = new Stamp(7, EpochId.of(named), 0, EpochId.NONE, EpochOrder.NONE);
    assertThat(echoes(epochs.on(1, ofCoordinator, SECOND))).isZero();

    coordinator.onView(withRouter(view(1, 1, 2), 4), 0);
    coordinator.on(2, new Announce(fresh(B)), 0);
    coordinator.on(4, new Announce(fresh(R)), 0);
    coordinator.on(2, new Highest(1, List.of(), 0, 0), 0);
    coordinator.on(4, new Highest(1, List.of(), 0, 0), 0);
    assertThat(publishedBy(coordinator.onTick(SECOND))).hasSize(1);
    Stamp ofOther = new Stamp(7, EpochId.NONE, 0, EpochId.NONE, EpochOrder.NONE);
    assertThat(echoes(coordinator.on(2, ofOther, SECOND))).isEqualTo(1);
    coordinator.onView(view(2, 1, 2), 2 * SECOND);
    assertThat(echoes(coordinator.on(2, ofOther, 2 * SECOND))).isZero();
    long over = 2 * SECOND + Leases.ALONE_NANOS;
    for (long now = 2 * SECOND; now <= over; now += SECOND) {
      coordinator.onTick(now);
    }
    assertThat(echoes(coordinator.on(2, ofOther, over))).isEqualTo(1);
  }

  private static long echoes(List<Effect> effects) {
    return effects.stream()
        .filter(e -> e instanceof Effect.Send send && send.message() instanceof Echo)
        .count();
  }

  @Test
  void sampler_stoodStill_stampsAtOnce() {
    long tick = SECOND / 10;
    epochs.onView(view(1, 1, 2), 0);
    epochs.onTick(tick);
    assertThat(stamped(epochs.onTick(tick + Leases.STILL_NANOS))).as("only late").isFalse();
    assertThat(stamped(epochs.onTick(SECOND / 2))).isTrue();
    assertThat(stamped(epochs.onTick(SECOND / 2 + tick))).isFalse();
    assertThat(stamped(epochs.onTick(SECOND / 2 + tick + Leases.STILL_NANOS + 1))).isTrue();
    assertThat(stamped(epochs.onTick(SECOND / 2 + 2 * tick + Leases.STILL_NANOS + 1))).isFalse();
  }

  private static boolean stamped(List<Effect> effects) {
    return effects.stream()
        .anyMatch(e -> e instanceof Effect.Send send && send.message() instanceof Stamp);
  }

  @Test
  void epoch_isConfirmedWhenItComes_andAgainWhenItIsInUse() {
    epochs.onView(view(1, 1, 2), 0);
    Epoch first = epoch(E1, A, B);
    assertThat(epochs.on(1, new Published(first), 0)).contains(confirmed(first, false));
    assertThat(epochs.on(1, new Published(first), 0)).contains(confirmed(first, false));
    assertThat(epochs.inUse(first, 0)).containsExactly(confirmed(first, true));
    assertThat(epochs.on(1, new Published(first), 0)).contains(confirmed(first, true));

    Epoch other = epoch(new EpochOrder(1, 7), A, B);
    assertThat(epochs.inUse(other, 0)).as("not the newest").isEmpty();
  }

  @Test
  void node_itsNewCoordinatorHasNotHeardOfIt_saysHowItIsUntilAnEpochOfThatNamesIt() {
    epochs.onView(view(1, 1, 2), 0);
    epochs.on(1, new Published(epoch(E1, A, B)), 0);
    assertThat(epochs.onTick(SECOND)).as("heard").doesNotContain(announced(1));

    assertThat(epochs.onView(view(2, 3, 2), SECOND)).contains(announced(3));
    assertThat(epochs.onTick(SECOND + Epochs.REPEAT_NANOS)).contains(announced(3));
    EpochOrder second = new EpochOrder(2, 1);
    epochs.on(3, new Published(epoch(second, C)), SECOND + Epochs.REPEAT_NANOS);
    assertThat(epochs.onTick(2 * SECOND)).as("not named").contains(announced(3));
    epochs.on(3, new Published(epoch(new EpochOrder(2, 2), B, C)), 2 * SECOND);
    assertThat(epochs.onTick(3 * SECOND)).as("named").doesNotContain(announced(3));
  }

  @Test
  void coordinator_othersStillBuildItsEpoch_makesTheNextWhenTheyHaveBuilt() {
    Epoch made = coordinated(SECOND);
    coordinator.on(2, new Confirm(EpochId.of(made), false), SECOND);
    coordinator.inUse(made, SECOND);
    coordinator.onView(view(2, 1, 2, 3), SECOND);
    coordinator.on(3, new Announce(C), SECOND);
    assertThat(publishedBy(coordinator.onTick(3 * SECOND))).isEmpty();
    List<Effect> then = coordinator.on(2, new Confirm(EpochId.of(made), true), 3 * SECOND);
    assertThat(publishedBy(then)).hasSize(1);
  }

  @Test
  void coordinator_waitsForOneThatHasReceivedIt_asksAgainWhetherItUsesIt() {
    Epoch made = coordinated(SECOND);
    Effect again = new Effect.Send(2, new Published(made));
    coordinator.on(2, new Confirm(EpochId.of(made), false), SECOND);
    assertThat(coordinator.onTick(2 * SECOND - 1)).doesNotContain(again);
    assertThat(coordinator.onTick(2 * SECOND)).contains(again);
    assertThat(coordinator.onTick(3 * SECOND)).contains(again);
    assertThat(coordinator.onTick(SECOND + Uptake.USE_NANOS))
        .as("waits no longer")
        .doesNotContain(again);
  }

  @Test
  void coordinator_allUseIt_doesNotRepeatIt() {
    Epoch made = coordinated(SECOND);
    coordinator.on(2, new Confirm(EpochId.of(made), true), SECOND);
    assertThat(coordinator.onTick(2 * SECOND))
        .doesNotContain(new Effect.Send(2, new Published(made)));
  }

  @Test
  void coordinator_oneNeverHasItInUse_waitsNoLongerThanThat() {
    Epoch made = coordinated(SECOND);
    coordinator.on(2, new Confirm(EpochId.of(made), false), SECOND);
    coordinator.inUse(made, SECOND);
    coordinator.onView(view(2, 1, 2, 3), SECOND);
    coordinator.on(3, new Announce(C), SECOND);
    assertThat(publishedBy(coordinator.onTick(SECOND + Uptake.USE_NANOS - 1))).isEmpty();
    assertThat(publishedBy(coordinator.onTick(SECOND + Uptake.USE_NANOS))).hasSize(1);
  }

  @Test
  void coordinator_oneIsSilent_waitsOneSecondForIt() {
    Epoch made = coordinated(SECOND);
    coordinator.inUse(made, SECOND);
    coordinator.onView(view(2, 1, 2, 3), SECOND);
    coordinator.on(3, new Announce(C), SECOND);
    assertThat(publishedBy(coordinator.onTick(2 * SECOND - 1))).isEmpty();
    assertThat(publishedBy(coordinator.onTick(2 * SECOND))).hasSize(1);
  }

  @Test
  void coordinator_thatMissedAView_asksWhatOthersHave() {
    coordinated(SECOND);
    AskHighest third = new AskHighest(3);
    assertThat(coordinator.onView(view(2, 1, 2), SECOND)).doesNotContain(new Effect.SendAll(third));
    assertThat(coordinator.onView(view(3, 1, 2, 3), SECOND))
        .doesNotContain(new Effect.SendAll(third));
    assertThat(coordinator.onView(view(5, 1, 2, 3, 4), SECOND))
        .as("the fourth may have joined two sides")
        .contains(new Effect.SendAll(new AskHighest(5)));
  }

  @Test
  void coordinator_itsEpochNamesWhoNeverHadIt_goesOnWithTheChainTheyAreOn() {
    coordinated(SECOND);
    coordinator.onView(view(5, 1, 2, 3), SECOND);
    EpochId theirs = EpochId.of(epoch(new EpochOrder(4, 9), B));
    Highest answer = new Highest(5, List.of(theirs), 1, 1);
    assertThat(asked(coordinator.on(2, answer, SECOND))).isEmpty();
    assertThat(asked(coordinator.on(3, answer, SECOND))).containsExactly(theirs);
  }

  /** Whoever was waited for in vain is not in the next view, which comes at just that time. */
  @Test
  void coordinator_viewChangesWhenItHasWaitedLongEnough_goesByWhatOthersHaveAnswered() {
    coordinated(SECOND);
    coordinator.onView(view(5, 1, 2, 3, 4), SECOND);
    EpochId theirs = EpochId.of(epoch(new EpochOrder(4, 9), B));
    Highest answer = new Highest(5, List.of(theirs), 1, 1);
    coordinator.on(2, answer, SECOND);
    coordinator.on(3, answer, SECOND);
    assertThat(asked(coordinator.onView(view(6, 1, 2, 3), 2 * SECOND))).containsExactly(theirs);
  }

  @Test
  void coordinator_holderOfTheChainDoesNotAnswer_isAskedAgain() {
    coordinated(SECOND);
    coordinator.onView(view(5, 1, 2, 3), SECOND);
    EpochId theirs = EpochId.of(epoch(new EpochOrder(4, 9), B));
    Highest answer = new Highest(5, List.of(theirs), 1, 1);
    coordinator.on(2, answer, SECOND);
    assertThat(asked(coordinator.on(3, answer, SECOND))).containsExactly(theirs);
    assertThat(asked(coordinator.onTick(SECOND + SECOND / 10))).isEmpty();
    assertThat(asked(coordinator.onTick(SECOND + SECOND / 5))).containsExactly(theirs);
  }

  @Test
  void coordinator_chainsOfAsManyWhoAreThere_goesOnWithTheOneThatNamesMost() {
    Epoch made = coordinated(SECOND);
    coordinator.onView(view(5, 1, 2), SECOND);
    EpochId theirs = EpochId.of(epoch(new EpochOrder(4, 9), B));
    List<Effect> then = coordinator.on(2, new Highest(5, List.of(theirs), 1, 1), SECOND);
    assertThat(asked(then)).isEmpty();
    assertThat(publishedBy(coordinator.onTick(3 * SECOND)))
        .hasSize(1)
        .allMatch(next -> next.follows(made));
  }

  @Test
  void coordinator_chainsOfAsManySamplers_goesOnWithTheOneRoutersAreOn() {
    coordinated(SECOND);
    coordinator.onView(withRouter(view(5, 1, 2), 4), SECOND);
    EpochId theirs = EpochId.of(epoch(new EpochOrder(4, 9), B));
    Highest answer = new Highest(5, List.of(theirs), 1, 1);
    assertThat(asked(coordinator.on(2, answer, SECOND))).isEmpty();
    assertThat(asked(coordinator.on(4, answer, SECOND))).containsExactly(theirs);
  }

  @Test
  void coordinator_chainOfMoreSamplersWithNoRouter_losesToTheOneRoutersAreOn() {
    coordinated(SECOND);
    assertThat(searched(List.of(4L)).asked()).hasSize(1);
  }

  @Test
  void coordinator_chainOfMoreSamplers_winsIfARouterIsOnItToo() {
    Epoch made = coordinated(SECOND);
    Searched searched = searched(List.of(4L, 5L));
    assertThat(searched.asked()).isEmpty();
    assertThat(searched.published()).hasSize(1).allMatch(next -> next.follows(made));
  }

  private record Searched(List<EpochId> asked, List<Epoch> published) {}

  /** Samplers 1 and 3 are on the own chain, 2 and the first router on another. */
  private Searched searched(List<Long> routers) {
    ClusterView view = view(5, 1, 2, 3);
    for (long router : routers) {
      view = withRouter(view, router);
    }
    coordinator.onView(view, SECOND);
    EpochId own = coordinator.newest().map(EpochId::of).orElseThrow();
    EpochId theirs = EpochId.of(epoch(new EpochOrder(4, 9), B, C));
    List<EpochId> asked = new ArrayList<>();
    asked.addAll(asked(coordinator.on(2, new Highest(5, List.of(theirs), 1, 1), SECOND)));
    asked.addAll(asked(coordinator.on(3, new Highest(5, List.of(own), 2, 2), SECOND)));
    for (long router : routers) {
      EpochId on = router == routers.get(0) ? theirs : own;
      asked.addAll(asked(coordinator.on(router, new Highest(5, List.of(on), 1, 1), SECOND)));
    }
    return new Searched(asked, publishedBy(coordinator.onTick(3 * SECOND)));
  }

  private static ClusterView withRouter(ClusterView view, long router) {
    List<ClusterView.Peer> peers = new ArrayList<>(view.peers());
    peers.add(new ClusterView.Peer(router, false));
    return new ClusterView(view.id(), peers, false);
  }

  private static List<EpochId> asked(List<Effect> effects) {
    return effects.stream()
        .filter(e -> e instanceof Effect.Send send && send.message() instanceof AskEpoch)
        .map(e -> ((AskEpoch) ((Effect.Send) e).message()).epoch())
        .toList();
  }

  /** It said so before that epoch came, which gave it slots, and maybe what another had lost. */
  @Test
  void sampler_leavesWithAWordButOwnsSlotsInTheNewestEpoch_isLost() {
    Epoch owns = coordinated(SECOND);
    assertThat(owns.memberWith(2).orElseThrow().ownsSlots()).isTrue();
    Epoch next = publishedBy(coordinator.on(2, new Drained(), 2 * SECOND)).get(0);
    assertThat(next.names(2)).isFalse();
    assertThat(next.lost()).extracting(Member::nodeId).containsExactly("b");
  }

  @Test
  void sampler_leavesWithAWordAndOwnsNoneInTheNewestEpoch_isNotLost() {
    Epoch owns = coordinated(SECOND);
    useAtAll(owns, SECOND);
    coordinator.on(2, new Announce(fresh(B.withState(Member.State.DRAINING))), 2 * SECOND);
    Epoch drains = publishedBy(coordinator.onTick(3 * SECOND)).get(0);
    assertThat(drains.memberWith(2).orElseThrow().ownsSlots()).isFalse();
    useAtAll(drains, 3 * SECOND);
    coordinator.on(2, new Drained(), 4 * SECOND);
    Epoch next = publishedBy(coordinator.onTick(5 * SECOND)).get(0);
    assertThat(next.names(2)).isFalse();
    assertThat(next.lost()).isEmpty();
  }

  private void useAtAll(Epoch epoch, long now) {
    coordinator.inUse(epoch, now);
    coordinator.on(2, new Confirm(EpochId.of(epoch), true), now);
  }

  /** An epoch of a and b, made by a at that time. */
  private Epoch coordinated(long now) {
    coordinator.onView(view(1, 1, 2), 0);
    coordinator.on(2, new Announce(fresh(B)), 0);
    coordinator.on(2, new Highest(1, List.of(), 0, 0), 0);
    List<Epoch> made = publishedBy(coordinator.onTick(now));
    assertThat(made).hasSize(1);
    return made.get(0);
  }

  private static List<Epoch> publishedBy(List<Effect> effects) {
    return effects.stream()
        .filter(e -> e instanceof Effect.SendAll all && all.message() instanceof Published)
        .map(e -> ((Published) ((Effect.SendAll) e).message()).epoch())
        .toList();
  }

  private static Effect announced(long to) {
    return new Effect.Send(to, new Announce(B));
  }

  private static Effect confirmed(Epoch epoch, boolean inUse) {
    return new Effect.Send(1, new Confirm(EpochId.of(epoch), inUse));
  }

  private static Epoch epoch(EpochOrder order, Member... members) {
    return new Epoch(order, "a", List.of(members), 2, EpochOrder.NONE, List.of());
  }

  private static ClusterView view(long id, long... samplers) {
    List<ClusterView.Peer> peers =
        Arrays.stream(samplers).mapToObj(s -> new ClusterView.Peer(s, true)).toList();
    return new ClusterView(id, peers, false);
  }

  private static Member fresh(Member of) {
    return of.withIncarnation(new Incarnation(EpochOrder.NONE, of.incarnation().bits()));
  }

  private static Member sampler(String id, long bits) {
    return Members.member(id, Member.Role.SAMPLER, 100).withIncarnation(new Incarnation(E1, bits));
  }
}
