package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.Header;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.decide.EffectListener;
import io.ringtail.sampler.policy.Verdict;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.Seqs;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Decisions go along with their slots. */
class HandoverOfDecisionsTest extends OverThreeSamplers {
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

  /** So it is decided once, though by nobody with effect where it was taken (protocol D2, D5). */
  @Test
  void decisionTakenBackThatItsHeirKnows_heirOwnsTheSlot_endsTheTraceThere() {
    samplers.nameRouter();
    epoch(1, "a", "b");
    List<Long> owned = LongStream.range(0, TRACES).filter(a::owns).boxed().toList();
    List<Long> takenByA = tracesTakenBy(a);
    List<Long> takenByB = tracesTakenBy(b);
    owned.forEach(trace -> a.take(trace % 2 == 0 ? Spans.error(trace, 1) : Spans.span(trace, 1)));
    samplers.advance(1000);
    a.lease = false; // no answer of the heir has effect
    samplers.advance(200);
    assertThat(takenByA).hasSameElementsAs(owned);
    assertThat(a.exports.taken).isEmpty();
    epoch(2, "b");
    samplers.settle();
    samplers.assertNothingForeign();
    assertThat(a.set.metrics().takenBackDecisions()).isEqualTo(owned.size());

    owned.forEach(trace -> b.take(Spans.error(trace, 2)));
    samplers.advance(1500);
    assertThat(takenByB).isEmpty();
    assertThat(b.exported())
        .allSatisfy((trace, spans) -> assertThat(spans).hasSize(2))
        .containsOnlyKeys(owned.stream().filter(trace -> trace % 2 == 0).toList());
    long dropped = owned.stream().filter(trace -> trace % 2 != 0).count();
    assertThat(b.set.metrics().droppedSpans(DropReason.LATE)).isEqualTo(2 * dropped);
  }

  private static List<Long> tracesTakenBy(Samplers.One one) {
    List<Long> traces = new ArrayList<>();
    EffectListener listener =
        new EffectListener() {
          @Override
          public void onTaken(long hi, long lo, boolean keep, int spans) {
            traces.add(lo);
          }

          @Override
          public void onEffect(long hi, long lo, boolean keep, int spans, boolean known) {}
        };
    one.set.all().forEach(shard -> shard.listener(listener));
    return traces;
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
    decidedAndMoved(
        List.of(
            new String[] {"a", "b", "c"},
            new String[] {"b", "c"},
            new String[] {"a", "b", "c"},
            new String[] {"a", "c"}));
    samplers.assertNothingForeign();
    for (Samplers.One one : samplers.all()) {
      assertThat(kept(one)).as(one.nodeId).isBetween(1L, 2L * TRACES); // settled, not known to be
    }
  }

  /** Each who tells of one may yet settle it, so each copy is kept; but not told again by each. */
  @Test
  void decisionsNotSettledThatMoveAgainAndAgain_doNotMultiply() {
    samplers.all().forEach(one -> one.exports.silent = true);
    decidedAndMoved(
        List.of(new String[] {"a:100", "b:100", "c:100"}, new String[] {"a:20", "b:100", "c:100"}));
    for (Samplers.One one : samplers.all()) {
      assertThat(kept(one)).as(one.nodeId).isLessThan(16L * TRACES);
    }
  }

  private void decidedAndMoved(List<String[]> owners) {
    samplers.all().forEach(one -> one.set.routers().keyOf(Views.peer("router")));
    firstSpans();
    a.set.onProgress(0, TRACES, 1);
    samplers.advance(1500);
    for (int number = 2; number < 18; number++) {
      epoch(number, owners.get(number % owners.size()));
      samplers.advance(300);
    }
  }

