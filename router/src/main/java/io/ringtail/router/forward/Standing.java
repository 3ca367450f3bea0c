package io.ringtail.router.forward;

import io.ringtail.cluster.EpochOrder;
import org.jspecify.annotations.Nullable;

/** How the sampler at the other end of a link stands in the newest epoch in use. */
sealed interface Standing {
  /** It is named: its link is for parts. */
  record Named() implements Standing {}

  /**
   * It is lost, but may live, and ask (protocol L2): its link is for words alone, for a while.
   *
   * @param since the epoch that names it no more
   */
  record Lost(EpochOrder since, long sinceNanos) implements Standing {}

  /** It left in order, or has been lost for long: its link is over. */
  record Gone(EpochOrder since) implements Standing {}

  /** The epoch that names it no more; null if it is named. */
  default @Nullable EpochOrder goneSince() {
    if (this instanceof Lost lost) {
      return lost.since;
    }
    return this instanceof Gone gone ? gone.since : null;
  }
}
