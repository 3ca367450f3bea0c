package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.sampler.account.DropReason;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Kept traces that are not exported yet go along with their slots. */
class HandoverOfExportsTest extends OverThreeSamplers {
  @Test
  void keptTracesThatWait_areExportedByTheOwner() {
    firstSpans();
    a.exports.room = 0;
    samplers.advance(1500);
    assertThat(a.set.heldSpans()).isEqualTo(TRACES / 2);
    epoch(2, "b");
    samplers.advance(500);
    assertThat(a.set.foreign().oldestLost()).as("patience with the export").isNotNull();
    samplers.advance(1000);

    assertThat(a.set.heldSpans()).isZero();
    assertThat(a.set.metrics().handedOutSpans()).isEqualTo(TRACES / 2);
    assertWhole(1);
  }

  @Test
  void keptTracesThatWait_forAnOwnerThatTakesNothing_areExportedHereWhenTheirSlotsComeBack() {
    firstSpans();
    a.exports.room = 0;
    samplers.advance(1500);
    a.cut(b);
    epoch(2, "b");
    samplers.advance(1500);
    assertThat(a.set.foreign().oldestLost()).isNotNull();
    epoch(3, "a");
    a.exports.room = Integer.MAX_VALUE;
    samplers.advance(1500);

    assertThat(a.set.heldSpans()).isZero();
    assertWhole(1);
  }

  @Test
  void exportsWithoutAnAnswer_areExportedByTheOwner() {
    firstSpans();
    a.exports.silent = true;
    samplers.advance(1500);
    assertThat(a.set.unansweredExports()).isEqualTo(TRACES / 2);
    a.exports.taken.clear();
    epoch(2, "b");
    samplers.advance(1500);

    assertWhole(1);
    assertThat(a.set.unansweredExports()).isZero();
    assertThat(a.exports.unanswered).hasSize(TRACES / 2);
    assertThat(a.exports.unanswered).noneMatch(trace -> trace.onAnswered().isWanted());
    assertThat(b.set.metrics().handedInSpans()).isEqualTo(TRACES / 2);
    assertThat(a.set.metrics().handedOutSpans()).isZero();
  }

