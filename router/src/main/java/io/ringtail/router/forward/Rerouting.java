package io.ringtail.router.forward;

import io.ringtail.cluster.EpochOrder;

/** Takes parts whose receiver was not, or is no longer, the right one. Threads: any. */
interface Rerouting {
  /**
   * Cuts a part anew as soon as the epoch in use is at least {@code atLeast} and {@code waitNanos}
   * have passed.
   *
   * @param parcel consumed
   */
  void reroute(
      Parcel parcel, EpochOrder atLeast, long waitNanos, ForwardMetrics.ResendReason reason);

  /** The newest epoch in use at this router. */
  EpochOrder inUse();
}
