package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class UnsentBytesTest {
  private static final int MIB = 1 << 20;

  private final UnsentBytes unsent = new UnsentBytes(4 * MIB);

  @Test
  void messages_ofMoreLinks_areSmallerButNotTiny() {
    assertThat(unsent.messageBytes(MIB)).isEqualTo(MIB);
    for (int i = 0; i < 8; i++) {
      unsent.linkAdded();
    }
    assertThat(unsent.messageBytes(MIB)).isEqualTo(MIB / 4);
    for (int i = 0; i < 300; i++) {
      unsent.linkAdded();
    }
    assertThat(unsent.messageBytes(MIB)).isEqualTo(64 << 10);
    for (int i = 0; i < 307; i++) {
      unsent.linkRemoved();
    }
    assertThat(unsent.messageBytes(MIB)).isEqualTo(MIB);
    assertThat(unsent.messageBytes(1000)).isEqualTo(1000);
  }

  @Test
  void tooMuchGiven_noLinkGivesMoreUntilSomeIsSent() {
    unsent.given(4 * MIB - 1);
    assertThat(unsent.hasRoom()).isTrue();
    unsent.given(MIB);
    assertThat(unsent.hasRoom()).isFalse();
    unsent.sent(2 * MIB);
    assertThat(unsent.hasRoom()).isTrue();
  }
}
