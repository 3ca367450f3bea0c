package io.ringtail.sampler.intake;

import io.ringtail.cluster.EpochOrder;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The newest epoch that any router with an open link has in use, by its own word (protocol A5). One
 * whose link has ended counts no more: it may be of a cluster that goes on without this sampler.
 *
 * <p>Threads: any.
 */
final class RouterEpochs {
  private final Consumer<EpochOrder> told;
  private final Map<Object, EpochOrder> byLink = new HashMap<>();
  private EpochOrder newest = EpochOrder.NONE;

  /**
   * @param told the newest whenever it is another, one at a time
   */
  RouterEpochs(Consumer<EpochOrder> told) {
    this.told = told;
  }

  /** {@link EpochOrder#NONE} if none says. */
  synchronized EpochOrder newest() {
    return newest;
  }

  /** A router has said on an open link what it has in use. */
  synchronized void said(Object link, EpochOrder epoch) {
    byLink.put(link, epoch);
    if (epoch.compareTo(newest) > 0) {
      change(epoch);
    }
  }

  synchronized void ended(Object link) {
    if (newest.equals(byLink.remove(link))) {
      change(byLink.values().stream().max(Comparator.naturalOrder()).orElse(EpochOrder.NONE));
    }
  }

  private void change(EpochOrder now) {
    if (!now.equals(newest)) {
      newest = now;
      told.accept(now);
    }
  }
}