  private static long kept(Samplers.One one) {
    return one.set.all().stream().mapToLong(s -> s.published().replayableDecisions()).sum();
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

  /** Who decided is dead, the others do not know it yet, and its heir is about to leave. */
  @Test
  void decisionsOfADeadOwner_goFromItsHeirThatLeavesToTheNextOwner() {
    samplers.nameRouter();
    epoch(1, "a", "b");
    List<Long> decided = LongStream.range(0, TRACES).filter(a::owns).boxed().toList();
    decided.forEach(trace -> a.take(Spans.error(trace, 1)));
    samplers.advance(1500);
    assertThat(a.exports.taken).hasSameSizeAs(decided);
    for (Samplers.One other : List.of(b, c)) {
      other.cut(a);
      a.cut(other);
      other.epoch(2, "a", "c");
    }
    samplers.settle();
    assertThat(b.set.foreign().oldestLost()).as("b waits for what a does not take").isNotNull();

    for (Samplers.One other : List.of(b, c)) {
      other.epoch(3, "c");
    }
    samplers.settle();
    assertThat(b.set.foreign().oldestLost()).isNull();
    List<Long> again = new ArrayList<>();
    c.set.all().forEach(s -> s.listener((hi, lo, keep, spans, known) -> again.add(lo)));
    decided.forEach(trace -> c.replay(Spans.error(trace, 1)));
    samplers.advance(1500);
    assertThat(again).isEmpty();
  }

  /** Its decisions are right whatever routers answer, and the next owner may need them (L2). */
  @Test
  void stranger_handsOverDecisionsAtOnce_andWhatIsOpenWhenItNeedNotKeepIt() {
    samplers.nameRouter();
    epoch(1, "a", "b");
    List<Long> owned = LongStream.range(0, TRACES).filter(a::owns).boxed().toList();
    List<Long> decided = owned.subList(0, owned.size() / 2);
    decided.forEach(trace -> a.take(Spans.error(trace, 1)));
    samplers.advance(1500);
    assertThat(a.exports.taken).hasSameSizeAs(decided);
    List<Long> open = owned.subList(decided.size(), owned.size());
    open.forEach(trace -> a.take(Spans.error(trace, 1)));
    samplers.settle();

    a.cut(b); // b knows nothing of it
    b.cut(a);
    SlotView lost = Samplers.view(2, "a", "c");
    a.view = lost.withHeld(SlotSet.ALL);
    a.set.slots(a.view);
    c.epoch(2, "c");
    samplers.advance(1500);
    List<Long> again = tracesTakenBy(c);
    decided.forEach(trace -> c.replay(Spans.error(trace, 1)));
    samplers.advance(1500);
    assertThat(again).isEmpty();
    assertThat(c.set.metrics().handedInSpans()).isZero();
    assertThat(a.set.heldSpans()).isEqualTo(open.size());
    assertThat(a.set.foreign().oldestLost()).isNotNull();

    a.view = lost;
    a.set.slots(a.view);
    samplers.advance(1500);
    assertThat(a.set.foreign().oldestLost()).isNull();
    assertThat(c.set.metrics().handedInSpans()).isEqualTo(open.size());
    assertThat(again).hasSameElementsAs(open);
  }

  /** Who leaves may not be there any more when this one dies. */
  @Test
  void decisionsHandedOver_areTakenWhenTheHeirOfTheNewOwnerKnowsThem() {
    handOverWithoutAnHeir();
    b.mend(c);
    c.mend(b);
    samplers.advance(200);
    samplers.assertNothingForeign();
  }

  @Test
  void decisionsHandedOver_heirOfTheNewOwnerSilent_areTakenAfterALease() {
    handOverWithoutAnHeir();
    samplers.advance(2_900);
    assertThat(a.set.foreign().oldestLost()).isNotNull();
    samplers.advance(200);
    assertThat(a.set.foreign().oldestLost()).isNull();
  }

  /** What the heir has answered meanwhile is unread. */
  @Test
  void decisionsHandedOver_newOwnerStoodStill_areTakenWhenTheHeirHasBeenSilentForALeaseOfItsWork() {
    handOverWithoutAnHeir();
    samplers.advance(2_900);
    samplers.skipMillis(2_000);
    assertThat(a.set.foreign().oldestLost()).isNotNull();
    samplers.advance(200);
    assertThat(a.set.foreign().oldestLost()).isNull();
  }

  /** It knows them, as it took them; but only who leaves does beside it. */
  @Test
  void decisionsOfTheOwnerHandedBack_heirsNotBuiltYet_areTakenWhenItsHeirKnowsThem() {
    samplers.nameRouter();
    epoch(1, "a", "b");
    List<Long> owned = LongStream.range(0, TRACES).boxed().filter(a::owns).toList();
    owned.forEach(trace -> a.take(Spans.error(trace, 1)));
    samplers.advance(1500);
    assertThat(b.set.all()).anyMatch(s -> s.published().replayableDecisions() > 0);

    SlotView next = Samplers.view(2, "a", "a", "c");
    a.set.slots(
        new SlotView(next.order(), next.table(), next.owners(), next.self(), null, next.held()));
    b.epoch(2, "a", "c");
    c.epoch(2, "a", "c");
    samplers.advance(200);
    assertThat(b.set.foreign().oldestLost()).isNotNull();

    a.epoch(2, "a", "c");
    samplers.advance(200);
    samplers.assertNothingForeign();
    assertThat(c.set.all()).anyMatch(s -> s.published().replayableDecisions() > 0);
  }

  private void handOverWithoutAnHeir() {
    samplers.nameRouter();
    firstSpans();
    samplers.advance(1500);
    b.cut(c);
    c.cut(b);
    epoch(2, "b", "c");
    samplers.settle();
    assertThat(a.set.foreign().oldestLost()).isNotNull();
  }

  @Test
  void decisionsToldToWhoLeaves_haveNoEffectBeforeAnotherHeirKnowsThem() {
    epoch(1, "a", "b");
    b.epoch(2, "a", "c");
    SlotView next = Samplers.view(2, "a", "a", "c");
    long trace =
        LongStream.range(0, TRACES)
            .filter(id -> a.owns(id) && next.owns(TraceHash.slot(7, id)))
            .findFirst()
            .orElseThrow();
    a.take(Spans.error(trace, 1));
    samplers.advance(2500);
    assertThat(a.exports.taken).isEmpty();
    assertThat(b.set.all()).allMatch(s -> s.published().replayableDecisions() == 0);

    epoch(2, "a", "c");
    samplers.advance(200);
    assertThat(a.exports.taken).hasSize(1);
  }
}
