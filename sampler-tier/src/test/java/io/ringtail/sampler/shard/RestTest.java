package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.sampler.decide.DecisionRound;
import io.ringtail.sampler.decide.Notices;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.Seqs;
import io.ringtail.trace.TraceId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RestTest {
  private boolean muchIsQueued;
  private final Rest rest = new Rest(() -> muchIsQueued);

  private static ShardCommand spans() {
    return new ShardCommand.Spans(Spans.batch(Spans.span(1, 1)), 1000);
  }

  private static ShardCommand slots() {
    return new ShardCommand.Slots(Views.alone());
  }

  private static ShardCommand decisions(@Nullable String from) {
    return new ShardCommand.Decisions(
        from == null ? null : Views.peer(from),
        1,
        new Notice(new Seqs(new long[0], new long[0]), false, false),
        ShardHarness.stored(() -> {}));
  }

  @Test
  void nap_isNotEndedBySpans_norByDecisionsOfOthers() {
    rest.begin(false);
    assertThat(rest.isEndedBy(spans())).isFalse();
    assertThat(rest.isEndedBy(decisions("s1"))).isFalse();
    assertThat(rest.isEndedBy(new ShardCommand.NoticeTaken(Views.peer("s1"), 1))).isFalse();
    assertThat(rest.isEndedBy(new ShardCommand.Settled(Views.peer("s1"), new long[1]))).isFalse();
    assertThat(rest.isEndedBy(new ShardCommand.Progress(0, 1, 1))).isFalse();
  }

  @Test
  void nap_isEndedBySpansOnceMuchIsQueued() {
    rest.begin(false);
    muchIsQueued = true;
    assertThat(rest.isEndedBy(spans())).isTrue();
  }

  @Test
  void nap_isEndedByWhatMovesSlotsOrIsAskedFor() {
    rest.begin(false);
    assertThat(rest.isEndedBy(slots())).isTrue();
    assertThat(rest.isEndedBy(decisions(null))).isTrue();
    assertThat(rest.isEndedBy(new ShardCommand.Find(new Lookup(new TraceId(7, 1))))).isTrue();
    assertThat(rest.isEndedBy(new ShardCommand.PeerDown(Views.peer("s1")))).isTrue();
    assertThat(rest.isEndedBy(new ShardCommand.Discard())).isTrue();
  }

  @Test
  void sleep_isEndedByAnything_andIsLonger() {
    long nap = rest.begin(false);
    assertThat(rest.begin(true)).isGreaterThan(nap);
    assertThat(rest.isEndedBy(spans())).isTrue();
    assertThat(rest.isEndedBy(slots())).isTrue();
  }

  @Test
  void work_isEndedByNothing() {
    assertThat(rest.isEndedBy(slots())).isFalse();
    rest.begin(true);
    rest.end();
    assertThat(rest.isEndedBy(slots())).isFalse();
  }

  /** Its heir and it may both nap before the answer is met. */
  @Test
  void nap_isShortBesideARoundAndTheAnswerToIt() {
    assertThat(Rest.NAP_MILLIS * 3).isLessThan(DecisionRound.ROUND_MILLIS);
    assertThat(Rest.NAP_MILLIS * 10).isLessThan(Notices.ANSWER_MILLIS);
  }
}