  @Test
  void exportHandedOver_isSettledByWhoHasIt_andItsHeirIsTold() {
    long trace = exportsOfAGoToBAndC();
    int before = b.exports.taken.size();
    b.replay(Spans.error(trace, 1));
    assertThat(b.exports.taken).as("not settled: exported once more").hasSize(before + 1);
    b.exports.answerAll();
    c.exports.answerAll();
    samplers.settle();

    b.replay(Spans.error(trace, 1));
    assertThat(b.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isEqualTo(1);
    samplers.advance(100);
    epoch(3, "c");
    c.replay(Spans.error(trace, 1));
    assertThat(c.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isEqualTo(1);
    samplers.advance(2000);
    assertDecisionsAreForgotten();

    epoch(4, "a");
    samplers.advance(1000);
    samplers.assertNothingForeign();
  }

  @Test
  void exportHandedOver_andLostWithWhoHadIt_isNotTakenForSettledByTheHeir() {
    long trace = exportsOfAGoToBAndC();
    c.epoch(3, "c");
    c.exports.taken.clear();
    c.replay(Spans.error(trace, 1));
    assertThat(c.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isZero();
    assertThat(c.exported()).containsKey(trace);
    b.exports.answerAll();
    b.epoch(3, "c");
    a.epoch(3, "c");
    samplers.advance(2000);
  }

  @Test
  void lateSpansBeingExported_handedOver_doNotSettleTheirTrace() {
    long trace = replayedOneOfTwoSpansToBAndHandedItToC();
    c.exports.answerAll();
    samplers.settle();

    c.exports.taken.clear();
    c.replay(Spans.error(trace, 1));
    c.replay(Spans.error(trace, 2));
    assertThat(c.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isZero();
    assertThat(c.exported().get(trace)).hasSize(2);
  }

  @Test
  void lateSpansThatWaitForTheQueue_handedOver_doNotSettleTheirTrace() {
    b.exports.room = 0;
    long trace = replayedOneOfTwoSpansToBAndHandedItToC();
    c.exports.answerAll();
    samplers.settle();

    c.replay(Spans.error(trace, 2));
    assertThat(c.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isZero();
    assertThat(c.exported().get(trace)).hasSize(2);
  }

  @Test
  void lateSpansHandedOver_withAllOfTheExport_areSettledByThat() {
    long trace = replayedOneOfTwoSpansToBAndHandedItToC();
    a.epoch(3, "c");
    samplers.advance(1500);
    c.exports.answerAll();
    samplers.settle();

    c.exports.taken.clear();
    c.replay(Spans.error(trace, 2));
    assertThat(c.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isEqualTo(1);
    assertThat(c.exported()).isEmpty();
  }

  /**
   * A trace of two spans is kept by a, who cannot export it and is taken for lost; its heir b, to
   * whom one of the spans is replayed, hands that on to c before it is exported.
   */
  private long replayedOneOfTwoSpansToBAndHandedItToC() {
    samplers.nameRouter();
    samplers.all().forEach(one -> one.exports.silent = true);
    epoch(1, "a", "b");
    long trace = LongStream.range(0, TRACES).filter(a::owns).findFirst().orElseThrow();
    a.take(Spans.error(trace, 1), Spans.error(trace, 2));
    samplers.advance(1500);
    assertThat(a.exported().get(trace)).hasSize(2);
    b.epoch(2, "b");
    b.replay(Spans.error(trace, 1));
    b.epoch(3, "c");
    c.epoch(3, "c");
    samplers.advance(1500);
    assertThat(b.set.foreign().oldestLost()).isNull();
    assertThat(c.exported().get(trace)).hasSize(1);
    return trace;
  }

  @Test
  void exportAnsweredAfterItsDecisionWentAlong_isSettledAtTheOwnerToo() {
    samplers.nameRouter();
    a.exports.silent = true;
    firstSpans();
    samplers.advance(1500);
    epoch(2, "b", "c");
    samplers.settle();
    a.exports.answerAll();
    samplers.advance(100);

    samplers.assertNothingForeign();
    owner(0).replay(Spans.error(0, 1));
    assertThat(owner(0).set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isEqualTo(1);
    assertThat(owner(0).exports.taken).isEmpty();
  }

  @Test
  void exportHandedOver_doesNotKeepTheOthersOfItsBatchUnsettled() {
    samplers.nameRouter();
    epoch(1, "a");
    a.exports.silent = true;
    for (long trace = 0; trace < TRACES; trace++) {
      a.take(trace % 2 == 0 ? Spans.error(trace, 1) : Spans.span(trace, 1));
    }
    samplers.advance(1500);
    epoch(2, "a", "b");
    samplers.advance(1500);
    samplers.assertNothingForeign();
    a.exports.answerAll();
    a.work();
    samplers.settle();
    long stays = firstKept(a);
    a.replay(Spans.error(stays, 1));
    assertThat(a.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isEqualTo(1);
    b.epoch(3, "b");
    b.replay(Spans.error(stays, 1));
    assertThat(b.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isEqualTo(1);
    a.epoch(3, "b");
    c.epoch(3, "b");
    samplers.advance(2000);
    assertDecisionsAreForgotten();
  }

  @Test
  void keptTracesThatWaited_handedOver_leaveNoDecisionBehind() {
    samplers.nameRouter();
    firstSpans();
    a.exports.room = 0;
    samplers.advance(1500);
    epoch(2, "b");
    samplers.advance(1500);
    assertWhole(1);
    assertDecisionsAreForgotten();
  }

  /**
   * All traces are decided and being exported by a; then b and c have the exports, each the other's
   * heir. Returns a kept trace of b's.
   */
  private long exportsOfAGoToBAndC() {
    samplers.nameRouter();
    samplers.all().forEach(one -> one.exports.silent = true);
    firstSpans();
    samplers.advance(1500);
    epoch(2, "b", "c");
    samplers.advance(1500);
    samplers.assertNothingForeign();
    return firstKept(b);
  }

  private static long firstKept(Samplers.One of) {
    return LongStream.range(0, TRACES / 2)
        .map(t -> 2 * t)
        .filter(of::owns)
        .findFirst()
        .orElseThrow();
  }

  /** Once no log begins with anything they cover. */
  private void assertDecisionsAreForgotten() {
    samplers.all().forEach(one -> one.logsAreEmpty());
    samplers.advance(1000);
    for (Samplers.One one : samplers.all()) {
      for (Shard shard : one.set.all()) {
        assertThat(shard.published().replayableDecisions()).as(one.nodeId).isZero();
      }
    }
  }
}
