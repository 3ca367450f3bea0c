package io.ringtail.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.cli.replay.TraceFile.BadLineException;
import io.ringtail.cli.send.Answer;
import io.ringtail.cli.send.Answer.Accepted;
import io.ringtail.cli.send.Answer.NoAnswer;
import io.ringtail.cli.send.Answer.Refused;
import io.ringtail.cli.send.Deliveries;
import io.ringtail.cli.send.Outcome;
import io.ringtail.cli.send.RetryPolicy;
import io.ringtail.cli.send.Sender;
import io.ringtail.cli.send.Tally;
import io.ringtail.cli.send.Timing;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long DAY = 1_700_000_000L * SECOND;
  private static final Answer FINE = new Accepted(0, "");
  private static final Answer BUSY = new Refused("busy", true, null);
  private static final Answer NOBODY = new NoAnswer("connection refused", false);

  @TempDir Path directory;

  private final FakeTiming timing = new FakeTiming();
  private final List<String> talk = new ArrayList<>();
  private final Tally tally = new Tally(talk::add);

  @Test
  void lines_leaveInOrder_whenTheyAreDue_alternatingOverTheSenders() throws Exception {
    FakeSender even = new FakeSender();
    FakeSender odd = new FakeSender();
    Path file =
        TraceLines.gzip(
            directory,
            TraceLines.line(1, DAY),
            TraceLines.line(2, DAY + 4 * SECOND),
            "",
            TraceLines.line(3, DAY + 6 * SECOND));
    replay(file, 2, even, odd);
    assertThat(even.sentAt).containsExactly(0L, 3 * SECOND);
    assertThat(odd.sentAt).containsExactly(2 * SECOND);
    assertThat(tally.outcome()).isEqualTo(new Outcome(3, 6, 6, 0, 0, 0, 0, 0));
    assertThat(tally.outcome().isClean()).isTrue();
  }

  @Test
  void speed0_waitsForNothing() throws Exception {
    FakeSender sender = new FakeSender();
    replay(
        TraceLines.plain(
            directory, TraceLines.line(1, DAY), TraceLines.line(1, DAY + 900 * SECOND)),
        0,
        sender);
    assertThat(sender.sentAt).containsExactly(0L, 0L);
  }

  @Test
  void refusedLine_isSentAgain_atTheNextSender() throws Exception {
    FakeSender first = new FakeSender(BUSY);
    FakeSender second = new FakeSender(BUSY);
    replay(TraceLines.plain(directory, TraceLines.line(5, DAY)), 1, first, second);
    assertThat(first.sentAt).hasSize(2);
    assertThat(second.sentAt).hasSize(1);
    assertThat(tally.outcome()).isEqualTo(new Outcome(1, 5, 5, 0, 10, 0, 10, 0));
    assertThat(talk).first().asString().contains("line 1: will be sent again: busy");
  }

  @Test
  void lineRefusedForGood_isLost_andTheNextIsSent() throws Exception {
    FakeSender sender = new FakeSender(new Refused("too large", false, null));
    replay(
        TraceLines.plain(directory, TraceLines.line(5, DAY), TraceLines.line(2, DAY)), 1, sender);
    assertThat(tally.outcome()).isEqualTo(new Outcome(2, 7, 2, 0, 5, 0, 0, 5));
    assertThat(tally.outcome().isClean()).isFalse();
    assertThat(talk).containsExactly("line 1: 5 spans lost: too large");
  }

  @Test
  void lineRefusedAgainAndAgain_isLostAtTheLimit() throws Exception {
    Answer[] answers = new Answer[4];
    Arrays.fill(answers, BUSY);
    replay(TraceLines.plain(directory, TraceLines.line(1, DAY)), 1, new FakeSender(answers));
    assertThat(tally.outcome()).isEqualTo(new Outcome(1, 1, 0, 0, 4, 0, 3, 1));
  }

  @Test
  void partialSuccess_countsRejectedSpans_andIsNotSentAgain() throws Exception {
    FakeSender sender = new FakeSender(new Accepted(2, "bad ids"));
    replay(TraceLines.plain(directory, TraceLines.line(5, DAY)), 1, sender);
    assertThat(sender.sentAt).hasSize(1);
    assertThat(tally.outcome()).isEqualTo(new Outcome(1, 5, 3, 2, 0, 0, 0, 0));
    assertThat(talk).containsExactly("line 1: 2 spans rejected: bad ids");
  }

  @Test
  void connectionThatBreaks_isRetried() throws Exception {
    replay(
        TraceLines.plain(directory, TraceLines.line(5, DAY)),
        1,
        new FakeSender(new NoAnswer("reset", true)));
    assertThat(tally.outcome()).isEqualTo(new Outcome(1, 5, 5, 0, 0, 5, 5, 0));
  }

  @Test
  void endpointNeverReached_inTheFewTimesAllowed_isUnreachable() throws Exception {
    Replay replay =
        replay(
            TraceLines.plain(directory, TraceLines.line(1, DAY)),
            1,
            new RetryPolicy(1, Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
            new FakeSender(NOBODY, NOBODY));
    assertThat(replay.whyUnreachable()).contains("connection refused");
    assertThat(timing.now).isLessThan(3 * SECOND);
    assertThat(tally.outcome().isUnanswered()).isTrue();
  }

  @Test
  void endpointNeverReached_endsTheReplay() throws Exception {
    Answer[] answers = new Answer[100];
    Arrays.fill(answers, NOBODY);
    FakeSender sender = new FakeSender(answers);
    Replay replay =
        replay(
            TraceLines.plain(directory, TraceLines.line(1, DAY), TraceLines.line(1, DAY)),
            1,
            new RetryPolicy(
                1000, Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
            sender);
    assertThat(replay.whyUnreachable()).contains("connection refused");
    assertThat(timing.now).isBetween(10 * SECOND, 12 * SECOND);
    assertThat(tally.outcome().lostSpans()).isEqualTo(1);
  }

  @Test
  void badLine_isToldAndPassedOver() throws Exception {
    Replay replay =
        replay(
            TraceLines.plain(directory, "{\"resourceSpans\":7}", TraceLines.line(1, DAY)),
            1,
            new FakeSender());
    assertThat(tally.outcome()).isEqualTo(new Outcome(1, 1, 1, 0, 0, 0, 0, 0));
    assertThat(replay.badLines()).isEqualTo(1);
    assertThat(talk).containsExactly("line 1: column 18: resourceSpans: 7 (expected: an array)");
  }

  @Test
  void truncatedGzip_isSentAsFarAsItGoes_andFails() throws Exception {
    String line = TraceLines.line(1, DAY);
    Path file = TraceLines.gzip(directory, line, line, line);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 9));
    assertThatThrownBy(() -> replay(file, 1, new FakeSender())).isInstanceOf(EOFException.class);
  }

  @Test
  void traceFile_tellsSpansTimesAndLines() throws Exception {
    String line = TraceLines.line(3, DAY);
    Path path = TraceLines.plain(directory, line + "\r", "  nonsense", "", line, "");
    try (TraceFile file = new TraceFile(path)) {
      RecordedLine first = file.next().orElseThrow();
      assertThat(new String(first.json(), UTF_8)).isEqualTo(line);
      assertThat(first.spanCount()).isEqualTo(3);
      assertThat(first.latestEndNanos()).isEqualTo(DAY);
      assertThatThrownBy(file::next)
          .isInstanceOf(BadLineException.class)
          .hasMessageStartingWith("line 2: column ");
      assertThat(file.next().orElseThrow().number()).isEqualTo(4);
      assertThat(file.next()).isEmpty();
      assertThat(file.share()).isEqualTo(1);
    }
  }

  private Replay replay(Path path, double speed, Sender... senders) throws Exception {
    return replay(
        path,
        speed,
        new RetryPolicy(3, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(1)),
        senders);
  }

  private Replay replay(Path path, double speed, RetryPolicy policy, Sender... senders)
      throws Exception {
    Replay.Plan plan =
        new Replay.Plan(speed, false, new Deliveries.Terms(4, policy, Duration.ofSeconds(10)));
    Replay replay = new Replay(List.of(senders), plan, timing, new Random(1), tally, talk::add);
    try (TraceFile file = new TraceFile(path)) {
      replay.run(file);
    }
    return replay;
  }

  /** Answers at once: first what it was given, then with success. */
  private final class FakeSender implements Sender {
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<Long> sentAt = new ArrayList<>();

    FakeSender(Answer... answers) {
      this.answers.addAll(Arrays.asList(answers));
    }

    @Override
    public byte[] encode(byte[] message) {
      return message;
    }

    @Override
    public void send(byte[] body, Consumer<Answer> whenAnswered) {
      sentAt.add(timing.now);
      Answer answer = answers.poll();
      whenAnswered.accept(answer == null ? FINE : answer);
    }

    @Override
    public void close() {}
  }

  /** Nothing waits: the clock goes on. */
  private static final class FakeTiming implements Timing {
    private long now;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void sleep(long nanos) {
      now += nanos;
    }

    @Override
    public void later(long nanos, Runnable task) {
      now += nanos;
      task.run();
    }

    @Override
    public void close() {}
  }
}
