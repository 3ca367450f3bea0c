package io.ringtail.router.retain;

import static io.ringtail.router.retain.LogFixture.A;
import static io.ringtail.router.retain.LogFixture.B;
import static io.ringtail.router.retain.LogFixture.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import io.ringtail.link.SamplerWord.NeedsNothing;
import io.ringtail.link.SamplerWord.Question;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** A full log, or no memory: what goes, and what is refused. */
class RetentionPressureTest extends WithRetentionLog {
  @Test
  void pressure_forgetsByTheOwnMarkWhatHasNotMovedThoughAnotherIsSlow() {
    f.epoch(List.of(A, B));
    f.accepted(1, B);
    int seq = 2;
    for (; f.bytes() < 900_000; seq++) {
      f.accepted(seq, A, 100);
    }
    f.log.heard(A, List.of(), new Mark(seq, new EpochOrder(1, 99)));
    f.pass(Duration.ofSeconds(1));
    assertThat(f.bytes()).as("that epoch is not in use here").isGreaterThan(800_000);
    f.mark(A, seq);
    f.pass(Duration.ofSeconds(1));
    assertThat(f.bytes()).isLessThan(100_000);
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    for (; f.bytes() < 900_000; seq++) {
      f.accepted(seq, A, 100);
    }
    f.epoch(List.of(A, B, C));
    f.mark(A, seq);
    f.pass(Duration.ofSeconds(1));
    assertThat(f.bytes()).as("A has lost slots to C").isGreaterThan(800_000);
  }

  @Test
  void pressure_forgetsWhatSendersWereRefusedForAndSendAgain() {
    f.epoch(List.of(A, B));
    f.accepted(1, A, 100);
    Claim refused = new Claim();
    refused.end();
    int seq = 2;
    for (; f.bytes() < 700_000; seq++) {
      f.accepted(seq, A, 100, refused);
    }
    f.pass(Duration.ofSeconds(1));
    assertThat(f.bytes()).as("there is room").isGreaterThan(600_000);
    Claim open = new Claim();
    f.accepted(seq++, A, 100, open);
    for (int again = 0; again < 100; again++) {
      f.accepted(seq++, A, 100, refused);
      f.pass(Duration.ofMillis(100));
    }
    assertThat(f.count("ringtail_router_forgotten_spans_total")).isZero();
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    assertThat(f.bytes()).isLessThan(3 << 18);
    assertThat(f.log.spanCount()).isGreaterThanOrEqualTo(200);
  }

  @Test
  void pressure_whatWasCutFromAPartOfARefusedRequestGoesToo() {
    f.epoch(List.of(A, B));
    Claim claim = new Claim();
    f.accepted(1, A, 100, claim);
    f.accepted(2, A, 100);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    int pieces = f.sent.size();
    f.acceptSent(3, B);
    claim.end();
    int seq = 3 + pieces;
    for (; f.bytes() < 900_000; seq++) {
      f.accepted(seq, A, 100, claim);
    }
    f.pass(Duration.ofSeconds(1));
    assertThat(f.log.spanCount()).as("the other part, and its piece").isEqualTo(200);
    assertThat(f.log.oldestSeq()).isEqualTo(2);
  }

  @Test
  void pressure_looksAtSomeOfALongLogAtATime() {
    f = new LogFixture(new RetentionConfig(2 << 20, WhenFull.REFUSE, Duration.ZERO));
    f.epoch(List.of(A, B));
    f.accepted(1, B, 1);
    int last = 1;
    while (last < RetentionLog.LOOK_PARTS_A_TICK + 100) {
      f.accepted(++last, A, 1);
    }
    assertThat(f.bytes()).isGreaterThan(3 << 19);
    f.mark(A, last);
    f.pass(Duration.ofMillis(100));
    assertThat(f.log.spanCount()).isEqualTo(1 + 100);
  }

