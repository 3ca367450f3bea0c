package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.metrics.Metrics;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.RingTables;
import io.ringtail.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class HandoffThreadTest {
  private final Metrics metrics = new Metrics();
  private final KeeperTest.FakeTier tier = new KeeperTest.FakeTier();
  private final Steps thread = new Steps();
  private final Steps builder = new Steps();
  private final List<Epoch> whole = new ArrayList<>();
  private final HandoffThread handoff =
      new HandoffThread(
          thread,
          builder,
          () -> 0,
          new RingTables(4),
          metrics,
          whole::add,
          new Keeper(
              new KeeperConfig("a", 1, true, 30, 3, Rules.ALL),
              tier,
              new SaidWords(),
              new Outgoing((to, word) -> true, router -> -1, List::of),
              new MarkBoard(),
              completion -> {}));
  private int used;

  @Test
  void epoch_itsTablesAndThenItsHeirsAreBuiltAside() {
    handoff.onEpoch(epoch(1), true, () -> used++);
    builder.run();
    assertThat(used).isZero();
    thread.run();
    assertThat(used).isEqualTo(1);
    assertThat(tier.view().heirs()).isNull();
    assertThat(whole).isEmpty();
    builder.run();
    thread.run();
    assertThat(tier.view().heirs()).isNotNull();
    assertThat(whole).containsExactly(epoch(1));
  }

  @Test
  void epoch_thatNamesOthersOnly_isWholeWithoutHeirs() {
    Epoch of = epoch(1, List.of(sampler("b", 2)));
    handoff.onEpoch(of, true, () -> used++);
    goOn();
    assertThat(whole).containsExactly(of);
  }

  @Test
  void heirs_whoseUseFails_areTriedAgain() {
    handoff.onEpoch(epoch(1), true, () -> used++);
    builder.run();
    thread.run();
    tier.failing = true;
    goOn();
    assertThat(whole).isEmpty();
    tier.failing = false;
    thread.runDelayed();
    goOn();
    assertThat(whole).containsExactly(epoch(1));
    assertThat(tier.view().heirs()).isNotNull();
    assertThat(failures()).isEqualTo(1);
  }

  @Test
  void epoch_whoseUseFails_isTriedAgain() {
    tier.failing = true;
    handoff.onEpoch(epoch(1), true, () -> used++);
    goOn();
    assertThat(used).isZero();
    tier.failing = false;
    thread.runDelayed();
    goOn();
    assertThat(used).isEqualTo(1);
    assertThat(failures()).isEqualTo(1);
  }

  @Test
  void epoch_thatFailedBeforeANewerCame_isNotTriedAgain() {
    tier.failing = true;
    handoff.onEpoch(epoch(1), true, () -> used++);
    goOn();
    tier.failing = false;
    handoff.onEpoch(epoch(2), true, () -> used++);
    thread.runDelayed();
    goOn();
    assertThat(used).isEqualTo(1);
    assertThat(tier.view().order()).isEqualTo(new EpochOrder(1, 2));
  }

  @Test
  void heirs_whenNewerEpochsKeepComing_areBuiltForEverySecond() {
    handoff.onEpoch(epoch(1), true, () -> used++);
    builder.run();
    thread.run();
    handoff.onEpoch(epoch(2), true, () -> used++);
    builder.run(); // leaves out the heirs of 1
    thread.run();
    assertThat(tier.view().heirs()).isNull();
    assertThat(whole).isEmpty();
    handoff.onEpoch(epoch(3), true, () -> used++);
    builder.runOne(); // the heirs of 2
    thread.run();
    assertThat(tier.view().order()).isEqualTo(new EpochOrder(1, 2));
    assertThat(tier.view().heirs()).isNotNull();
  }

  @Test
  void epoch_whoseTableIsAnother_isNeverUsed() {
    Epoch of = epoch(1);
    handoff.onEpoch(
        new Epoch(of.order(), "a", of.members(), 5, EpochOrder.NONE, List.of()),
        true,
        () -> used++);
    goOn();
    assertThat(used).isZero();
    assertThat(whole).isEmpty();
  }

  @Test
  void ticks_thatFailAgainAndAgain_areAllCountedAndSaidOnce() {
    Logger log = (Logger) LoggerFactory.getLogger(HandoffThread.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    log.setAdditive(false);
    log.addAppender(said);
    try {
      handoff.start(
          status -> {
            throw new IllegalStateException("told to fail");
          });
      for (int i = 0; i < 50; i++) {
        thread.runDelayed();
      }
      assertThat(failures()).isEqualTo(50);
      assertThat(said.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .containsExactly("event=handoff-failed count=1");
    } finally {
      log.detachAppender(said);
      log.setAdditive(true);
    }
  }

  private void goOn() {
    for (int i = 0; i < 4; i++) {
      builder.run();
      thread.run();
    }
  }

  private double failures() {
    return metrics.counter("ringtail_sampler_handoff_failures_total", "").getCount();
  }

  private static Epoch epoch(int number) {
    return epoch(number, List.of(sampler("a", 1), sampler("b", 2)));
  }

  private static Epoch epoch(int number, List<Member> members) {
    return new Epoch(
        new EpochOrder(1, number),
        "a",
        members,
        RingTable.of(members).checksum(),
        number == 1 ? EpochOrder.NONE : new EpochOrder(1, number - 1),
        List.of(),
        number == 1 ? "" : "a",
        number == 1 ? List.of() : members);
  }

  private static Member sampler(String id, long bits) {
    Incarnation incarnation = new Incarnation(new EpochOrder(1, 1), bits);
    return new Member(
        id, incarnation, Member.Role.SAMPLER, Member.State.ACTIVE, 100, "", "", "", 1);
  }
}
