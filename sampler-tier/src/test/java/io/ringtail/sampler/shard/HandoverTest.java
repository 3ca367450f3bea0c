package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.peer.PeerWord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Open traces go to who has their slots now, whoever that is when they arrive. */
class HandoverTest extends OverThreeSamplers {
  @Test
  void join_openTracesGoToTheirOwners_andAreDecidedWhole() {
    firstSpans();
    epoch(2, "a", "b");
    assertThat(a.set.foreign().oldestLost()).isEqualTo(new EpochOrder(1, 2));
    spans(2);
    samplers.settle();

    samplers.assertNothingForeign();
    long moved = LongStream.range(0, TRACES).filter(b::owns).count();
    assertThat(moved).isBetween(100L, 300L);
    assertThat(a.set.metrics().handedOutSpans()).isEqualTo(moved);
    assertThat(b.set.metrics().handedInSpans()).isEqualTo(moved);
    samplers.advance(1500);
    assertWhole(2);
  }

  @Test
  void remainingTime_travels() {
    firstSpans();
    samplers.advance(900);
    epoch(2, "b");
    samplers.settle();
    assertThat(b.exports.taken).isEmpty();
    samplers.advance(300);
    assertThat(b.exports.taken).hasSize(TRACES / 2);
    assertWhole(1);
  }

  @Test
  void backBeforeTheAcknowledgement_staysWithWhatCameMeanwhile() {
    firstSpans();
    epoch(2, "b");
    samplers.deliver();
    a.epoch(3, "a");
    a.work();
    for (long trace = 0; trace < TRACES; trace++) {
      a.take(Spans.span(trace, 2));
    }
    b.work();
    b.epoch(3, "a");
    c.epoch(3, "a");
    samplers.settle();

    assertThat(a.set.metrics().handedOutSpans()).isZero();
    assertThat(a.set.heldSpans()).isEqualTo(2 * TRACES);
    assertThat(b.set.heldSpans()).isZero();
    samplers.advance(1500);
    assertWhole(2);
  }

  @Test
  void backAndAwayAgain_goesAgain() {
    firstSpans();
    a.epoch(2, "b");
    a.work();
    a.epoch(3, "a");
    a.work();
    for (long trace = 0; trace < TRACES; trace++) {
      a.take(Spans.span(trace, 2));
    }
    b.epoch(2, "b");
    samplers.settle();
    assertThat(a.set.heldSpans()).isEqualTo(2 * TRACES);
    epoch(4, "c");
    samplers.settle();

    assertThat(c.set.heldSpans()).isEqualTo(2 * TRACES);
    samplers.advance(1500);
    assertWhole(2);
  }

  @Test
  void receiverIsAhead_isRefused_andGoesToTheNextOwnerWithTheEpoch() {
    firstSpans();
    b.epoch(2, "b");
    b.epoch(3, "c");
    c.epoch(3, "c");
    a.epoch(2, "b");
    samplers.settle();
    assertThat(a.set.heldSpans()).isEqualTo(TRACES);
    assertThat(a.set.foreign().oldestLost()).isEqualTo(new EpochOrder(1, 2));
    int before = a.transfers;
    samplers.advance(200);
    assertThat(a.transfers).isEqualTo(before);

    a.epoch(3, "c");
    samplers.settle();
    assertThat(c.set.heldSpans()).isEqualTo(TRACES);
    samplers.advance(1500);
    assertWhole(1);
  }

  @Test
  void ownerHasNoRoom_isTriedAgain() {
    firstSpans();
    b.full = true;
    epoch(2, "a", "b");
    samplers.advance(300);
    assertThat(a.set.foreign().oldestLost()).isNotNull();
    assertThat(b.set.heldSpans()).isZero();
    assertThat(tracesToSend()).isEqualTo(LongStream.range(0, TRACES).filter(b::owns).count());
    int before = a.transfers;
    samplers.advance(10_000);
    assertThat(a.transfers - before).as("less and less often").isLessThanOrEqualTo(13 * before);

    b.full = false;
    samplers.advance(1000);
    samplers.assertNothingForeign();
    assertThat(tracesToSend()).isZero();
    samplers.advance(1500);
    assertWhole(1);
  }

  private long tracesToSend() {
    return a.set.all().stream().mapToLong(s -> s.published().tracesToSend()).sum();
  }