  @Test
  void fullLog_forgetsTheOldestCountedOrRefusesIntake() {
    f.epoch(List.of(A));
    for (int seq = 1; seq <= 100; seq++) {
      f.accepted(seq, A, 100);
    }
    assertThat(f.bytes()).isLessThanOrEqualTo(1 << 20);
    assertThat(f.log.oldestSeq()).isGreaterThan(1);
    assertThat(f.count("ringtail_router_forgotten_spans_total"))
        .isEqualTo((f.log.oldestSeq() - 1) * 100);
    assertThat(f.isFull()).isFalse();
    f = new LogFixture(new RetentionConfig(1 << 20, WhenFull.REFUSE, Duration.ZERO));
    f.epoch(List.of(A));
    for (int seq = 1; seq <= 100; seq++) {
      f.accepted(seq, A, 100);
    }
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    assertThat(f.isFull()).isTrue();
    f.mark(A, 100);
    assertThat(f.isFull()).isFalse();
  }

  /** A log that refuses, as large as its memory allows, filled with what A accepted. */
  private int fillRefusingLog() {
    f =
        new LogFixture(
            new RetentionConfig(1 << 20, WhenFull.REFUSE, Duration.ZERO)
                .within(Long.MAX_VALUE, 128 << 10));
    f.epoch(List.of(A, B, C));
    int parts = 0;
    while (!f.isFull()) {
      f.accepted(++parts, A, 100);
    }
    return parts;
  }

  @Test
  void fullRefusingLog_replayedAgainAndAgain_forgetsNothing() {
    int parts = fillRefusingLog();
    double full = f.bytes();
    f.epoch(List.of(B, C), A);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    f.acceptSent(1_000, B);
    f.epoch(List.of(C), B);
    f.word(C, new Question(1, SlotSet.ALL, f.order()));
    f.acceptSent(2_000, C);
    assertThat(f.count("ringtail_router_forgotten_spans_total")).isZero();
    assertThat(f.log.spanCount()).as("of A, B and C").isEqualTo(3L * parts * 100);
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    assertThat(f.bytes()).as("no second copy").isLessThan(full + full / 4);
    assertThat(f.isFull()).isTrue();
  }

  /** The intake has promised that room to what is on its way. */
  @Test
  void refusingLogWithRoom_replays_takesNoneOfIt() {
    f = new LogFixture(new RetentionConfig(1 << 20, WhenFull.REFUSE, Duration.ZERO));
    f.epoch(List.of(A, B));
    int parts = 0;
    while (f.bytes() < 500_000) {
      f.accepted(++parts, A, 100);
    }
    double before = f.bytes();
    f.epoch(List.of(B), A);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    f.acceptSent(1_000, B);
    assertThat(f.log.spanCount()).isEqualTo(2L * parts * 100);
    assertThat(f.bytes()).isLessThan(before + before / 8);
  }

  @Test
  void fullRefusingLog_askedThrice_itsOriginalsGoBeforeTheAnswers_forgetsNothing() {
    int parts = fillRefusingLog();
    double full = f.bytes();
    for (int id = 1; id <= 3; id++) {
      f.word(B, new Question(id, SlotSet.ALL, f.order()));
    }
    long replayed = f.sent.stream().mapToLong(s -> s.part().spanCount()).sum();
    assertThat(replayed).isEqualTo(3L * parts * 100);
    f.mark(A, parts);
    assertThat(f.log.spanCount()).isZero();
    f.acceptSent(1_000, B);
    assertThat(f.count("ringtail_router_forgotten_spans_total")).isZero();
    assertThat(f.log.spanCount()).isEqualTo(replayed);
    assertThat(f.bytes()).as("no copies").isLessThan(full + full / 4);
    f.mark(A, 5_000);
    f.mark(B, 5_000);
    assertThat(f.log.spanCount()).isZero();
    f.accepted(10_000, B, 1);
    assertThat(f.bytes()).as("all is given back").isLessThan(full / 8);
  }

