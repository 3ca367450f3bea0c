package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.decide.EffectListener;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.policy.Verdict;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.Seqs;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A notice of another sampler that could be stored only half, and comes again. */
class HalfStoredTest {
  private static final SlotView PAIR = Views.of(2, "a", "a", "b");
  private static final Peer B = Views.peer("b");
  private static final Verdict KEEP = new Verdict(Verdict.Outcome.SAMPLED, "errors");

  /** The newest seq the decisions cover. */
  private static final long SEQ = 9;

  private static final String ONE_IN_CACHE =
      ShardHarness.ERRORS + "decision_cache: {sampled_cache_size: 1, non_sampled_cache_size: 1}\n";

  private final ShardHarness shards = ShardHarness.of(ONE_IN_CACHE);
  private final List<String> told = new ArrayList<>();

  /** So many decisions are heard before there is no memory, once. */
  private int room = Integer.MAX_VALUE;

  @BeforeEach
  void memoryEnds() {
    shards.set.routers().keyOf(Views.peer("router"));
    shards.set.all().get(0).listener(new Rooms());
    use(PAIR);
  }

  private final class Rooms implements EffectListener {
    @Override
    public void onEffect(long hi, long lo, boolean keep, int spans, boolean known) {}

    @Override
    public void onHeard(long hi, long lo) {
      if (room-- == 0) {
        throw new OutOfMemoryError("as told");
      }
    }
  }

  private final class Told implements ShardCommand.Reception {
    @Override
    public void stored() {
      told.add("stored");
    }

    @Override
    public void refused(EpochOrder epoch) {
      told.add("refused");
    }

    @Override
    public void failed(Throwable why) {
      told.add("failed");
    }
  }

  private void use(SlotView view) {
    shards.set.slots(view);
    shards.work();
  }

  /** Four traces whose slots are a's in the pair, or b's. */
  private static List<Long> traces(boolean ofA) {
    return LongStream.iterate(1, trace -> trace + 1)
        .filter(trace -> PAIR.owns(TraceHash.slot(7, trace)) == ofA)
        .limit(4)
        .boxed()
        .toList();
  }

  private static Notice add(List<Long> traces, Notice to) {
    traces.forEach(trace -> to.add(Header.EMPTY, 7, trace, KEEP));
    return to;
  }

  private static Seqs seqs() {
    return new Seqs(new long[] {SEQ}, new long[] {SEQ});
  }

  private void take(@Nullable Peer from, Notice notice) {
    shards.set.all().get(0).queue(new ShardCommand.Decisions(from, 5, notice, new Told()));
    shards.work();
  }

  private void takeHalf(@Nullable Peer from, Notice notice) {
    room = 2;
    assertThatThrownBy(() -> take(from, notice)).isInstanceOf(OutOfMemoryError.class);
    assertThat(told).containsExactly("failed");
    shards.work();
  }

  /** They follow a decision, which is known: nothing is open. */
  private void assertLateSpansFollow(List<Long> traces) {
    int before = shards.exports.taken.size();
    traces.forEach(trace -> shards.take(Spans.span(trace, 1)));
    assertThat(shards.exports.taken).hasSize(before + traces.size());
    assertThat(shards.set.heldSpans()).isZero();
  }

  /** Every log begins above all that came: only the caches know of the newest. */
  private void assertNothingStays(List<Long> traces) {
    shards.advanceMillis(1000);
    shards.set.onProgress(0, 1_000_000, 1_000_001);
    shards.advanceMillis(1000);
    traces.forEach(trace -> shards.take(Spans.span(trace, 2)));
    assertThat(shards.set.heldSpans()).as("are open").isGreaterThanOrEqualTo(traces.size() - 1);
  }

  @Test
  void halfOfAFirstNotice_isStoredWholeWhenItComesAgain() {
    List<Long> traces = traces(false);
    takeHalf(B, add(traces, new Notice(seqs(), false, false)));
    take(B, add(traces, new Notice(seqs(), false, false)));
    assertThat(told).containsExactly("failed", "stored");
    use(Views.of(3, "a", "a"));
    assertLateSpansFollow(traces);
    assertNothingStays(traces);
  }

  @Test
  void halfOfAFirstNotice_isSettledOnceItWasStoredWhole() {
    List<Long> traces = traces(false);
    takeHalf(B, add(traces, new Notice(seqs(), false, false)));
    take(B, add(traces, new Notice(seqs(), false, false)));
    use(Views.of(3, "a", "a"));
    shards.set.peers().onSettled(B, new long[] {5});
    traces.forEach(trace -> assertThat(shards.offer(replay(trace))).isNull());
    shards.work();
    assertThat(shards.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isEqualTo(4);
    assertThat(shards.exports.taken).isEmpty();
  }

  private static ShardBatch replay(long trace) {
    ShardBatch all = Spans.batch(Spans.span(trace, 1));
    return new ShardBatch(
        0, all.message(), 0, 100, SEQ, true, 10, all.groups(), all.spans(), 1, all.spanBytes());
  }

  @Test
  void halfOfASettledNotice_isStoredWholeWhenItComesAgain() {
    List<Long> traces = traces(false);
    takeHalf(B, add(traces, new Notice(seqs(), true, false)));
    take(B, add(traces, new Notice(seqs(), true, false)));
    assertThat(told).containsExactly("failed", "stored");
    assertThat(shards.set.all().get(0).published().replayableDecisions()).as("once").isEqualTo(4);
    use(Views.of(3, "a", "a"));
    assertLateSpansFollow(traces);
    assertNothingStays(traces);
  }

  @Test
  void halfOfWhatLateSpansFollowed_isStoredWholeWhenItComesAgain() {
    List<Long> traces = traces(false);
    takeHalf(B, add(traces, Notice.ofLate(seqs())));
    take(B, add(traces, Notice.ofLate(seqs())));
    assertThat(told).containsExactly("failed", "stored");
    use(Views.of(3, "a", "a"));
    assertLateSpansFollow(traces);
    assertNothingStays(traces);
  }

  @Test
  void halfOfWhatCameWithASlot_goesToTheHeir_andSoDoesTheRest() {
    List<Long> traces = traces(true);
    takeHalf(null, add(traces, new Notice(seqs(), true, false)));
    shards.advanceMillis(100);
    assertThat(traces(toldToHeir())).containsExactlyInAnyOrderElementsOf(traces.subList(0, 3));
    take(null, add(traces, new Notice(seqs(), true, false)));
    shards.advanceMillis(100);
    assertThat(traces(toldToHeir())).containsExactlyInAnyOrderElementsOf(traces);
  }

  private List<Notice> toldToHeir() {
    return shards.peers.words(PeerWord.Notice.class).stream().map(this::decode).toList();
  }

  private Notice decode(PeerWord.Notice word) {
    try {
      return Notice.decode(word.decisions(), shards.set.routers());
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<Long> traces(List<Notice> of) {
    Set<Long> traces = new TreeSet<>();
    of.forEach(notice -> notice.forEach((context, hi, lo, verdict) -> traces.add(lo)));
    return traces;
  }
}
