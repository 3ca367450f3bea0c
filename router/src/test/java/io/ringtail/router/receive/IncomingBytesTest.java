package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class IncomingBytesTest {
  private final InFlightBytes bytes = new InFlightBytes(100, 30);

  @Test
  void incoming_overItsLimit_isRefusedThoughThereIsRoomForWholeRequests() {
    assertThat(bytes.reserveIncoming(30)).isTrue();
    assertThat(bytes.reserveIncoming(1)).isFalse();
    assertThat(bytes.reserve(70)).isTrue();
    assertThat(bytes.bytes()).isEqualTo(100);
  }

  @Test
  void incoming_thatIsWhole_makesRoomForMoreButIsInFlightStill() {
    assertThat(bytes.reserveIncoming(30)).isTrue();
    bytes.releaseIncoming(30);
    assertThat(bytes.bytes()).isEqualTo(30);
    assertThat(bytes.reserveIncoming(20)).isTrue();
    assertThat(bytes.incoming()).isEqualTo(20);
  }

  @Test
  void incoming_overAllThatMayBeInFlight_isRefusedWithNothingTaken() {
    assertThat(bytes.reserve(90)).isTrue();
    assertThat(bytes.reserveIncoming(20)).isFalse();
    assertThat(bytes.incoming()).isZero();
    assertThat(bytes.bytes()).isEqualTo(90);
  }
}