  @Test
  void fullRefusingLog_whatWasReplayed_isThereWhenItsOriginalIsForgotten() {
    fillRefusingLog();
    double full = f.bytes();
    f.epoch(List.of(B, C), A);
    f.word(B, new Question(1, SlotSet.where(slot -> slot % 2 == 0), f.order()));
    long half = f.sent.stream().mapToLong(s -> s.part().spanCount()).sum();
    f.acceptSent(1_000, B);
    f.word(B, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    assertThat(f.log.spanCount()).as("what B has").isEqualTo(half);
    f.epoch(List.of(C), B);
    f.word(C, new Question(1, SlotSet.ALL, f.order()));
    assertThat(f.sent.stream().mapToLong(s -> s.part().spanCount()).sum())
        .as("that, and not all it was cut out of")
        .isEqualTo(half);
    f.acceptSent(2_000, C);
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.word(C, new NeedsNothing(B.nodeId(), incarnation(B), EpochOrder.NONE));
    f.accepted(3_000, C, 1);
    f.mark(C, 2_999);
    assertThat(f.bytes()).as("all is given back").isLessThan(full / 8);
    assertThat(f.isFull()).isFalse();
    assertThat(f.count("ringtail_router_forgotten_spans_total")).isZero();
  }

  @Test
  void roomBytes_areWhatIsLeft_andAllInALogThatForgets() {
    f = new LogFixture(new RetentionConfig(1 << 20, WhenFull.REFUSE, Duration.ZERO));
    assertThat(f.log.roomBytes()).isEqualTo(1 << 20);
    f.epoch(List.of(A));
    f.accepted(1, A, 100);
    assertThat(f.log.roomBytes()).isEqualTo((1 << 20) - (long) f.bytes());
    f = new LogFixture(new RetentionConfig(1 << 20, WhenFull.FORGET, Duration.ZERO));
    assertThat(f.log.roomBytes()).isEqualTo(Long.MAX_VALUE);
    f = new LogFixture(new RetentionConfig(0, WhenFull.REFUSE, Duration.ZERO));
    assertThat(f.log.roomBytes()).as("nothing is kept").isEqualTo(Long.MAX_VALUE);
  }

  /** Memory for some segments, then none. */
  private static IntFunction<ByteBuffer> jvmWith(long bytes) {
    AtomicLong left = new AtomicLong(bytes);
    return size -> {
      if (left.addAndGet(-size) < 0) {
        throw new OutOfMemoryError("of the test");
      }
      return ByteBuffer.allocateDirect(size);
    };
  }

  @Test
  void jvmWithoutMemory_whatThereIsBecomesTheLimitAndTheOldestGo() {
    RetentionConfig config = new RetentionConfig(64 << 20, WhenFull.FORGET, Duration.ofHours(1));
    f = new LogFixture(config, jvmWith(4 << 20));
    f.epoch(List.of(A));
    for (int seq = 1; seq <= 400; seq++) {
      f.accepted(seq, A, 100);
      f.pass(Duration.ofMillis(100));
    }
    assertThat(f.log.oldestSeq()).isGreaterThan(1);
    assertThat(f.bytes()).isLessThanOrEqualTo(6 << 20);
    assertThat(f.gauge("ringtail_router_retention_limit_bytes")).isBetween(4e6, 6e6);
    assertThat(f.gauge("ringtail_router_retention_cover_seconds"))
        .as("seconds for what there is, which is less than what came in 40 s")
        .isBetween(1.0, 40.0);
  }

  @Test
  void jvmWithoutMemory_refusingLog_refusesBeforeItMustForget() {
    RetentionConfig config = new RetentionConfig(64 << 20, WhenFull.REFUSE, Duration.ZERO);
    f = new LogFixture(config, jvmWith(4 << 20));
    f.epoch(List.of(A));
    int seq = 0;
    while (f.count("ringtail_router_forgotten_spans_total") == 0 && !f.isFull()) {
      f.accepted(++seq, A, 100);
    }
    assertThat(f.isFull()).as("at the latest when memory is out").isTrue();
    f.mark(A, seq);
    assertThat(f.isFull()).isFalse();
    while (!f.isFull()) {
      f.accepted(++seq, A, 100);
    }
    long forgotten = f.count("ringtail_router_forgotten_spans_total");
    for (int late = 0; late < 5; late++) {
      f.accepted(++seq, A, 100);
    }
    assertThat(f.count("ringtail_router_forgotten_spans_total"))
        .as("what was on its way still finds room")
        .isEqualTo(forgotten);
  }
}
