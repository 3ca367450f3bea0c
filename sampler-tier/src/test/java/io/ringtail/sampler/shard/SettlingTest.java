package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.account.Cause;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.Obstacle;
import io.ringtail.sampler.account.SamplerMetrics.RefusalCause;
import io.ringtail.sampler.decide.DecisionRound;
import io.ringtail.sampler.decide.Notices;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.store.TimerWheel;
import io.ringtail.trace.TraceHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a shard decides, when a decision has effect, and what it says is settled. */
class SettlingTest {
  private static final int TICK = TimerWheel.TICK_MILLIS;
  private static final SlotView ALONE = Views.of(1, "a", "a");
  private static final SlotView PAIR = Views.of(2, "a", "a", "b");
  private static final Peer B = Views.peer("b");

  private ShardHarness shards = ShardHarness.of(ShardHarness.ERRORS);

  /** A trace whose slot is a's also when b is there. */
  private static final long MINE = owned(PAIR, 1);

  private static final long OTHERS = owned(Views.of(2, "b", "a", "b"), 1);

  private static long owned(SlotView by, long from) {
    SlotView later = Views.of(3, "a", "a", "c");
    long trace = from;
    while (!by.owns(TraceHash.slot(7, trace)) || !later.owns(TraceHash.slot(7, trace))) {
      trace++;
    }
    return trace;
  }

  @AfterEach
  void everySpanIsAccountedFor() {
    shards.assertAccounted();
  }

  private void use(SlotView view) {
    shards.set.slots(view);
    shards.work();
  }

  private void decide(Span.Builder... spans) {
    shards.take(spans);
    shards.advanceMillis(1000 + TICK);
  }

  private int exports() {
    return shards.exports.taken.size();
  }

  private long dropped(DropReason reason) {
    return shards.set.metrics().droppedSpans(reason);
  }

  private long postponed(Obstacle obstacle) {
    return shards.set.metrics().postponements(obstacle);
  }

  // ---- whether (D1, O1, O4, L1)

  @Test
  void heldTrace_isDecidedWhenTheHoldEnds_withAllThatCame() {
    use(ALONE.withHeld(SlotSet.ALL));
    decide(Spans.span(1, 1));
    shards.take(Spans.error(1, 2));
    assertThat(exports()).isZero();
    assertThat(postponed(Obstacle.HELD)).isEqualTo(1);

    use(ALONE);

    assertThat(shards.exports.taken.get(0).spanCount()).isEqualTo(2);
    assertThat(shards.set.heldSpans()).isZero();
  }

  @Test
  void traceOfAnothersSlot_isNotDecided() {
    decide();
    shards.take(Spans.error(OTHERS, 1), Spans.error(MINE, 2));
    use(PAIR.withHeirs(ALONE.table().heirs()));
    shards.advanceMillis(1000 + TICK);
    assertThat(shards.exports.taken)
        .extracting(FakeExports.Exported::traceIdLo)
        .containsExactly(MINE);
    assertThat(postponed(Obstacle.NOT_OWNED)).isEqualTo(1);
    assertThat(shards.set.heldSpans()).isEqualTo(1);
  }

