package io.ringtail.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringtail.cli.send.Answer;
import io.ringtail.cli.send.Deliveries;
import io.ringtail.cli.send.FakeTiming;
import io.ringtail.cli.send.Outcome;
import io.ringtail.cli.send.RetryPolicy;
import io.ringtail.cli.send.Sender;
import io.ringtail.cli.send.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A load on a clock of the test's own: an answer comes when the clock has reached its time. */
class LoadTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final Answer FINE = new Answer.Accepted(0, "");

  private final FakeTiming timing = new FakeTiming();
  private final Tally tally = new Tally(line -> {});
  private final List<Long> sentAt = new ArrayList<>();
  private boolean stop;

  private static LoadPlan plan(double rate) {
    TraceShape shape = new TraceShape(new Range(10, 10), 3, SECOND, 2, 300, 0);
    return new LoadPlan(shape, rate, SECOND, 8 * SECOND, 100, SECOND / 10, 1);
  }

  private LoadResult run(LoadPlan plan, Sender sender, int places) throws Exception {
    RetryPolicy retries =
        new RetryPolicy(2, Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofMillis(1));
    Load load =
        new Load(
            plan,
            new Traffic(plan, 0, 1),
            new Load.Means(
                List.of(sender),
                new Deliveries.Terms(places, retries, Duration.ofSeconds(5)),
                timing,
                new Random(1),
                tally,
                () -> stop));
    return load.run();
  }

  @Test
  void answers_inTime_everythingSentAtItsTimeAndNothingLate() throws Exception {
    LoadResult result = run(plan(1000), sender(5 * MILLI, FINE), 100);
    Outcome outcome = tally.outcome();

    assertThat(outcome.acceptedSpans()).isEqualTo(outcome.sentSpans()).isBetween(9000L, 10_000L);
    assertThat(result.notSentSpans(outcome.sentSpans())).isZero();
    assertThat(result.sentRate()).isCloseTo(1000, within(50.0));
    assertThat(result.acceptedRate()).isCloseTo(1000, within(50.0));
    assertThat(result.measured().latency().getMaxValue()).isBetween(5 * MILLI, 6 * MILLI);
    assertThat(result.lateness().lateRequests()).isZero();
    LoadReport report = new LoadReport(result, outcome);
    assertThat(report.isClean()).isTrue();
    assertThat(report.text())
        .contains("sender     kept the rate: no request left over 20 ms after its time")
        .containsPattern(
            "rate +[0-9,]+ spans/s sent, [0-9,]+ accepted, of 1,000 wanted, in the 8.0 s")
        .containsPattern(
            "latency +p50 5.\\d\\d, p90 5.\\d\\d, p99 5.\\d\\d, p99.9 5.\\d\\d, max 5.");
    assertThat(report.json())
        .contains("\"not_sent_spans\":0", "\"wanted\":1000.0", "\"kept_rate\":true", "\"seed\":1}");
  }

  @Test
  void answers_stalledForTwoSeconds_latencyCountsFromTheIntendedTime() throws Exception {
    // one place: while an answer is awaited nothing else leaves
    LoadResult result = run(plan(1000), new StallingSender(), 1);

    assertThat(tally.outcome().isClean()).isTrue();
    // requests were due all the time of the stall, every 50 ms or so
    assertThat(result.measured().latency().getValueAtPercentile(95)).isGreaterThan(500 * MILLI);
    assertThat(result.measured().latency().getMaxValue()).isGreaterThan(1000 * MILLI);
    assertThat(result.lateness().lateRequests()).isGreaterThan(10);
    String text = new LoadReport(result, tally.outcome()).text();
    assertThat(text)
        .contains("DID NOT KEEP THE RATE", "waited for answers with every place in flight taken");
  }

  @Test
  void sender_slowerThanTheRate_saysSoAndLeavesTheRest() throws Exception {
    LoadResult result = run(plan(20_000), slowSender(20 * MILLI), 100);
    LoadReport report = new LoadReport(result, tally.outcome());

    assertThat(result.notSentSpans(tally.outcome().sentSpans())).isGreaterThan(10_000);
    assertThat(result.seconds()).isLessThan(plan(20_000).endNanos() / 1e9 + 5.1);
    assertThat(report.isClean()).isFalse();
    assertThat(report.text())
        .contains("not sent", "the time was over before", "DID NOT KEEP THE RATE")
        .contains("this process or its machine is too slow for it");
    assertThat(report.json()).contains("\"kept_rate\":false");
  }

  @Test
  void oneRequestInManyLate_rateWasKept_andThatIsSaid() throws Exception {
    Sender fine = sender(MILLI, FINE);
    Sender slowOnce =
        new FakeSender() {
          private boolean wasSlow;

          @Override
          public void send(byte[] body, Consumer<Answer> whenAnswered) {
            if (!wasSlow && timing.nanos() > 4 * SECOND) {
              wasSlow = true;
              timing.sleep(21 * MILLI);
            }
            fine.send(body, whenAnswered);
          }
        };
    LoadResult result = run(plan(1000), slowOnce, 100);

    assertThat(result.lateness().lateRequests()).isEqualTo(1);
    LoadReport report = new LoadReport(result, tally.outcome());
    assertThat(report.text())
        .containsPattern(
            "sender +kept the rate: 1 of \\d+ requests left over 20 ms late, the worst 0.0\\d s,"
                + " which the latencies count")
        .doesNotContain("DID NOT");
    assertThat(report.json()).contains("\"kept_rate\":true", "\"late_requests\":1,");
  }

  @Test
  void lateness_isMuchAboveOneInAHundred_orMoreThanOneOfFew() {
    Lateness few = lateness(1, 9);
    assertThat(few.isMuch()).isFalse();
    few.note(21 * MILLI, 0);
    assertThat(few.isMuch()).isTrue();
    assertThat(lateness(2, 198).isMuch()).isFalse();
    assertThat(lateness(3, 197).isMuch()).isTrue();
  }

  private static Lateness lateness(int late, int inTime) {
    Lateness noted = new Lateness();
    for (int i = 0; i < late + inTime; i++) {
      noted.note(i < late ? 21 * MILLI : MILLI, 0);
    }
    return noted;
  }

  @Test
  void machine_standsStillAtTheEnd_allIsSent() throws Exception {
    Sender fine = sender(MILLI, FINE);
    Sender standingStill =
        new FakeSender() {
          private boolean stood;

          @Override
          public void send(byte[] body, Consumer<Answer> whenAnswered) {
            if (!stood && timing.nanos() > plan(1000).startsEndNanos()) {
              stood = true;
              timing.sleep(4 * SECOND);
            }
            fine.send(body, whenAnswered);
          }
        };
    LoadResult result = run(plan(1000), standingStill, 100);

    assertThat(result.notSentSpans(tally.outcome().sentSpans())).isZero();
    assertThat(result.seconds()).isGreaterThan(plan(1000).startsEndNanos() / 1e9 + 4);
  }

  @Test
  void requests_refusedForGood_lostAndNotClean() throws Exception {
    Sender sender = sender(MILLI, new Answer.Refused("no", false, null));
    LoadResult result = run(plan(1000), sender, 100);
    LoadReport report = new LoadReport(result, tally.outcome());

    assertThat(tally.outcome().lostSpans()).isEqualTo(tally.outcome().sentSpans());
    assertThat(report.isClean()).isFalse();
    assertThat(report.text()).contains("latency    no request was accepted at full rate");
  }

  @Test
  void stop_given_endsEarlyAndIsClean() throws Exception {
    Sender fine = sender(MILLI, FINE);
    Sender stopping =
        new FakeSender() {
          @Override
          public void send(byte[] body, Consumer<Answer> whenAnswered) {
            stop = timing.nanos() > 5 * SECOND;
            fine.send(body, whenAnswered);
          }
        };
    LoadResult result = run(plan(1000), stopping, 100);
    LoadReport report = new LoadReport(result, tally.outcome());

    assertThat(result.stopped()).isTrue();
    assertThat(result.seconds()).isBetween(5.0, 6.0);
    assertThat(result.fullRateSeconds()).isBetween(3.0, 3.5);
    assertThat(result.sentRate()).isCloseTo(1000, within(100.0));
    assertThat(report.isClean()).isTrue();
    assertThat(report.text()).contains("spans, stopped before");
  }

  private Sender sender(long answerNanos, Answer answer) {
    return new FakeSender() {
      @Override
      public void send(byte[] body, Consumer<Answer> whenAnswered) {
        sentAt.add(timing.nanos());
        timing.later(answerNanos, () -> whenAnswered.accept(answer));
      }
    };
  }

  /** Takes that long of the caller's time for each. */
  private Sender slowSender(long nanos) {
    return new FakeSender() {
      @Override
      public void send(byte[] body, Consumer<Answer> whenAnswered) {
        timing.sleep(nanos);
        whenAnswered.accept(FINE);
      }
    };
  }

  /** Answers at once, but for one request that it answers after two seconds. */
  private final class StallingSender extends FakeSender {
    private boolean stalled;

    @Override
    public void send(byte[] body, Consumer<Answer> whenAnswered) {
      if (!stalled && timing.nanos() > 4 * SECOND) {
        stalled = true;
        timing.later(2 * SECOND, () -> whenAnswered.accept(FINE));
      } else {
        whenAnswered.accept(FINE);
      }
    }
  }

  private abstract static class FakeSender implements Sender {
    @Override
    public byte[] encode(byte[] message) {
      return message;
    }

    @Override
    public void close() {}
  }
}
