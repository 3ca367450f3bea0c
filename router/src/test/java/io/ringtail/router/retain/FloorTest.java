package io.ringtail.router.retain;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Mark;
import io.ringtail.rules.Rules;
import java.util.List;
import org.junit.jupiter.api.Test;

class FloorTest {
  private static final EpochOrder E1 = new EpochOrder(1, 1);
  private static final EpochOrder E2 = new EpochOrder(1, 2);
  private static final EpochOrder E3 = new EpochOrder(1, 3);
  private static final EpochOrder E4 = new EpochOrder(1, 4);
  private static final Member A = sampler("a", 1);
  private static final Member B = sampler("b", 2);
  private static final Member C = sampler("c", 3);

  private final Floor floor = new Floor(Rules.ALL);

  @Test
  void mark_ofOneWhoseMarkHasEnded_constrainsNothing() {
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(A), new Mark(10, E1));
    floor.marked(SamplerKey.of(B), new Mark(20, E1));
    floor.onEpoch(epoch(E2, List.of(A), List.of(B)), true, null, 0);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E2);
    floor.marked(SamplerKey.of(B), new Mark(5, E1));
    floor.lower(SamplerKey.of(B), 5);
    assertThat(floor.value()).isEqualTo(10);
  }

  /** In E2 A has given C, whom this router does not know, what was below its mark. */
  @Test
  void mark_ofAnEpochThatIsNotInUseHere_countsWhenThatIs_untilThenOnlyIfLower() {
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(A), new Mark(10, E1));
    floor.marked(SamplerKey.of(A), new Mark(30, E2));
    assertThat(floor.value()).isEqualTo(10);
    floor.marked(SamplerKey.of(A), new Mark(8, E2));
    assertThat(floor.value()).isEqualTo(8);
    floor.marked(SamplerKey.of(A), new Mark(30, E2));
    floor.accepted(SamplerKey.of(A), 26);
    assertThat(floor.ownMark(SamplerKey.of(A))).isEqualTo(8);
    floor.onEpoch(epoch(E2, List.of(A, B, C), List.of()), true, null, 0);
    assertThat(floor.value()).isEqualTo(25);
    floor.marked(SamplerKey.of(A), new Mark(40, E1));
    assertThat(floor.value()).as("by who is behind").isEqualTo(40);
  }

  /** Samplers took it for lost by E2 and see it come anew by E3. */
  @Test
  void mark_ofAnEpochBeforeSamplersSawThisRouterCome_onlyLowers() {
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.onEpoch(epoch(E3, List.of(A, B), List.of()), false, E3, 0);
    floor.asked(SamplerKey.of(A), E3);
    floor.asked(SamplerKey.of(B), E3);
    floor.marked(SamplerKey.of(A), new Mark(10, E3));
    floor.marked(SamplerKey.of(A), new Mark(30, E1));
    assertThat(floor.value()).isEqualTo(10);
  }

  @Test
  void gapOfTheRoutersOwn_whoIsNoLongerNamed_isReleasedByWordsAlone() {
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(A), new Mark(20, E1));
    floor.marked(SamplerKey.of(B), new Mark(10, E1));
    floor.onEpoch(epoch(E3, List.of(A), List.of()), false, null, 0);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E2);
    assertThat(floor.value()).as("others may have been lost after that").isEqualTo(10);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(A), E3);
    assertThat(floor.value()).isEqualTo(20);
  }

  /** B is lost in E2; who inherits from it comes and is lost in the gap; C inherits from that. */
  @Test
  void gapOfTheRoutersOwn_whoCameAfterTheLoss_isWaitedFor() {
    Member after = sampler("c", 3, E4);
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(B), new Mark(10, E1));
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E2);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(A), E4);
    floor.onEpoch(epoch(E4, List.of(A, after), List.of()), false, null, 0);
    assertThat(floor.value())
        .as("one may have been lost between, and it is its heir")
        .isEqualTo(10);
    floor.needsNothing(SamplerKey.of(after), Floor.Named.of(after), E4);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  @Test
  void whoSkippedTheEpochsOfOneThatCameAndWasLost_saysUpToWhichItNeedsNothing() {
    Member between = sampler("d", 4, E2);
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.onEpoch(epoch(E2, List.of(A, B, between), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(between), new Mark(10, E2));
    floor.onEpoch(epoch(E3, List.of(A, B), List.of(between)), true, null, 0);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(between), E3);
    assertThat(floor.value()).isEqualTo(10);
    floor.needsNothing(SamplerKey.of(B), Floor.Named.of(B), E2);
    assertThat(floor.value()).as("that was before the loss").isEqualTo(10);
    floor.needsNothing(SamplerKey.of(B), Floor.Named.of(B), E3);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  @Test
  void wordUpToAnEpoch_saidBeforeTheRouterHasIt_countsWhenItHas() {
    floor.onEpoch(epoch(E1, List.of(A, B, C), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(C), new Mark(10, E1));
    floor.needsNothing(SamplerKey.of(B), Floor.Named.of(B), E3);
    floor.onEpoch(epoch(E2, List.of(A, B), List.of(C)), true, null, 0);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(C), E2);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  @Test
  void gapOfTheRoutersOwn_whoIsNoLongerNamed_isReleasedByAReplayOfAllSlots() {
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(B), new Mark(10, E1));
    floor.onEpoch(epoch(E3, List.of(A), List.of()), false, null, 0);
    floor.answered(SamplerKey.of(A), E3, true);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  @Test
  void lossWithoutOwnersLeft_waitsForAReplayOfAllSlotsByTheNext() {
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(B), new Mark(10, E1));
    floor.onEpoch(
        epoch(E2, List.of(A.withState(Member.State.DRAINING)), List.of(B)), true, null, 0);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E2);
    floor.onEpoch(epoch(E3, List.of(), List.of()), true, null, 0);
    floor.onTick(Floor.OUT_OF_TURN.toNanos() + 1);
    assertThat(floor.value()).isEqualTo(10);
    floor.onEpoch(epoch(E4, List.of(C), List.of()), true, null, 0);
    assertThat(floor.value()).isEqualTo(10);
    floor.answered(SamplerKey.of(C), E4, true);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  /** B was lost before it had an epoch in use, and comes again with the same bits. */
  @Test
  void lostWhoIsNamedAnew_isAnother_andOthersDoNotWaitForItsWordOfLossesBefore() {
    Member again = B.withIncarnation(new Incarnation(E4, 2));
    floor.onEpoch(epoch(E1, List.of(A, B, C), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(C), new Mark(10, E1));
    floor.onEpoch(epoch(E2, List.of(A, B), List.of(C)), true, null, 0);
    floor.onEpoch(epoch(E3, List.of(A), List.of(B)), true, null, 0);
    floor.onEpoch(epoch(E4, List.of(A, again), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(again), new Mark(30, E4));
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(C), E2);
    assertThat(floor.value()).isEqualTo(10);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E3);
    assertThat(floor.value()).isEqualTo(30);
  }

  /** Two sides of a partition name C, who joins; the one that goes on does so by a lower order. */
  @Test
  void samplerThatTheOtherChainNamesByAnotherOrder_isWaitedForByThat() {
    EpochOrder merged = new EpochOrder(2, 5);
    Member here = sampler("c", 3, E3);
    Member there = sampler("c", 3, E2);
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(B), new Mark(10, E1));
    floor.onEpoch(epoch(E3, List.of(A, here), List.of(B)), true, null, 0);
    floor.marked(SamplerKey.of(here), new Mark(20, E3));
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E3);
    floor.onEpoch(epoch(merged, List.of(A, there), List.of()), false, null, 0);
    assertThat(floor.value()).as("C may need what B had").isEqualTo(10);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(A), merged);
    assertThat(floor.value()).as("C may need it yet").isEqualTo(10);
    floor.needsNothing(SamplerKey.of(there), Floor.Named.of(there), merged);
    assertThat(floor.value()).as("C's own mark goes on").isEqualTo(20);
    floor.marked(SamplerKey.of(there), new Mark(30, merged));
    assertThat(floor.value()).isEqualTo(30);
  }

  /** B was lost before it had an epoch in use, in one that the router skips, and comes again. */
  @Test
  void samplerNamedAnewAfterALossThatWasSkipped_isWaitedForByItsHeirsToo() {
    Member again = B.withIncarnation(new Incarnation(E4, 2));
    floor.onEpoch(epoch(E1, List.of(A, B, C), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(C), new Mark(10, E1));
    floor.onEpoch(epoch(E2, List.of(A, B), List.of(C)), true, null, 0);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(C), E2);
    floor.onEpoch(epoch(E4, List.of(A, again), List.of()), false, null, 0);
    floor.needsNothing(SamplerKey.of(again), Floor.Named.of(again), E4);
    assertThat(floor.value()).as("A may have inherited from B").isEqualTo(10);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(A), E4);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  /** Samplers of the other chain had lost B in an epoch that never came here. */
  @Test
  void wordsOfALossThatWasNeverSeenHere_doNotCountForTheNext() {
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(B), new Mark(10, E1));
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E2);
    floor.onEpoch(epoch(E3, List.of(A, B), List.of()), false, null, 0);
    floor.onEpoch(epoch(E4, List.of(A), List.of(B)), true, null, 0);
    assertThat(floor.value()).isEqualTo(10);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E4);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  @Test
  void wordThatCameBeforeItsEpoch_countsWhenTheEpochHasCome() {
    floor.onEpoch(epoch(E1, List.of(A, B), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(B), new Mark(10, E1));
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E3);
    floor.onEpoch(epoch(E2, List.of(A, B), List.of()), true, null, 0);
    floor.onEpoch(epoch(E3, List.of(A), List.of(B)), true, null, 0);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  @Test
  void wordsOfALossThatWasUndone_doNotCountForTheNext() {
    floor.onEpoch(epoch(E1, List.of(A, B, C), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(B), new Mark(10, E1));
    floor.onEpoch(epoch(E2, List.of(A, C), List.of(B)), true, null, 0);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E2);
    floor.needsNothing(SamplerKey.of(C), Floor.Named.of(B), E2);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E2);
    floor.needsNothing(SamplerKey.of(C), Floor.Named.of(B), E2);
    floor.onEpoch(epoch(E3, List.of(A, B, C), List.of()), true, null, 0);
    floor.marked(SamplerKey.of(B), new Mark(20, E3));
    floor.onEpoch(epoch(E4, List.of(A, C), List.of(B)), true, null, 0);
    assertThat(floor.value()).isEqualTo(20);
    floor.needsNothing(SamplerKey.of(A), Floor.Named.of(B), E4);
    floor.needsNothing(SamplerKey.of(C), Floor.Named.of(B), E4);
    assertThat(floor.value()).isEqualTo(Floor.NONE);
  }

  private static Epoch epoch(EpochOrder order, List<Member> members, List<Member> lost) {
    return new Epoch(order, "a", members, 0, EpochOrder.NONE, lost);
  }

  private static Member sampler(String id, long bits) {
    return sampler(id, bits, E1);
  }

  private static Member sampler(String id, long bits, EpochOrder since) {
    return new Member(
        id,
        new Incarnation(since, bits),
        Member.Role.SAMPLER,
        Member.State.ACTIVE,
        100,
        "",
        "",
        "",
        1);
  }
}
