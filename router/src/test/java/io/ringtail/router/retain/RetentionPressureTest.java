package io.ringtail.router.retain;

import static io.ringtail.router.retain.LogFixture.A;
import static io.ringtail.router.retain.LogFixture.B;
import static io.ringtail.router.retain.LogFixture.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
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
    assertThat(f.log.refusesIntake()).isFalse();
    f = new LogFixture(new RetentionConfig(1 << 20, WhenFull.REFUSE, Duration.ZERO));
    f.epoch(List.of(A));
    for (int seq = 1; seq <= 100; seq++) {
      f.accepted(seq, A, 100);
    }
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    assertThat(f.log.refusesIntake()).isTrue();
    f.mark(A, 100);
    assertThat(f.log.refusesIntake()).isFalse();
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
    while (f.count("ringtail_router_forgotten_spans_total") == 0 && !f.log.refusesIntake()) {
      f.accepted(++seq, A, 100);
    }
    assertThat(f.log.refusesIntake()).as("at the latest when memory is out").isTrue();
    f.mark(A, seq);
    assertThat(f.log.refusesIntake()).isFalse();
    while (!f.log.refusesIntake()) {
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
