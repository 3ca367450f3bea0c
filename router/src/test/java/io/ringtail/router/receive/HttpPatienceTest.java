package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A request has 30, an idle connection 300 and a connection's life 1,000 nanoseconds. */
class HttpPatienceTest {
  private static final long REQUEST = 30;
  private static final long IDLE = 300;
  private static final long AGE = 1_000;
  private static final long OPENED = -10; // nanoTime may be anything

  private final HttpPatience patience = patience(AGE, 1);

  private static HttpPatience patience(long maxAgeNanos, double jitter) {
    Duration unused = Duration.ofDays(1);
    ReceiveTimes times =
        new ReceiveTimes(
            Duration.ofNanos(REQUEST),
            Duration.ofNanos(IDLE),
            Duration.ofNanos(maxAgeNanos),
            unused,
            unused,
            unused,
            unused);
    return new HttpPatience(times, jitter, OPENED);
  }

  private void assertEndsAt(long nanos) {
    assertThat(patience.isOver(nanos - 1)).isFalse();
    assertThat(patience.isOver(nanos)).isTrue();
  }

  @Test
  void opened_waitsAsLongAsForAnyNextRequest() {
    assertEndsAt(OPENED + IDLE);
  }

  @Test
  void bytesSeen_headMustFollowInTheTimeOfARequest() {
    patience.bytesSeen(5);
    assertEndsAt(5 + REQUEST);
  }

  @Test
  void bytesSeen_byteByByte_gainsNoTime() {
    for (int now = 5; now < 5 + REQUEST; now++) {
      patience.bytesSeen(now);
    }
    assertEndsAt(5 + REQUEST);
  }

  @Test
  void bytesSeen_shortBeforeTheIdleTimeEnds_gainsNoTime() {
    patience.bytesSeen(OPENED + IDLE - 1);
    assertEndsAt(OPENED + IDLE);
  }

  @Test
  void requestBegun_bodyHasItsTime() {
    patience.bytesSeen(5);
    patience.requestBegun(20);
    assertEndsAt(20 + REQUEST);
  }

  @Test
  void requestWhole_isOurTurn_andNothingIsWaitedFor() {
    patience.requestBegun(20);
    assertThat(patience.isOurTurn()).isFalse();
    patience.requestWhole();
    assertThat(patience.isOurTurn()).isTrue();
    assertThat(patience.isOver(Long.MAX_VALUE)).isFalse();
  }

  @Test
  void answered_clientHasTheTimeOfARequestToTakeIt() {
    patience.requestBegun(20);
    patience.requestWhole();
    patience.answered(500);
    assertThat(patience.isOurTurn()).isFalse();
    assertEndsAt(500 + REQUEST);
  }

  @Test
  void answered_beforeTheRequestWasWhole_gainsNoTime() {
    patience.requestBegun(20);
    patience.answered(40);
    assertEndsAt(20 + REQUEST);
  }

  @Test
  void idle_afterAnAnswer_waitsForTheNextRequest() {
    patience.requestBegun(20);
    patience.requestWhole();
    patience.answered(40);
    patience.idle(50);
    assertEndsAt(50 + IDLE);
  }

  @Test
  void age_isReachedWhateverElseHappens_withJitter() {
    HttpPatience older = patience(AGE, 1.1);
    older.requestBegun(OPENED + AGE);
    assertThat(older.isTooOld(OPENED + 1_100)).isFalse();
    assertThat(older.isTooOld(OPENED + 1_101)).isTrue();
    assertThat(patience.isTooOld(OPENED + AGE)).isFalse();
    assertThat(patience.isTooOld(OPENED + AGE + 1)).isTrue();
  }

  @Test
  void age_zero_isNone() {
    assertThat(patience(0, 1.1).isTooOld(Long.MAX_VALUE - 20)).isFalse();
  }

  @Test
  void age_ofOneNanosecond_isNotJitteredToNone() {
    assertThat(patience(1, 0.9).isTooOld(OPENED + 2)).isTrue();
  }
}