  @Test
  void withoutLease_nothingIsDecided_untilItIsBack() {
    shards.lease = false;
    decide(Spans.error(1, 1));
    assertThat(exports()).isZero();
    assertThat(postponed(Obstacle.NO_LEASE)).isEqualTo(1);

    shards.lease = true;
    shards.advanceMillis(1);
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void shardThatStoodStillWithinItsLease_decidesNothing_beforeAStampSinceIsAnswered() {
    shards.take(Spans.error(1, 1));
    shards.leaseFromNow();
    shards.standStill(Duration.ofSeconds(2));
    shards.work();
    assertThat(exports()).isZero();
    assertThat(postponed(Obstacle.NO_LEASE)).isEqualTo(1);

    shards.advanceMillis(16);
    assertThat(exports()).as("its lease is good still").isZero();
    shards.leaseFromNow();
    shards.advanceMillis(16);
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void shardThatStoodStill_letsNoDecisionTakeEffect_beforeAStampSinceIsAnswered() {
    use(PAIR);
    decide(Spans.error(MINE, 1));
    shards.advanceMillis(DecisionRound.ROUND_MILLIS);
    shards.leaseFromNow();
    shards.standStill(Duration.ofSeconds(2));
    answerAll();
    assertThat(exports()).isZero();
    shards.leaseFromNow();
    shards.advanceMillis(16);
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void shardThatStoodStill_readsWhatWasAcceptedBefore_andThenDecides() {
    shards.take(Spans.error(1, 1));
    for (int i = 2; i < 40; i++) {
      shards.offer(Spans.batch(Spans.span(i, 2)));
    }
    shards.offer(Spans.batch(Spans.error(1, 2)));
    shards.standStill(Duration.ofSeconds(2));
    shards.work();
    assertThat(exports()).isEqualTo(1);
    assertThat(shards.exports.taken.get(0).spanCount()).isEqualTo(2);
  }

  @Test
  void beforeHeirsAreKnown_decisionsWait() {
    use(new SlotView(PAIR.order(), PAIR.table(), PAIR.owners(), PAIR.self(), null, SlotSet.NONE));
    decide(Spans.error(MINE, 1));
    assertThat(postponed(Obstacle.NO_HEIRS)).isEqualTo(1);
    assertThat(shards.peers.sent).isEmpty();

    use(PAIR);
    shards.advanceMillis(DecisionRound.ROUND_MILLIS);
    assertThat(shards.peers.words(PeerWord.Notice.class)).hasSize(1);
    answerAll();
  }

  @Test
  void heldTrace_isDecidedByNoCap_butFreshSpansAreRefused() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 16MiB, max-trace-spans: 3}",
            "decision_wait_after_root_received: 1ms\nmaximum_trace_size_bytes: 200\n"
                + ShardHarness.EVERYTHING);
    use(ALONE.withHeld(SlotSet.ALL));
    shards.take(Spans.root(1, 1), Spans.span(1, 2), Spans.span(1, 3), Spans.span(1, 4));
    shards.advanceMillis(100);

    assertThat(shards.set.heldSpans()).isEqualTo(4);
    assertThat(shards.offer(Spans.batch(Spans.span(2, 1)))).isInstanceOf(Refusal.Busy.class);
    assertThat(shards.set.metrics().refusals(RefusalCause.HELD)).isEqualTo(1);
    use(ALONE);
    assertThat(dropped(DropReason.TOO_LARGE)).isEqualTo(4);
  }

  @Test
  void heldTraces_areNotDecidedByNumTraces_butFreshSpansAreRefused() {
    shards = ShardHarness.of("num_traces: 2\n" + ShardHarness.EVERYTHING);
    use(ALONE.withHeld(SlotSet.of(0)));
    shards.take(Spans.span(1, 1), Spans.span(2, 2), Spans.span(3, 3));
    assertThat(exports()).isZero();
    assertThat(shards.offer(Spans.batch(Spans.span(4, 4)))).isInstanceOf(Refusal.Busy.class);
    use(ALONE);
    shards.advanceMillis(100);
    shards.take(Spans.span(4, 4));
    shards.advanceMillis(1000 + TICK);
    assertThat(exports()).isEqualTo(4);
  }

  @Test
  void heldTraces_areNotDecidedByHighWater_butFreshSpansAreRefused() {
    shards =
        new ShardHarness(
            "{shards: 1, max-buffered-bytes: 4MiB, high-water: 0.3}", ShardHarness.EVERYTHING);
    use(ALONE.withHeld(SlotSet.of(0)));
    Random random = new Random(1);
    Refusal refusal = null;
    for (int i = 0; i < 10_000 && refusal == null; i++) {
      byte[] span = Spans.sized(i, i, 1000, random);
      refusal = shards.offer(Spans.batch(Spans.GROUP, List.of(span)));
      shards.work();
    }
    assertThat(refusal).isInstanceOf(Refusal.Busy.class);
    assertThat(exports()).isZero();
    use(ALONE);
    shards.work();
    assertThat(shards.set.metrics().decisions(Cause.HIGH_WATER)).isPositive();
  }

