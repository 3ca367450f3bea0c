package io.ringtail.sampler.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterEpochsTest {
  private final List<EpochOrder> told = new ArrayList<>();
  private final RouterEpochs epochs = new RouterEpochs(told::add);

  @Test
  void newest_isTheHighestThatAnyLinkSays() {
    epochs.said("a", epoch(2));
    epochs.said("b", epoch(4));
    epochs.said("a", epoch(3));
    assertThat(told).containsExactly(epoch(2), epoch(4));
  }

  @Test
  void link_thatEnds_countsNoMore() {
    epochs.said("a", epoch(2));
    epochs.said("b", epoch(4));
    epochs.said("c", epoch(4));
    epochs.ended("b");
    assertThat(epochs.newest()).isEqualTo(epoch(4));
    epochs.ended("c");
    assertThat(epochs.newest()).isEqualTo(epoch(2));
    epochs.ended("a");
    epochs.ended("a");
    assertThat(told).containsExactly(epoch(2), epoch(4), epoch(2), EpochOrder.NONE);
  }

  private static EpochOrder epoch(long number) {
    return new EpochOrder(1, number);
  }
}
