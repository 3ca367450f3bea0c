package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.Header;
import io.ringtail.sampler.export.ExportConfig.Balance;
import io.ringtail.sampler.export.KeptTrace.Answer;
import io.ringtail.sampler.export.send.Payload;
import io.ringtail.sampler.export.send.SendResult;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Refusals for good: what is lost, and what is not lost with it. */
class DestinationRefusalTest extends WithDestination {
  @Test
  void rejectedForGood_isACountedLossAndTheRestGoesOn() {
    first.answer =
        payload ->
            payload.spanCount() == 7 ? new SendResult.Rejected("no", true) : FakeTransport.ACCEPTED;
    offer(kept.trace(1, 7));
    work();
    pass(200);
    offerAndLinger(2);

    assertThat(lostSpans(ExportLoss.REJECTED)).isEqualTo(7);
    assertThat(kept.answersTo(1)).containsExactly(Answer.REJECTED);
    assertThat(kept.answersTo(2)).containsExactly(Answer.ACCEPTED);
  }

  @Test
  void rejectedForGood_oneTraceOfMany_isLostAlone() {
    first.answer = payload -> holds(payload, 0x42) ? BAD_TRACE : FakeTransport.ACCEPTED;
    offer(kept.trace(0x41, 2));
    offer(kept.trace(0x42, 3));
    offer(kept.trace(0x43, 1));
    work();
    pass(200);

    assertThat(kept.answersTo(0x41)).containsExactly(Answer.ACCEPTED);
    assertThat(kept.answersTo(0x42)).containsExactly(Answer.REJECTED);
    assertThat(kept.answersTo(0x43)).containsExactly(Answer.ACCEPTED);
    assertThat(lostSpans(ExportLoss.REJECTED)).isEqualTo(3);
    Payload last = first.sent.get(first.sent.size() - 1);
    assertThat(Arrays.copyOf(last.array(), last.length())).isEqualTo(Kept.encoded(0x43, 1));
    assertThat(last.traceEnds()).containsExactly(last.length());
    assertThat(destination.queuedBytes()).isZero();
  }

  @Test
  void rejectedForGood_whoSendsIt_isNotSentInHalves() {
    first.answer = payload -> new SendResult.Rejected("PERMISSION_DENIED", false);
    offer(kept.trace(1, 2));
    offer(kept.trace(2, 3));
    work();
    pass(200);

    assertThat(first.sent).hasSize(1);
    assertThat(lostSpans(ExportLoss.REJECTED)).isEqualTo(5);
  }

  @Test
  void rejectedForGood_everything_isSoonNotSentInHalves() {
    first.answer = payload -> BAD_TRACE;
    int requests = 100;
    for (int i = 0; i < requests; i++) {
      for (int k = 0; k < 20; k++) {
        offer(kept.trace(20L * i + k, 1));
      }
      work();
      pass(200);
    }
    long halved = counted("halved_total", "destination", "otlp");
    assertThat(halved).isBetween(400L, 400L + 100 * 200 * 20 / 1_000);
    assertThat(first.sent).hasSize((int) (requests + 2 * halved));
    assertThat(kept.answered()).isEqualTo(2_000);
  }

  @Test
  void request_overSixtyFourMebibytes_isNotSentAndCounted() {
    destination = destination(Balance.SPREAD, 1 << 30, first);
    offer(kept.trace(1, 7, Header.EMPTY, new byte[64 << 20]));
    offer(kept.trace(2, 9, Header.EMPTY, new byte[(64 << 20) + 1]));
    work();
    pass(200);

    assertThat(first.sent).extracting(Payload::length).containsExactly(64 << 20);
    assertThat(lostSpans(ExportLoss.TOO_LARGE)).isEqualTo(9);
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(kept.answersTo(2)).containsExactly(Answer.REJECTED);
  }

  @Test
  void trace_overSixtyFourMebibytes_fitsInAFile() {
    first.limitsRequests = false;
    destination = destination(Balance.SPREAD, 1 << 30, first);
    offer(kept.trace(1, 9, Header.EMPTY, new byte[(64 << 20) + 1]));
    work();
    pass(200);

    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
  }

  @Test
  void partialSuccess_isNotSentAgainAndCounted() {
    first.answer = payload -> new SendResult.Accepted(1, "one span is bad");
    offerAndLinger(1);
    pass(60_000);

    assertThat(first.sent).hasSize(1);
    assertThat(sentSpans()).isEqualTo(1);
    assertThat(lostSpans(ExportLoss.PARTIAL_SUCCESS)).isEqualTo(1);
  }

  @Test
  void partialSuccess_absurdCount_isClamped() {
    first.answer = payload -> new SendResult.Accepted(Long.MAX_VALUE, "");
    offerAndLinger(1);
    first.answer = payload -> new SendResult.Accepted(-5, "");
    offerAndLinger(2);

    assertThat(lostSpans(ExportLoss.PARTIAL_SUCCESS)).isEqualTo(2);
    assertThat(sentSpans()).isEqualTo(2);
  }
}