  @Test
  void answerLost_deliveredTwice_isOneSpan() {
    firstSpans();
    b.epoch(2, "a", "b");
    b.hold();
    c.epoch(2, "a", "b");
    a.epoch(2, "a", "b");
    a.work();
    List<Samplers.One.Sent> transfers = List.copyOf(a.sent);
    assertThat(transfers).isNotEmpty();
    transfers.forEach(s -> ((PeerWord.Transfer) s.word()).entries().retain());
    samplers.deliver();
    a.cut(b);
    b.work();
    a.sent.addAll(transfers);
    samplers.deliver();
    a.mend(b);
    samplers.advance(200);
    b.unhold();
    samplers.advance(1500);
    assertThat(b.set.metrics().droppedSpans(DropReason.DUPLICATE)).isPositive();
    assertWhole(1);
  }

  @Test
  void afterWeeksWithoutAHandoff_whatIsNotAnswered_isStillSentAgain() {
    samplers.skipDays(25);
    answerThatNeverComes_isNotWaitedForLongerThanABound();
  }

  @Test
  void answerThatNeverComes_isNotWaitedForLongerThanABound() {
    firstSpans();
    b.epoch(2, "b");
    b.hold();
    c.epoch(2, "b");
    b.mute = true;
    a.epoch(2, "b");
    samplers.advance(9000);
    int before = a.transfers;
    assertThat(before).isPositive();
    assertThat(b.set.heldSpans()).isEqualTo(TRACES);
    assertThat(a.set.heldSpans()).isEqualTo(TRACES);
    b.mute = false;
    samplers.advance(3000);

    assertThat(a.transfers).isEqualTo(2 * before);
    assertThat(a.set.heldSpans()).isZero();
    samplers.assertNothingForeign();
    b.unhold();
    samplers.advance(1500);
    assertWhole(1);
  }

  @Test
  void ownerIsLostHalfway_whatIsLeftGoesToTheNext() {
    firstSpans();
    a.epoch(2, "b");
    a.work();
    a.cut(b);
    samplers.advance(100);
    assertThat(a.set.heldSpans()).isEqualTo(TRACES);
    a.epoch(3, "c");
    c.epoch(3, "c");
    samplers.settle();
    assertThat(a.set.heldSpans()).isZero();
    b.epoch(3, "c");
    samplers.advance(1500);
    assertWhole(1);
  }

  @Test
  void traceLargerThanABatch_goesInPieces() {
    use(new Samplers("{shards: 1, max-buffered-bytes: 64MiB}", ShardHarness.EVERYTHING));
    epoch(1, "a");
    Random random = new Random(5);
    List<byte[]> spans = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      spans.add(Spans.sized(1, i, 60_000, random));
    }
    assertThat(a.set.offer(List.of(Spans.batch(Spans.GROUP, spans)))).isNull();
    a.work();
    a.take(Spans.span(2, 1));
    epoch(2, "b");
    samplers.settle();
    samplers.assertNothingForeign();
    assertThat(a.transfers).isGreaterThan(8);
    assertThat(a.set.heldSpans()).isZero();
    samplers.advance(1500);
    assertThat(b.exported().get(1L)).hasSize(40).doesNotHaveDuplicates();
    assertThat(b.exported().get(2L)).hasSize(1);
  }

  @Test
  void marks_fallAtTheReceiver_andRiseAtTheSender() {
    firstSpans();
    int key = a.set.routers().keyOf(Views.peer("router"));
    assertThat(key).isZero();
    b.set.routers().keyOf(Views.peer("another"));
    int there = b.set.routers().keyOf(Views.peer("router"));
    samplers.advance(30);
    assertThat(a.set.mark(key)).isZero();
    assertThat(b.set.mark(there)).isEqualTo(-1);
    a.set.onProgress(key, TRACES, 1);
    epoch(2, "b");
    samplers.advance(100);

    assertThat(b.set.mark(there)).isZero();
    assertThat(a.set.mark(key)).isEqualTo(TRACES);
    samplers.advance(1500);
  }

  @Test
  void nobodyOwnsAnything_isKept() {
    firstSpans();
    epoch(2);
    samplers.advance(200);
    assertThat(a.set.heldSpans()).isEqualTo(TRACES);
    assertThat(a.set.foreign().oldestLost()).isNotNull();
    epoch(3, "b");
    samplers.settle();
    samplers.advance(1500);
    assertWhole(1);
  }
}
