package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.sampler.account.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What has to be in a router's log once slots have moved, and what of it goes out twice. */
class ReplayAfterMovesTest {
  private static final int WINDOW_MILLIS = 100;

  /** Decisions are taken a second after the first span, and have effect soon. */
  private static final int OPEN_WINDOWS = 12;

  private final Samplers samplers = new Samplers("{shards: 1}", ShardHarness.EVERYTHING);
  private final Samplers.One a = samplers.add("a");
  private final Samplers.One b = samplers.add("b");
  private final Samplers.One c = samplers.add("c");
  private long trace;

  @BeforeEach
  void aOwnsAll() {
    samplers.nameRouter();
    epoch(1, "a");
  }

  @AfterEach
  void everySpanIsAccountedFor() throws InterruptedException {
    samplers.close();
  }

  private void epoch(long number, String... owners) {
    samplers.all().forEach(one -> one.epoch(number, owners));
    samplers.work();
  }

  /** A trace begins in each window, at whoever owns it. */
  private void live(int windows) {
    for (int i = 0; i < windows; i++) {
      long next = ++trace;
      samplers.all().stream()
          .filter(one -> one.owns(next))
          .forEach(one -> one.take(Spans.span(next, 1)));
      samplers.all().forEach(one -> one.progress(1));
      samplers.advance(WINDOW_MILLIS);
    }
  }

  private long behind() {
    return samplers.all().stream()
        .mapToLong(one -> samplers.lastSeq() - one.mark())
        .max()
        .orElseThrow();
  }

  @Test
  void marks_afterAMove_areNoFurtherBehindThanBefore() {
    live(30);
    assertThat(behind()).isLessThanOrEqualTo(OPEN_WINDOWS);
    epoch(2, "b");
    List<Long> behind = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      live(1);
      behind.add(behind());
    }
    assertThat(behind).allMatch(windows -> windows <= OPEN_WINDOWS);
  }

  @Test
  void marks_underOneMoveAfterTheOther_areNoFurtherBehindThanBefore() {
    live(30);
    List<Long> behind = new ArrayList<>();
    String[][] owners = {{"b"}, {"a", "c"}, {"c"}, {"a"}, {"a", "b", "c"}, {"b", "c"}};
    for (int number = 2; number < 20; number++) {
      epoch(number, owners[number % owners.length]);
      for (int i = 0; i < 4; i++) {
        live(1);
        behind.add(behind());
      }
    }
    assertThat(behind).allMatch(windows -> windows <= OPEN_WINDOWS);
    samplers.advance(2000);
    assertThat(behind()).isZero();
  }

  @Test
  void marks_whileTracesAreUnsettled_areBelowTheirFirstParts() {
    a.take(Spans.span(1, 1));
    long first = samplers.lastSeq();
    samplers.advance(200);
    b.take(Spans.span(1, 2)); // what the next epoch makes b's has begun there already
    epoch(2, "b");
    samplers.advance(500);
    assertThat(b.mark()).isLessThan(first);
    samplers.advance(1000);
    assertThat(b.mark()).isEqualTo(samplers.lastSeq());
  }

  @Test
  void replay_toAHeirWhoWasToldOfOldDecisions_sendsNothingTwice() {
    epoch(2, "a", "b");
    List<Long> seqs = new ArrayList<>();
    List<Long> traces = LongStream.range(1, 200).filter(a::owns).limit(60).boxed().toList();
    for (long id : traces) {
      a.take(Spans.span(id, 1));
      seqs.add(samplers.lastSeq());
      samplers.advance(WINDOW_MILLIS);
    }
    samplers.advance(1500);
    epoch(3, "a", "c");
    samplers.advance(500);
    c.epoch(4, "c");
    c.work();
    for (int i = 0; i < traces.size(); i++) {
      c.replay(Spans.span(traces.get(i), 1), seqs.get(i));
    }
    samplers.advance(100);

    assertThat(c.exported().keySet()).isEmpty();
    assertThat(c.set.metrics().droppedSpans(DropReason.REPLAY_SETTLED)).isEqualTo(traces.size());
    epoch(4, "c");
    samplers.advance(1000);
  }
}
