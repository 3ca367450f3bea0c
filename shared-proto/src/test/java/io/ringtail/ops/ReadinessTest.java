package io.ringtail.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private final Readiness readiness = new Readiness();

  @Test
  void reasons_noConditions_none() {
    assertThat(readiness.reasons()).isEmpty();
  }

  @Test
  void reasons_severalUnmet_oneLineEachByName() {
    readiness.notReady("link", "not listening");
    readiness.require("cluster", () -> Optional.of("no epoch\nyet"));
    readiness.ready("shards");
    assertThat(readiness.reasons()).containsExactly("cluster: no epoch yet", "link: not listening");
  }

  @Test
  void ready_afterNotReady_clearsIt() {
    readiness.notReady("link", "not listening");
    readiness.ready("link");
    assertThat(readiness.reasons()).isEmpty();
  }
}
