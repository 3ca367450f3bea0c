package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.sampler.export.ExportConfig.Balance;
import io.ringtail.sampler.export.KeptTrace.Answer;
import io.ringtail.sampler.export.send.Payload;
import io.ringtail.sampler.export.send.SendResult;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Failures that pass: what is sent again, when and where. */
class DestinationRetryTest extends WithDestination {
  @Test
  void retryableFailure_isSentAgainAfterGrowingPauses() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(1);
    assertThat(first.sent).hasSize(1);
    pass(499); // the first pause is 500 to 1,000 ms
    assertThat(first.sent).hasSize(1);
    pass(501);
    assertThat(first.sent).hasSize(2);
    pass(999); // the second 1,000 to 2,000
    assertThat(first.sent).hasSize(2);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_001);

    assertThat(first.sent).hasSize(3);
    assertThat(first.afterFailure).containsExactly(false, true, true);
    assertThat(first.sent.get(2)).isEqualTo(first.sent.get(0));
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(counted("retries_total", "destination", "otlp")).isEqualTo(2);
  }

  @Test
  void health_ofAFailingBackend_tellsSinceWhenAndWhyUntilOneIsTaken() {
    assertThat(destination.health().failing()).isEmpty();
    first.answer = payload -> new SendResult.Retryable("no route", Duration.ZERO);
    offerAndLinger(1);
    Health.Failing failing = destination.health().failing().orElseThrow();
    assertThat(failing.why()).isEqualTo(first.name() + ": no route");
    first.answer = payload -> new SendResult.Retryable("reset", Duration.ZERO);
    pass(1_001);
    Health.Failing later = destination.health().failing().orElseThrow();
    assertThat(later.why()).isEqualTo(first.name() + ": reset");
    assertThat(later.sinceNanos()).isEqualTo(failing.sinceNanos());
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(2_001);
    assertThat(destination.health().failing()).isEmpty();
    assertThat(counted("sent_bytes_total", "destination", "otlp"))
        .isEqualTo(first.sent.get(0).length());
  }

  @Test
  void handedOverMeanwhile_isNotSentAgain() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offer(kept.trace(1, 2));
    offer(kept.trace(2, 3));
    offer(kept.trace(3, 1));
    work();
    pass(200);
    kept.handOver(2);
    offer(kept.trace(4, 1));
    kept.handOver(4);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(2_000);
    pass(200);
    Payload again = first.sent.get(1);
    byte[] one = Kept.encoded(1, 2);
    byte[] three = Kept.encoded(3, 1);
    assertThat(first.sent).hasSize(2);
    assertThat(Arrays.copyOf(again.array(), one.length)).isEqualTo(one);
    assertThat(Arrays.copyOfRange(again.array(), one.length, again.length())).isEqualTo(three);
    assertThat(again.spanCount()).isEqualTo(3);
    assertThat(lostSpans(ExportLoss.HANDED_OVER)).isEqualTo(4);
    assertThat(destination.isEmpty()).isTrue();
  }

  @Test
  void endpointIsBack_allThatFailedWithItGoAtOnce() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    first.hangs = true;
    for (int i = 0; i < MAX_IN_FLIGHT; i++) {
      offerAndLinger(i);
    }
    first.hanging.forEach(hanging -> hanging.accept(FakeTransport.UNAVAILABLE));
    first.hanging.clear();
    first.hangs = false;
    work();
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_000);

    assertThat(kept.answered()).isEqualTo(MAX_IN_FLIGHT);
    assertThat(first.sent).hasSize(2 * MAX_IN_FLIGHT);
  }

  @Test
  void failingEndpoint_isTriedWithOneRequestAtATime() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(1);
    first.hangs = true;
    offerAndLinger(2);
    offerAndLinger(3);
    pass(8_000);
    assertThat(first.hanging).hasSize(1);
    first.hangs = false;
    first.answer = payload -> FakeTransport.ACCEPTED;
    first.hanging.remove().accept(FakeTransport.ACCEPTED);
    pass(8_000);

    assertThat(kept.answered()).isEqualTo(3);
  }

  @Test
  void retryAfter_isHonoured() {
    first.answer = payload -> new SendResult.Retryable("slow down", Duration.ofSeconds(60));
    offerAndLinger(1);
    offerAndLinger(2);
    pass(59_000);
    assertThat(first.sent).hasSize(1);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_000);

    assertThat(kept.answered()).isEqualTo(2);
  }

  @Test
  void retryAfter_ofYears_isKeptForFiveMinutes() {
    first.answer = payload -> new SendResult.Retryable("gone", Duration.ofSeconds(Long.MAX_VALUE));
    offerAndLinger(1);
    pass(299_000);
    assertThat(first.sent).hasSize(1);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_000);

    assertThat(kept.answered()).isEqualTo(1);
  }

  @Test
  void failover_secondTakesOverWithoutAPause() {
    destination = destination(Balance.FAILOVER, 1 << 20, first, second);
    offerAndLinger(1);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(2);
    offerAndLinger(3);

    assertThat(first.sent).hasSize(2);
    assertThat(second.sent).hasSize(2);
    assertThat(kept.answered()).isEqualTo(3);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_000);
    offerAndLinger(4);
    assertThat(first.sent).hasSize(3);
  }

  @Test
  void spread_goesInTurn() {
    destination = destination(Balance.SPREAD, 1 << 20, first, second);
    for (int i = 0; i < 6; i++) {
      offerAndLinger(i);
    }
    assertThat(first.sent).hasSize(3);
    assertThat(second.sent).hasSize(3);
  }

  @Test
  void alwaysFailingRequest_doesNotHoldUpOthers() {
    first.answer =
        payload -> payload.spanCount() == 7 ? FakeTransport.UNAVAILABLE : FakeTransport.ACCEPTED;
    offer(kept.trace(1, 7));
    work();
    pass(200);
    for (int i = 2; i < 20; i++) {
      offerAndLinger(i);
    }
    pass(1_000);

    assertThat(kept.answered()).isEqualTo(18);
    assertThat(destination.queuedSpans()).isEqualTo(7);
  }

  @Test
  void transport_throwingAnything_isTriedAgain() {
    for (Throwable failure : List.of(new OutOfMemoryError("direct"), new IllegalStateException())) {
      first.sent.clear();
      first.answer =
          payload -> {
            if (failure instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) failure;
          };
      offerAndLinger(failure.hashCode());
      assertThat(destination.inFlight()).isZero();
      first.answer = payload -> FakeTransport.ACCEPTED;
      pass(8_000);
      pass(8_000);
      assertThat(first.sent).hasSize(2);
    }
    assertThat(destination.isEmpty()).isTrue();
    assertThat(counted("failures_total", "destination", "otlp")).isEqualTo(2);
  }

  @Test
  void answerOfAnAttemptThatThrew_isNotTakenForThatOfTheNext() {
    first.hangs = true;
    first.failsAfterHanging = true;
    offerAndLinger(1);
    first.failsAfterHanging = false;
    pass(8_000);
    assertThat(first.hanging).hasSize(2);
    first.hanging.removeFirst().accept(new SendResult.Rejected("cancelled", false));
    work();
    assertThat(destination.inFlight()).isEqualTo(1);
    first.hanging.removeFirst().accept(FakeTransport.ACCEPTED);
    work();
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
  }
}
