package io.ringtail.cluster.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The state machine over random schedules; a failure prints its seed. */
class EpochsSimulationTest {
  private static final int SCHEDULES = Integer.getInteger("ringtail.schedules", 100);

  @Test
  void epochs_randomSchedules_agreeOnceQuiet() {
    for (long seed = 0; seed < SCHEDULES; seed++) {
      try {
        randomSchedule(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static void randomSchedule(long seed) {
    SimulatedGroup group = new SimulatedGroup(seed);
    Random random = new Random(seed * 31 + 7);
    boolean partitions = seed % 3 == 0;
    boolean kills = seed % 3 != 1;
    boolean pauses = kills && !partitions;
    for (int i = 0; i < 3; i++) {
      group.join("s" + i, true);
    }
    group.join("r0", false);
    for (int step = 0; step < 25; step++) {
      act(group, random, partitions, kills, pauses);
      int millis = random.nextInt(100) < 30 ? 3_000 : random.nextInt(400);
      for (int i = 0; i < millis; i += 100) {
        group.run(100);
        if (!partitions) {
          group.assertNoLeaseOutlivesLoss();
        }
      }
    }
    group.run(15_000); // until whoever was stopped is back
    group.heal();
    group.run(20_000);
    group.assertAgreed();
    if (!partitions && !pauses) {
      assertThat(group.outOfTurn()).as("epochs used out of turn").isZero();
    }
  }

  private static void act(
      SimulatedGroup group, Random random, boolean partitions, boolean kills, boolean pauses) {
    String name = (random.nextInt(3) == 0 ? "r" : "s") + random.nextInt(6);
    boolean sampler = name.startsWith("s");
    int what = random.nextInt(13);
    switch (what) {
      case 0, 1, 2 -> group.join(name, sampler);
      case 3, 4 -> group.leave(name);
      case 5, 6 -> {
        if (kills) {
          group.kill(name);
        }
      }
      case 7 -> {
        if (kills) {
          group.kill(name); // and back before anyone has noticed
          group.join(name, sampler);
        }
      }
      case 8 -> group.twin(name, sampler);
      case 9 -> group.drainState(name);
      case 12 -> {
        if (pauses) {
          group.pause(name, 1_000 + random.nextInt(12_000));
        }
      }
      case 10 -> {
        if (partitions) {
          group.split();
        }
      }
      default -> group.heal();
    }
  }

  @Test
  void epochs_threeHundredStartAtOnce_madeOfFewEpochs() {
    SimulatedGroup group = new SimulatedGroup(42);
    for (int i = 0; i < 300; i++) {
      group.join("n" + i, i % 3 != 0);
    }
    group.run(15_000);
    group.assertAgreed();
    assertThat(group.epochsMade()).isLessThan(30);
  }

  @Test
  void epochs_threeHundredStartOverTenSeconds_madeOfBoundedEpochs() {
    SimulatedGroup group = new SimulatedGroup(43);
    for (int i = 0; i < 300; i++) {
      group.join("n" + i, i % 3 != 0);
      group.run(33);
    }
    group.run(15_000);
    group.assertAgreed();
    assertThat(group.epochsMade()).isLessThan(60);
  }

  @Test
  void epochs_sidesMerge_goOnWithTheChainOfMostActiveSamplers() {
    SimulatedGroup group = new SimulatedGroup(7);
    for (int i = 0; i < 5; i++) {
      group.join("s" + i, true);
      group.run(500); // s0 leads the view, and the smaller side
    }
    group.run(3_000);
    group.cutOff(Set.of("s0", "s1"));
    group.run(3_000);
    Epoch small = group.newest("s0");
    Epoch large = group.newest("s4");
    assertThat(small.lost()).extracting(Member::nodeId).containsExactly("s2", "s3", "s4");
    assertThat(large.lost()).extracting(Member::nodeId).containsExactly("s0", "s1");
    group.heal();
    group.run(5_000);
    group.assertAgreed();
    Epoch merged = group.newest("s0");
    assertThat(merged.members())
        .filteredOn(m -> m.nodeId().equals("s4"))
        .extracting(m -> m.incarnation())
        .containsExactly(large.member("s4").orElseThrow().incarnation());
    Incarnation back = merged.member("s0").orElseThrow().incarnation();
    assertThat(back.order()).isGreaterThan(large.order()); // lost there, so new here
    assertThat(back.bits()).isNotEqualTo(small.member("s0").orElseThrow().incarnation().bits());
  }

  @Test
  void epochs_lostByOneChainAndNamedByTheOneThatWinsLater_isNotLost() {
    SimulatedGroup group = new SimulatedGroup(11);
    for (int i = 0; i < 7; i++) {
      group.join("s" + i, true);
      group.run(500);
    }
    group.run(3_000);
    group.clearsFor(60_000);
    group.cutOff(Set.of("s0", "s1", "s2"));
    group.run(3_000);
    Incarnation before = group.newest("s1").member("s0").orElseThrow().incarnation();
    group.goOver("s0");
    group.run(3_000);
    assertThat(group.newest("s0")).isEqualTo(group.newest("s6"));
    assertThat(group.newest("s0").member("s0")).isEmpty();
    assertThat(group.mayDecide("s0")).isFalse();

    List.of("s3", "s4", "s5").forEach(group::kill);
    group.run(3_000);
    group.clearsFor(500);
    group.heal(); // two are left of the side that lost it
    group.run(6_000);
    group.assertAgreed();
    Epoch merged = group.newest("s0");
    assertThat(merged.member("s0").orElseThrow().incarnation()).isEqualTo(before);
    assertThat(group.mayDecide("s0")).isTrue();
  }

  @Test
  void epochs_memberLeavesWithAWord_isDrainedNotLost() {
    SimulatedGroup group = new SimulatedGroup(8);
    group.join("s0", true);
    group.join("s1", true);
    group.run(3_000);
    group.drainState("s1");
    group.run(3_000);
    Member left = group.newest("s0").member("s1").orElseThrow();
    group.leave("s1");
    group.run(3_000);
    group.assertAgreed();
    assertThat(group.newest("s0").lost()).isEmpty();
    assertThat(group.newest("s0").drained()).containsExactly(left);
  }

  @Test
  void epochs_killedAndBackUnderItsName_isLossOfTheOldAndJoinOfTheNew() {
    SimulatedGroup group = new SimulatedGroup(9);
    group.join("s0", true);
    group.join("s1", true);
    group.run(3_000);
    Member old = group.newest("s0").member("s1").orElseThrow();
    group.kill("s1");
    group.join("s1", true);
    group.run(400); // before the kill is noticed
    Epoch epoch = group.newest("s0");
    assertThat(epoch.lost()).containsExactly(old);
    assertThat(epoch.member("s1").orElseThrow().incarnation().order()).isEqualTo(epoch.order());
    group.run(5_000);
    group.assertAgreed();
  }

  @Test
  void seeds_differ_schedulesDiffer() {
    Set<Integer> made = new HashSet<>();
    for (long seed = 0; seed < 5; seed++) {
      SimulatedGroup group = new SimulatedGroup(seed);
      Random random = new Random(seed);
      for (int i = 0; i < 10; i++) {
        group.join("s" + random.nextInt(5), true);
        group.run(random.nextInt(1000));
      }
      made.add(group.epochsMade());
    }
    assertThat(made).hasSizeGreaterThan(1);
  }
}
