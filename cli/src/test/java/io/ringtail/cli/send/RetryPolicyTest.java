package io.ringtail.cli.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.ringtail.cli.send.Answer.NoAnswer;
import io.ringtail.cli.send.Answer.Refused;
import io.ringtail.otlp.json.RpcStatus;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetryPolicyTest {
  private static final long MILLI = 1_000_000;
  private static final Answer BUSY = new Refused("busy", true, null);

  private final RetryPolicy policy =
      new RetryPolicy(10, Duration.ofMinutes(1), Duration.ofMillis(100), Duration.ofMillis(1000));

  @Test
  void retryableRefusalsAndBrokenConnections_areRetried_othersNot() {
    assertThat(delay(BUSY, 0)).isPresent();
    assertThat(delay(new NoAnswer("reset", true), 0)).isPresent();
    assertThat(delay(new NoAnswer("refused", false), 0)).isPresent();
    assertThat(delay(new Refused("bad", false, null), 0)).isEmpty();
    assertThat(delay(new Refused("bad", false, Duration.ofSeconds(1)), 0)).isEmpty();
  }

  @Test
  void backoff_growsToItsLimit_withJitterOfAHalf() {
    Random random = new Random(1);
    for (int retries = 0; retries < 10; retries++) {
      double middle = Math.min(1000, 100 * Math.pow(1.5, retries)) * MILLI;
      for (int i = 0; i < 100; i++) {
        long delay = policy.delayNanos(BUSY, retries, 0, random).orElseThrow();
        assertThat((double) delay).isBetween(0.5 * middle - 1, 1.5 * middle);
      }
    }
  }

  @Test
  void serversWish_isTheLeastDelay() {
    Refused refused = new Refused("busy", true, Duration.ofSeconds(7));
    assertThat(delay(refused, 0)).contains(7000 * MILLI);
    assertThat(delay(new Refused("busy", true, Duration.ZERO), 0).orElseThrow())
        .isGreaterThanOrEqualTo(50 * MILLI);
  }

  @Test
  void limits_ofRetriesAndOfTime_loseTheLine() {
    assertThat(delay(BUSY, 9)).isPresent();
    assertThat(delay(BUSY, 10)).isEmpty();
    long almost = Duration.ofMinutes(1).toNanos() - 10 * MILLI;
    assertThat(policy.delayNanos(BUSY, 0, almost, new Random(1))).isEmpty();
    assertThat(delay(new Refused("busy", true, Duration.ofDays(100_000_000)), 0)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(value = Status.Code.class, names = "OK", mode = EnumSource.Mode.EXCLUDE)
  void grpcCodes_areRetriedByTheOtlpRules(Status.Code code) {
    boolean retryable =
        switch (code) {
          case CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS -> true;
          default -> false;
        };
    assertThat(delay(GrpcSender.failed(code.toStatus(), null), 0).isPresent()).isEqualTo(retryable);
  }

  @Test
  void resourceExhausted_isRetriedOnlyWithRetryInfo() {
    Duration delay = Duration.ofMillis(2500);
    assertThat(GrpcSender.failed(Status.RESOURCE_EXHAUSTED, details(delay)))
        .isEqualTo(new Refused("RESOURCE_EXHAUSTED", true, delay));
    assertThat(GrpcSender.failed(Status.RESOURCE_EXHAUSTED, details(null)))
        .isEqualTo(new Refused("RESOURCE_EXHAUSTED", false, null));
    assertThat(GrpcSender.failed(Status.DEADLINE_EXCEEDED, details(delay)))
        .isEqualTo(new Refused("DEADLINE_EXCEEDED", true, delay));
    assertThat(GrpcSender.failed(Status.DEADLINE_EXCEEDED, new Metadata()))
        .isEqualTo(new NoAnswer("DEADLINE_EXCEEDED", false));
    assertThat(GrpcSender.failed(Status.UNAVAILABLE, details(delay)))
        .isEqualTo(new Refused("UNAVAILABLE", true, delay));
  }

  @Test
  void brokenConnections_areNoAnswers_andTellWhetherTheyWereConnected() {
    Status unavailable = Status.UNAVAILABLE.withDescription("io exception");
    assertThat(GrpcSender.failed(unavailable.withCause(new ConnectException("refused")), null))
        .isEqualTo(new NoAnswer("UNAVAILABLE: io exception (refused)", false));
    assertThat(GrpcSender.failed(unavailable.withCause(new java.io.IOException("reset")), null))
        .isEqualTo(new NoAnswer("UNAVAILABLE: io exception (reset)", true));
  }

  private Optional<Long> delay(Answer answer, int retries) {
    RandomGenerator random = new Random(42);
    return policy.delayNanos(answer, retries, 0, random);
  }

  private static Metadata details(@Nullable Duration delay) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new RpcStatus(8, "full", delay).toProtobuf());
    return trailers;
  }
}
