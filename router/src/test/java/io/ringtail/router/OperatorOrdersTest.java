package io.ringtail.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OperatorOrdersTest {
  private final List<Boolean> changes = new ArrayList<>();
  private Optional<String> impossible = Optional.empty();
  private final OperatorOrders orders = new OperatorOrders("r1", () -> impossible, changes::add);

  @Test
  void drainAndUndrain_againAndAgain_areDoneOnceEach() {
    assertThat(orders.undrain()).isEqualTo("r1 is not drained: nothing is changed");
    assertThat(orders.drain()).startsWith("r1 is not ready any more");
    assertThat(orders.drain()).isEqualTo("r1 is drained already");
    assertThat(orders.isDrained()).isTrue();
    assertThat(orders.undrain()).isEqualTo("r1 is to be used again");
    assertThat(orders.undrain()).isEqualTo("r1 is not drained: nothing is changed");
    assertThat(orders.drain()).startsWith("r1 is not ready any more");
    assertThat(changes).containsExactly(true, false, true);
  }

  @Test
  void anything_onceItStops_isRefusedWithTheReason() {
    impossible = Optional.of("r1 stops");
    assertThatThrownBy(orders::drain).hasMessage("FAILED_PRECONDITION: r1 stops");
    assertThatThrownBy(orders::undrain).hasMessage("FAILED_PRECONDITION: r1 stops");
    assertThat(changes).isEmpty();
  }
}
