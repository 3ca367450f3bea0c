package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.policy.Verdict;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.Seqs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandoverTest {
  private static final String TWO_SHARDS = "{shards: 2, max-buffered-bytes: 32MiB}";
  private static final int TRACES = 400;

  private Samplers samplers = new Samplers(TWO_SHARDS, ShardHarness.ERRORS);
  private Samplers.One a = samplers.add("a");
  private Samplers.One b = samplers.add("b");
  private Samplers.One c = samplers.add("c");

  @AfterEach
  void everySpanIsAccountedFor() throws InterruptedException {
    samplers.close();
  }

  private void use(Samplers others) {
    samplers = others;
    a = samplers.add("a");
    b = samplers.add("b");
    c = samplers.add("c");
  }

  private void epoch(long number, String... owners) {
    samplers.all().forEach(one -> one.epoch(number, owners));
    samplers.work();
  }

  /** The first spans of all traces, to a, who owns everything. */
  private void firstSpans() {
    epoch(1, "a");
    for (long trace = 0; trace < TRACES; trace++) {
      a.take(trace % 2 == 0 ? Spans.error(trace, 1) : Spans.span(trace, 1));
    }
  }

  private void spans(long id) {
    for (long trace = 0; trace < TRACES; trace++) {
      owner(trace).take(Spans.span(trace, id));
    }
  }

  private Samplers.One owner(long trace) {
    return samplers.all().stream().filter(one -> one.owns(trace)).findFirst().orElseThrow();
  }

  /** Each even trace was exported whole, by one sampler; the odd ones by none. */
  private void assertWhole(int spansOfEach) {
    samplers.assertNothingForeign();
    Map<Long, List<List<Span>>> exported = new HashMap<>();
    for (Samplers.One one : samplers.all()) {
      one.exported()
          .forEach((id, spans) -> exported.computeIfAbsent(id, i -> new ArrayList<>()).add(spans));
    }
    assertThat(exported).hasSize(TRACES / 2);
    exported.forEach(
        (id, by) -> {
          assertThat(id % 2).isZero();
          assertThat(by).hasSize(1);
          assertThat(by.get(0)).doesNotHaveDuplicates().hasSize(spansOfEach);
        });
  }

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

    int before = a.transfers;
    samplers.advance(10_000);
    assertThat(a.transfers - before).as("less and less often").isLessThanOrEqualTo(13 * before);

    b.full = false;
    samplers.advance(1000);
    samplers.assertNothingForeign();
    samplers.advance(1500);
    assertWhole(1);
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
  void traceThatCannotBeMergedNow_isNotAcknowledged_andGoesAgain() {
    firstSpans();
    b.damage = new Samplers.Damage(6, true, 2);
    epoch(2, "b");
    samplers.settle();

    assertThat(a.set.heldSpans()).as("kept by its sender").isEqualTo(1);
    assertThat(a.set.foreign().oldestLost()).isEqualTo(new EpochOrder(1, 2));
    assertThat(b.set.metrics().droppedSpans(DropReason.NOT_MERGED)).isEqualTo(1);
    samplers.advance(2500);
    assertThat(b.set.metrics().droppedSpans(DropReason.NOT_MERGED)).isEqualTo(2);
    assertThat(b.set.metrics().droppedSpans(DropReason.FAILED)).isZero();
    assertWhole(1);
  }

  @Test
  void traceThatCannotBeReadNow_doesNotStopTheOthers_andIsWrittenAnew() {
    firstSpans();
    b.damage = new Samplers.Damage(6, false, 1);
    epoch(2, "b");
    samplers.settle();

    assertThat(a.set.heldSpans()).isEqualTo(1);
    assertThat(b.set.metrics().handedInSpans()).isEqualTo(TRACES - 1);
    samplers.advance(2500);
    assertWhole(1);
  }

  @Test
  void traceThatNobodyCanRead_isDroppedCounted_andTheHandoffEnds() {
    firstSpans();
    b.damage = new Samplers.Damage(6, false, Integer.MAX_VALUE);
    epoch(2, "b");
    samplers.advance(9000);
    assertThat(a.set.heldSpans()).isEqualTo(1);
    assertThat(a.set.foreign().oldestLost()).isNotNull();

    samplers.advance(3000);
    samplers.assertNothingForeign();
    assertThat(a.set.metrics().droppedSpans(DropReason.UNFIT)).isEqualTo(1);
    assertThat(a.set.heldSpans()).isZero();
    assertThat(b.exported()).hasSize(TRACES / 2 - 1);
  }

  @Test
  void traceThatThisOwnerCannotRead_isTriedWithTheNext() {
    firstSpans();
    b.damage = new Samplers.Damage(6, false, Integer.MAX_VALUE);
    epoch(2, "b");
    samplers.advance(9000);
    epoch(3, "c");
    samplers.advance(2500);

    samplers.assertNothingForeign();
    assertThat(a.set.metrics().droppedSpans(DropReason.UNFIT)).isZero();
    assertThat(c.exported()).containsKey(6L);
  }

  @Test
  void keptTraceThatNobodyCanRead_isLeftToTheExportHere() {
    firstSpans();
    a.exports.room = 0;
    samplers.advance(1500);
    b.damage = new Samplers.Damage(6, false, Integer.MAX_VALUE);
    epoch(2, "b");
    samplers.advance(14_000);
    assertThat(a.set.heldSpans()).isEqualTo(1);
    assertThat(a.set.foreign().oldestLost()).isNotNull();

    a.exports.room = 1;
    samplers.advance(1500);
    samplers.assertNothingForeign();
    assertThat(a.set.heldSpans()).isZero();
    assertThat(a.exported()).containsOnlyKeys(6L);
    assertWhole(1);
  }

  @Test
  void noMemoryToMerge_isAnsweredFull_andNothingIsGivenUp() {
    firstSpans();
    a.exports.room = 0;
    samplers.advance(1500);
    b.exports.outOfMemory = true;
    epoch(2, "b");
    samplers.advance(14_000);
    assertThat(a.set.heldSpans()).isEqualTo(TRACES / 2);
    assertThat(b.set.metrics().droppedSpans(DropReason.FAILED)).isPositive();
    assertThat(a.set.metrics().droppedSpans(DropReason.UNFIT)).isZero();

    b.exports.outOfMemory = false;
    samplers.advance(1500);
    samplers.assertNothingForeign();
    assertThat(a.set.heldSpans()).isZero();
    assertThat(a.exported()).isEmpty();
    assertWhole(1);
  }

  @Test
  void nothingOfATransferCanBeRead_goesAgain() {
    firstSpans();
    b.unreadable = true;
    epoch(2, "b");
    samplers.settle();
    assertThat(a.set.heldSpans()).isEqualTo(TRACES);

    b.unreadable = false;
    samplers.advance(1500);
    assertThat(a.set.heldSpans()).isZero();
    samplers.advance(1500);
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
  void decidedButWithoutEffect_isTakenBackAndGoesOpen() {
    epoch(1, "a", "b");
    for (long trace = 0; trace < TRACES; trace++) {
      owner(trace).take(trace % 2 == 0 ? Spans.error(trace, 1) : Spans.span(trace, 1));
    }
    a.cut.add(b.peer);
    b.cut.add(a.peer);
    samplers.advance(1100);
    assertThat(a.exports.taken).isEmpty();
    epoch(2, "c");
    samplers.advance(50);

    assertThat(a.exports.taken).isEmpty();
    assertThat(c.set.metrics().handedInSpans()).isEqualTo(TRACES);
    samplers.advance(1500);
    assertWhole(1);
  }

  @Test
  void decisions_goAlong_lateSpansFollowThem() {
    firstSpans();
    samplers.advance(1500);
    assertThat(a.exports.taken).hasSize(TRACES / 2);
    epoch(2, "b");
    samplers.settle();
    epoch(3, "c");
    samplers.settle();
    samplers.assertNothingForeign();

    spans(2);
    samplers.settle();
    assertThat(c.exports.taken).hasSize(TRACES / 2);
    assertThat(c.set.metrics().droppedSpans(DropReason.LATE)).isEqualTo(TRACES / 2);
    assertThat(c.set.heldSpans()).isZero();
  }

  @Test
  void decisionsThatMoveAgainAndAgain_areKeptOnceByEach() {
    samplers.all().forEach(one -> one.set.routers().keyOf(Views.peer("router")));
    firstSpans();
    a.set.onProgress(0, TRACES, 1);
    samplers.advance(1500);
    List<String[]> owners =
        List.of(
            new String[] {"a", "b", "c"},
            new String[] {"b", "c"},
            new String[] {"a", "b", "c"},
            new String[] {"a", "c"});
    for (int number = 2; number < 18; number++) {
      epoch(number, owners.get(number % owners.size()));
      samplers.advance(300);
    }
    samplers.assertNothingForeign();
    for (Samplers.One one : samplers.all()) {
      long kept = one.set.all().stream().mapToLong(s -> s.published().replayableDecisions()).sum();
      assertThat(kept).as(one.nodeId).isBetween(1L, 2L * TRACES); // settled, and not known to be
    }
  }

  @Test
  void agesOfRememberedDecisions_goAlong() {
    firstSpans();
    samplers.advance(10_000);
    epoch(2, "b");
    samplers.settle();
    samplers.assertNothingForeign();
    for (Shard shard : b.set.all()) {
      assertThat(shard.published().keptCoveredMillis()).isBetween(8500, 9500);
      assertThat(shard.published().droppedCoveredMillis()).isBetween(8500, 9500);
    }
  }

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

  /** As a heir's word on a slot that has just gone. */
  @Test
  void decisionMeetsTracesThatAreQueued_endsThemAndNothingElse() {
    use(new Samplers("{shards: 1, max-buffered-bytes: 64MiB}", ShardHarness.EVERYTHING));
    epoch(1, "a");
    a.hold();
    for (long trace = 0; trace < TRACES; trace++) {
      a.take(Spans.span(trace, 1));
    }
    a.cut(b);
    a.view = Samplers.view(2, a.nodeId, "b");
    a.set.slots(a.view);
    a.set.all().get(0).doWork();
    Notice notice = new Notice(Seqs.NONE, false, true);
    Verdict keep = new Verdict(Verdict.Outcome.SAMPLED, "all");
    for (long trace = 0; trace < TRACES / 2; trace++) {
      notice.add(Header.EMPTY, 7, trace, keep);
    }
    a.set
        .all()
        .get(0)
        .queue(new ShardCommand.Decisions(null, 0, notice, ShardHarness.stored(() -> {})));
    a.work();
    assertThat(a.exports.taken).hasSize(TRACES / 2);
    b.epoch(2, "b");
    c.epoch(2, "b");
    a.mend(b);
    samplers.advance(2500);

    samplers.assertNothingForeign();
    assertThat(a.set.metrics().handedOutSpans()).isEqualTo(TRACES / 2);
    assertThat(b.exported().size()).isEqualTo(TRACES / 2);
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
