package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.compress.Compression;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.receive.ReceiveMetrics.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A body that cannot be converted, for a reason that is not the client's. */
class ExchangeTest {
  private static final byte[] BODY = {1, 2, 3};

  private final ReceiveConfig config = ReceiveConfig.defaults();
  private final InFlightBytes inFlight =
      new InFlightBytes(config.maxBytesInFlight(), config.maxBytesIncoming());
  private final ReceiveMetrics metrics = new ReceiveMetrics(new Metrics(), "http");
  private final List<Object> answers = new ArrayList<>();

  @AfterEach
  void nothingIsHeld() {
    assertThat(inFlight.bytes()).isZero();
    assertThat(inFlight.incoming()).isZero();
    assertThat(metrics.failures()).isEqualTo(1);
  }

  private void takeBody(Runnable conversion) {
    Exchange exchange = new Converted(conversion);
    assertThat(exchange.arrived(BODY.length)).isTrue();
    try (BodyScratch scratch = new BodyScratch()) {
      exchange.whole(scratch, Compression.NONE, BODY, 0, BODY.length, Header.EMPTY);
    }
  }

  @Test
  void conversion_withoutMemory_clientMayTryAgain() {
    takeBody(
        () -> {
          throw new OutOfMemoryError("told to fail");
        });
    assertThat(answers)
        .singleElement()
        .isInstanceOfSatisfying(
            Refusal.Busy.class, busy -> assertThat(busy.retryAfter()).isPositive());
    assertThat(metrics.refused(Reason.BUSY).getCount()).isEqualTo(1);
  }

  @Test
  void conversion_withABug_isAnsweredForGood() {
    takeBody(
        () -> {
          throw new IllegalStateException("told to fail");
        });
    assertThat(answers).containsExactly("internal error");
    assertThat(metrics.refused(Reason.FAILED).getCount()).isEqualTo(1);
  }

  private final class Converted extends Exchange {
    private final Runnable conversion;

    Converted(Runnable conversion) {
      super(
          new Reception(config, new FakeIngress(), inFlight, new ContextHeaders(List.of())),
          metrics);
      this.conversion = conversion;
    }

    @Override
    void plain(BodyScratch scratch, byte[] array, int offset, int length, Header context) {
      conversion.run();
    }

    @Override
    void answerAccepted(long rejectedSpans, String message) {
      answers.add("accepted");
    }

    @Override
    void answerRefused(Refusal refusal) {
      answers.add(refusal);
    }

    @Override
    void answerFailed(String message) {
      answers.add(message);
    }
  }
}