  // ---- effect (D2)

  private Notice decode(PeerWord.Notice word) {
    try {
      return Notice.decode(word.decisions(), shards.set.routers());
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
  }

  private void answerAll() {
    shards
        .peers
        .words(PeerWord.Notice.class)
        .forEach(notice -> shards.set.peers().onNoticeTaken(B, notice.id()));
    shards.work();
  }

  private void decideWithHeir(Span.Builder... spans) {
    use(PAIR);
    decide(spans);
    shards.advanceMillis(DecisionRound.ROUND_MILLIS);
  }

  @Test
  void decision_hasEffectWhenTheHeirHasIt() {
    decideWithHeir(Spans.error(MINE, 1));
    assertThat(exports()).isZero();
    List<PeerWord.Notice> sent = shards.peers.words(PeerWord.Notice.class);
    assertThat(sent).hasSize(1);
    List<Long> traces = new ArrayList<>();
    decode(sent.get(0)).forEach((context, hi, lo, verdict) -> traces.add(lo));
    assertThat(traces).containsExactly(MINE);

    answerAll();

    assertThat(exports()).isEqualTo(1);
    shards.work();
    assertThat(shards.peers.words(PeerWord.Settled.class))
        .extracting(settled -> settled.noticeIds()[0])
        .containsExactly(sent.get(0).id());
  }

  @Test
  void heirWithoutAnswer_isWaitedForOneSecond_counted() {
    decideWithHeir(Spans.error(MINE, 1));
    shards.advanceMillis(Notices.ANSWER_MILLIS - TICK);
    assertThat(exports()).isZero();
    shards.lease = false;
    shards.advanceMillis(2 * TICK);
    assertThat(exports()).isZero();
    shards.lease = true;
    shards.advanceMillis(1);
    assertThat(exports()).isEqualTo(1);
    assertThat(shards.set.metrics().unconfirmedDecisions()).isEqualTo(1);
  }

  @Test
  void heirThatIsBackSoon_isToldAgain() {
    shards.peers.up = false;
    decideWithHeir(Spans.error(MINE, 1));
    assertThat(shards.peers.sent).isEmpty();
    shards.peers.up = true;
    shards.advanceMillis(100);
    assertThat(shards.peers.words(PeerWord.Notice.class)).hasSize(1);
    shards.set.peers().onPeerDown(B);
    shards.advanceMillis(100);
    assertThat(shards.peers.words(PeerWord.Notice.class))
        .extracting(PeerWord.Notice::id)
        .hasSize(2)
        .containsOnly(shards.peers.words(PeerWord.Notice.class).get(0).id());
    answerAll();
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void secondNotice_thatFoundNoLink_orWasLostWithIt_isSaidAgain() {
    decideWithHeir(Spans.error(MINE, 1));
    answerAll();
    shards.peers.up = false;
    long id = shards.peers.words(PeerWord.Notice.class).get(0).id();
    assertThat(exports()).isEqualTo(1);
    shards.advanceMillis(500);
    int before = shards.peers.words(PeerWord.Settled.class).size();
    shards.set.peers().onPeerDown(B);
    shards.advanceMillis(100);
    shards.peers.up = true;
    shards.advanceMillis(100);
    assertThat(shards.peers.words(PeerWord.Settled.class)).hasSize(before + 1);

    shards.set.peers().onPeerDown(B);
    shards.advanceMillis(1);
    assertThat(shards.peers.words(PeerWord.Settled.class))
        .hasSize(before + 2)
        .allSatisfy(word -> assertThat(word.noticeIds()).containsExactly(id));
    shards.advanceMillis(60_000);
    shards.set.peers().onPeerDown(B);
    shards.advanceMillis(1);
    assertThat(shards.peers.words(PeerWord.Settled.class)).as("has arrived").hasSize(before + 2);
  }

  @Test
  void secondNotice_whileTheLinkIsDown_waitsForIt() {
    shards.exports.silent = true;
    decideWithHeir(Spans.error(MINE, 1));
    answerAll();
    shards.peers.up = false;
    shards.exports.answerAll();
    shards.advanceMillis(200);
    assertThat(shards.peers.words(PeerWord.Settled.class)).isEmpty();
    shards.peers.up = true;
    shards.advanceMillis(100);
    assertThat(shards.peers.words(PeerWord.Settled.class)).hasSize(1);
  }

  @Test
  void slotLostBeforeTheAnswer_takesTheDecisionBack() {
    decideWithHeir(Spans.error(MINE, 1));
    use(Views.of(3, "a", "b"));
    answerAll();
    shards.advanceMillis(2000);
    assertThat(exports()).isZero();
    assertThat(shards.set.heldSpans()).isEqualTo(1);
    assertThat(shards.set.metrics().takenBackDecisions()).isEqualTo(1);

    use(Views.of(4, "a", "a"));
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void epochBeforeTheAnswer_withTheSlotStillOwn_tellsTheNewHeirTheSame() {
    decideWithHeir(Spans.span(MINE, 1));
    SlotView next = Views.of(3, "a", "a", "c");
    use(new SlotView(next.order(), next.table(), next.owners(), 0, null, SlotSet.NONE));
    shards.take(Spans.error(MINE, 2));
    answerAll();
    shards.advanceMillis(2000);
    assertThat(shards.set.heldSpans()).isEqualTo(2);

    use(next);
    shards.advanceMillis(DecisionRound.ROUND_MILLIS);
    assertThat(shards.peers.sent.get(1).to()).isEqualTo(Views.peer("c"));
    shards
        .set
        .peers()
        .onNoticeTaken(Views.peer("c"), shards.peers.words(PeerWord.Notice.class).get(1).id());
    shards.work();
    assertThat(exports()).isZero();
    assertThat(dropped(DropReason.NOT_SAMPLED)).isEqualTo(2);
  }

  @Test
  void heirThatKnowsANewerOwner_stopsTheDecision() {
    decideWithHeir(Spans.error(MINE, 1));
    long id = shards.peers.words(PeerWord.Notice.class).get(0).id();
    shards.set.peers().onNoticeNotOwner(B, id, new EpochOrder(1, 3));
    shards.advanceMillis(2 * Notices.ANSWER_MILLIS);
    assertThat(exports()).isZero();
    assertThat(shards.peers.words(PeerWord.Notice.class))
        .as("else it would store it by an epoch after that, though it is taken back")
        .hasSize(1);
    use(Views.of(3, "a", "b"));
    assertThat(shards.set.metrics().takenBackDecisions()).isEqualTo(1);
    use(Views.of(4, "a", "a"));
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void heirThatCannotReadIt_isNotToldAgain_andTheDecisionHasEffectWithoutIt() {
    decideWithHeir(Spans.error(MINE, 1));
    long id = shards.peers.words(PeerWord.Notice.class).get(0).id();
    shards.set.peers().onNoticeUnfit(B, id);
    shards.advanceMillis(10_000);
    assertThat(shards.peers.words(PeerWord.Notice.class)).hasSize(1);
    assertThat(exports()).isEqualTo(1);
    assertThat(shards.registry.counter("ringtail_sampler_notices_given_up_total", "").getCount())
        .isEqualTo(1);
  }

  @Test
  void heirThatIsBehind_isToldAgain() {
    decideWithHeir(Spans.error(MINE, 1));
    long id = shards.peers.words(PeerWord.Notice.class).get(0).id();
    shards.set.peers().onNoticeNotOwner(B, id, new EpochOrder(1, 1));
    shards.advanceMillis(200);
    assertThat(shards.peers.words(PeerWord.Notice.class)).hasSize(2);
    answerAll();
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void epochThatIsKnownButNotInUse_stopsDecisions() {
    shards.set.adopted(new EpochOrder(1, 2));
    decide(Spans.error(MINE, 1));
    assertThat(exports()).isZero();
    use(PAIR.withHeirs(ALONE.table().heirs()));
    shards.advanceMillis(1);
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void epochThatRoutersUseAndNobodyElseTold_stopsDecisionsAndTheirEffect() {
    decideWithHeir(Spans.error(MINE, 1));
    shards.set.usedByRouters(new EpochOrder(1, 3));
    answerAll();
    shards.advanceMillis(2 * Notices.ANSWER_MILLIS);
    assertThat(exports()).isZero();
    assertThat(shards.peers.words(PeerWord.Notice.class))
        .as("else it would store it by an epoch after that, though it is taken back")
        .hasSize(1);
    use(Views.of(3, "a", "b"));
    assertThat(shards.set.metrics().takenBackDecisions()).isEqualTo(1);
  }

  @Test
  void epochThatRoutersUseNoMore_letsDecisionsGoOn() {
    shards.set.usedByRouters(new EpochOrder(1, 2));
    decide(Spans.error(MINE, 1));
    assertThat(exports()).isZero();
    shards.set.usedByRouters(EpochOrder.NONE);
    shards.advanceMillis(1);
    assertThat(exports()).isEqualTo(1);
  }

  @Test
  void spansAfterTheDecision_goWithTheirTrace() {
    use(PAIR);
    decide(Spans.error(MINE, 1), Spans.span(owned(PAIR, MINE + 1), 2));
    shards.take(Spans.span(MINE, 3), Spans.span(owned(PAIR, MINE + 1), 4));
    shards.advanceMillis(DecisionRound.ROUND_MILLIS);
    answerAll();
    assertThat(shards.exports.taken.get(0).spanCount()).isEqualTo(2);
    assertThat(dropped(DropReason.NOT_SAMPLED)).isEqualTo(2);
  }

  // ---- what others decided (D3–D5, P3)

  private void takeNotice(long id, PeerWord.Notice word) {
    ByteBuf copy = word.decisions().copy();
    try {
      shards
          .set
          .peers()
          .takeNotice(
              B, id, copy, outcome -> stored += outcome instanceof NoticeOutcome.Stored ? 1 : 100);
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
    shards.work();
    assertThat(copy.refCnt()).isZero();
  }

  private int stored;

  /** As it comes with a slot. */
  private void takeDecisions(PeerWord.Notice word) {
    shards
        .set
        .all()
        .get(0)
        .queue(
            new ShardCommand.Decisions(null, 0, decode(word), ShardHarness.stored(() -> stored++)));
    shards.work();
  }

  /** What b tells its heir of a trace it has decided, having seen up to seq 1 of router 0. */
  private PeerWord.Notice decidedByB(Span.Builder span) {
    ShardHarness b = ShardHarness.of(ShardHarness.ERRORS);
    b.set.routers().keyOf(Views.peer("router"));
    shards.set.routers().keyOf(Views.peer("router"));
    b.set.slots(Views.of(2, "b", "a", "b"));
    b.take(span);
    b.advanceMillis(1000 + TICK);
    b.advanceMillis(DecisionRound.ROUND_MILLIS);
    return b.peers.words(PeerWord.Notice.class).get(0);
  }

  private ShardBatch replay(long firstSeq, Span.Builder span) {
    ShardBatch batch = Spans.batch(span);
    return new ShardBatch(
        0,
        batch.message(),
        0,
        100,
        firstSeq,
        true,
        10,
        batch.groups(),
        batch.spans(),
        batch.spanCount(),
        batch.spanBytes());
  }

  private void takeReplay(long firstSeq, Span.Builder span) {
    assertThat(shards.offer(replay(firstSeq, span))).isNull();
    shards.work();
  }

  @Test
  void heirThatInherits_exportsReplayUnderTheDecision_untilItIsSettled() {
    use(PAIR);
    takeNotice(5, decidedByB(Spans.error(OTHERS, 1)));
    assertThat(stored).isEqualTo(1);
    use(Views.of(3, "a", "a"));

    takeReplay(1, Spans.span(OTHERS, 1));
    assertThat(exports()).isEqualTo(1);

    shards.set.peers().onSettled(B, new long[] {5});
    takeReplay(1, Spans.span(OTHERS, 1));
    assertThat(exports()).isEqualTo(1);
    assertThat(dropped(DropReason.REPLAY_SETTLED)).isEqualTo(1);

    takeReplay(2, Spans.span(OTHERS, 2));
    assertThat(exports()).isEqualTo(2);
  }

  @Test
  void heirThatInherits_dropsReplayOfADroppedTrace() {
    use(PAIR);
    takeNotice(5, decidedByB(Spans.span(OTHERS, 1)));
    use(Views.of(3, "a", "a"));
    takeReplay(1, Spans.error(OTHERS, 1));
    shards.advanceMillis(2000);
    assertThat(exports()).isZero();
    assertThat(dropped(DropReason.LATE)).isEqualTo(1);
  }

  @Test
  void noticeOfAnotherThanTheOwner_isNotStored() {
    takeNotice(5, decidedByB(Spans.error(OTHERS, 1)));
    assertThat(stored).isEqualTo(100);
    takeReplay(1, Spans.span(OTHERS, 1));
    assertThat(exports()).isZero();
    shards.advanceMillis(1000 + TICK);
    assertThat(shards.set.metrics().decisions(Cause.DEADLINE)).isEqualTo(1);
  }

  @Test
  void decisionThatMeetsAnOpenTrace_endsIt() {
    shards.take(Spans.span(OTHERS, 9));
    takeDecisions(decidedByB(Spans.error(OTHERS, 1)));
    assertThat(exports()).isEqualTo(1);
    shards.take(Spans.span(OTHERS, 10));
    assertThat(exports()).isEqualTo(2);
  }

  @Test
  void decisionsOnAnInheritedSlot_goOnToTheNextHeir() {
    use(PAIR);
    PeerWord.Notice notice = decidedByB(Spans.error(OTHERS, 1));
    takeNotice(5, notice);
    takeNotice(5, notice);
    use(Views.of(3, "a", "a"));
    assertThat(shards.peers.sent).isEmpty();

    use(Views.of(4, "a", "a", "c"));

    long told =
        shards.peers.sent.stream()
            .filter(s -> s.to().equals(Views.peer("c")) && s.word() instanceof PeerWord.Notice)
            .count();
    boolean stillMine = Views.of(4, "a", "a", "c").owns(TraceHash.slot(7, OTHERS));
    assertThat(told).isEqualTo(stillMine ? 1 : 0);
  }

  @Test
  void ownDecisions_goToANewHeir_whenThereIsOne() {
    use(ALONE);
    decide(Spans.error(MINE, 1));
    shards.advanceMillis(100);
    assertThat(exports()).isEqualTo(1);
    use(PAIR);
    List<PeerWord.Notice> sent = shards.peers.words(PeerWord.Notice.class);
    assertThat(sent).hasSize(1);
    assertThat(decode(sent.get(0)).settled()).isTrue();

    use(Views.of(3, "a", "a", "b"));
    assertThat(shards.peers.words(PeerWord.Notice.class)).hasSize(1);
  }

  /** Its tables are the same ones: they are remembered by nodes' names and weights. */
  @Test
  void ownDecisions_goToAnHeirThatIsBackUnderItsName() {
    decideWithHeir(Spans.error(MINE, 1));
    answerAll();
    shards.peers.sent.clear();
    Peer back = new Peer("b", new Incarnation(new EpochOrder(3, 3), 77));
    List<Peer> owners = PAIR.owners().stream().map(o -> o.equals(B) ? back : o).toList();
    EpochOrder order = new EpochOrder(3, 3);
    use(new SlotView(order, PAIR.table(), owners, PAIR.self(), null, SlotSet.NONE));
    use(new SlotView(order, PAIR.table(), owners, PAIR.self(), PAIR.heirs(), SlotSet.NONE));
    assertThat(shards.peers.sent)
        .filteredOn(sent -> sent.word() instanceof PeerWord.Notice)
        .extracting(FakePeers.Sent::to)
        .containsExactly(back);
  }

  // ---- marks (M1, A5)

  @Test
  void mark_isBelowWhatIsNotSettled_andRisesWithItsAnswer() {
    int key = shards.set.routers().keyOf(Views.peer("router"));
    assertThat(key).isZero();
    shards.exports.silent = true;
    shards.set.onProgress(0, 40, 41);
    shards.advanceMillis(100);
    ShardBatch batch = Spans.batch(Spans.error(1, 1));
    assertThat(shards.offer(seq(batch, 41))).isNull();
    shards.work();
    shards.set.onProgress(0, 50, 41);
    shards.advanceMillis(100);
    assertThat(shards.set.mark(0)).isEqualTo(40);

    shards.advanceMillis(1000);
    assertThat(exports()).isEqualTo(1);
    assertThat(shards.set.mark(0)).isEqualTo(40);
    assertThat(shards.set.unansweredExports()).isEqualTo(1);

    shards.exports.answerAll();
    shards.work();
    shards.advanceMillis(100);
    assertThat(shards.set.mark(0)).isEqualTo(50);
    assertThat(shards.set.unansweredExports()).isZero();
  }

  private static ShardBatch seq(ShardBatch b, long seq) {
    return new ShardBatch(
        0, b.message(), 0, seq, 0, false, 0, b.groups(), b.spans(), b.spanCount(), b.spanBytes());
  }

  @Test
  void mark_isTheLeastOfTheShards_andUnknownBeforeTheFirstWord() {
    shards = new ShardHarness("{shards: 2, max-buffered-bytes: 16MiB}", ShardHarness.ERRORS);
    assertThat(shards.set.mark(0)).isEqualTo(-1);
    shards.take(Spans.span(1, 1));
    shards.advanceMillis(2000);
    assertThat(shards.set.mark(0)).isZero();
    shards.set.onProgress(0, 7, 8);
    shards.advanceMillis(100);
    assertThat(shards.set.mark(0)).isEqualTo(7);
  }

  @Test
  void routerThatIsGone_isForgottenByAllShards_andItsKeyReused() {
    RouterKeys routers = shards.set.routers();
    int key = routers.keyOf(Views.peer("r0"));
    shards.set.onProgress(key, 7, 8);
    shards.work();
    shards.set.forgetRouter(Views.peer("r0"));
    shards.advanceMillis(100);
    shards.set.forgetRouter(Views.peer("r0"));
    assertThat(routers.keyOf(Views.peer("r1"))).isNotEqualTo(key);
    shards.work();
    assertThat(shards.set.mark(key)).isEqualTo(-1);
    shards.advanceMillis(100);
    assertThat(routers.keyOf(Views.peer("r2"))).isNotEqualTo(key);
    shards.advanceMillis(60_000);
    assertThat(routers.keyOf(Views.peer("r3"))).isEqualTo(key);
    assertThat(shards.set.mark(key)).isEqualTo(-1);
  }

  /** Who is lost meanwhile has to know that it holds what is in no log any more (L2). */
  @Test
  void routerThatIsGone_isKnownUntilWhatItSentIsSettled() {
    RouterKeys routers = shards.set.routers();
    assertThat(routers.keyOf(Views.peer("r0"))).isZero();
    shards.take(Spans.span(1, 1));
    for (int i = 0; i < 5; i++) {
      shards.set.forgetRouter(Views.peer("r0"));
      shards.advanceMillis(100);
    }
    assertThat(routers.known()).containsExactly(Views.peer("r0"));
    shards.advanceMillis(2000);
    shards.set.forgetRouter(Views.peer("r0"));
    assertThat(routers.known()).isEmpty();
  }
}
