package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A late span stands in its router's log above what the decision covers that it has followed: a
 * replay of it has to follow the same one, though caches of one have forgotten it.
 */
class LateSpansTest extends OverThreeSamplers {
  private static final String ONE_IN_CACHE =
      ShardHarness.ERRORS + "decision_cache: {sampled_cache_size: 1, non_sampled_cache_size: 1}\n";
  private static final long FILLERS = 100_000;

  private final Map<Long, Long> lateSeqs = new HashMap<>();
  private long filler = FILLERS;

  @BeforeEach
  void cachesAreTiny() throws InterruptedException {
    samplers.close();
    use(new Samplers(TWO_SHARDS, ONE_IN_CACHE));
    samplers.nameRouter();
  }

  private void logsBegin(long oldestSeq) {
    samplers.all().forEach(one -> one.progress(oldestSeq));
    samplers.advance(100);
  }

  /** Traces are decided; none but the last ones stay in a cache. */
  private void decided(List<Long> traces) {
    traces.forEach(
        trace -> owner(trace).take(trace % 2 == 0 ? Spans.error(trace, 1) : Spans.span(trace, 1)));
    samplers.advance(1500);
    logsBegin(1);
    fillCaches();
  }

  private void fillCaches() {
    for (long end = filler + 40; filler < end; filler++) {
      owner(filler).take(filler % 2 == 0 ? Spans.error(filler, 1) : Spans.span(filler, 1));
    }
    samplers.advance(1500);
  }

  /** An error comes late to each, and only these are in a log then. */
  private void lateErrors(List<Long> traces) {
    for (long trace : traces) {
      owner(trace).take(Spans.error(trace, 2));
      lateSeqs.put(trace, samplers.lastSeq());
    }
    samplers.advance(200);
    fillCaches();
    logsBegin(lateSeqs.values().stream().min(Long::compare).orElseThrow());
  }

  private void replayLate(Samplers.One to, List<Long> traces) {
    traces.forEach(trace -> to.replay(Spans.error(trace, 2), lateSeqs.getOrDefault(trace, 0L)));
  }

  /** Of the kept ones they go out once more, the dropped ones stay dropped. */
  private void assertFollowed(Samplers.One at, List<Long> traces) {
    assertFollowed(at, traces, 3);
  }

  /**
   * @param kept spans that go out of each that is kept, with those that do so once more
   */
  private void assertFollowed(Samplers.One at, List<Long> traces, int kept) {
    assertThat(at.set.heldSpans()).isZero();
    samplers.advance(1500);
    Map<Long, Integer> out = new HashMap<>();
    samplers
        .all()
        .forEach(one -> one.exported().forEach((t, s) -> out.merge(t, s.size(), (x, y) -> x + y)));
    for (long trace : traces) {
      assertThat(out.getOrDefault(trace, 0))
          .as("trace %s", trace)
          .isEqualTo(trace % 2 == 0 ? kept : 0);
    }
  }

  private static Span.Builder only(long trace) {
    return trace % 2 == 0 ? Spans.error(trace, 1) : Spans.span(trace, 1);
  }

  private static List<Long> traces(int count) {
    return LongStream.range(0, count).boxed().toList();
  }

  @Test
  void replayOfALateSpan_followsItsDecision_asLongAsALogHasTheSpan() {
    epoch(1, "a");
    decided(traces(60));
    lateErrors(traces(60));
    replayLate(a, traces(60));
    assertFollowed(a, traces(60));

    logsBegin(samplers.lastSeq() + 1);
    a.take(Spans.error(1, 3));
    assertThat(a.set.heldSpans()).as("nobody knows of it any more").isEqualTo(1);
    samplers.advance(1500);
  }

  @Test
  void replayToTheHeir_whenTheOwnerIsDead_followsTheDecision() {
    epoch(1, "a", "b");
    List<Long> owned = traces(120).stream().filter(a::owns).toList();
    decided(owned);
    lateErrors(owned);
    a.cut(b);
    b.epoch(2, "b");
    b.work();
    replayLate(b, owned);
    assertFollowed(b, owned);
  }

  @Test
  void replayToTheNextOwners_followsTheDecision() {
    epoch(1, "a");
    decided(traces(60));
    lateErrors(traces(60));
    epoch(2, "b");
    samplers.settle();
    epoch(3, "c");
    samplers.settle();
    samplers.assertNothingForeign();
    fillCaches();
    replayLate(c, traces(60));
    assertFollowed(c, traces(60));
  }

  @Test
  void spanThatCameWhileItsDecisionWaitedForTheHeir_followsItWhenItIsReplayed() {
    epoch(1, "a", "b");
    List<Long> owned = traces(120).stream().filter(a::owns).toList();
    owned.forEach(trace -> a.take(trace % 2 == 0 ? Spans.error(trace, 1) : Spans.span(trace, 1)));
    logsBegin(1);
    a.cut.add(b.peer);
    samplers.advance(1300); // decided, told to nobody
    for (long trace : owned) {
      a.take(Spans.error(trace, 2));
      lateSeqs.put(trace, samplers.lastSeq());
    }
    a.mend(b);
    samplers.advance(1500);
    fillCaches();
    logsBegin(lateSeqs.values().stream().min(Long::compare).orElseThrow());
    replayLate(a, owned);
    assertFollowed(a, owned);
  }

  /** Its sender tries again, as it was not told of the first try: nothing of that is new. */
  @Test
  void spanThatCameOnceMoreWhileItsDecisionWaitedForTheHeir_followsItWhenItIsReplayed() {
    epoch(1, "a", "b");
    List<Long> owned = traces(120).stream().filter(a::owns).toList();
    owned.forEach(trace -> a.take(only(trace)));
    logsBegin(1);
    a.cut.add(b.peer);
    samplers.advance(1300); // decided, told to nobody
    for (long trace : owned) {
      a.take(only(trace));
      lateSeqs.put(trace, samplers.lastSeq());
    }
    a.mend(b);
    samplers.advance(1500);
    fillCaches();
    logsBegin(lateSeqs.values().stream().min(Long::compare).orElseThrow());
    owned.forEach(trace -> a.replay(only(trace), lateSeqs.getOrDefault(trace, 0L)));
    assertFollowed(a, owned, 2);
  }

  @Test
  void openSpansThatADecisionEnded_followItWhenTheyAreReplayed() {
    epoch(1, "a");
    decided(traces(60));
    for (long trace : traces(60)) {
      b.take(Spans.error(trace, 2)); // what the next epoch makes b's has come there already
      lateSeqs.put(trace, samplers.lastSeq());
    }
    epoch(2, "b");
    samplers.settle();
    samplers.assertNothingForeign();
    fillCaches();
    logsBegin(lateSeqs.values().stream().min(Long::compare).orElseThrow());
    replayLate(b, traces(60));
    assertFollowed(b, traces(60));
  }
}
