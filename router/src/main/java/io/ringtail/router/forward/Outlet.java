package io.ringtail.router.forward;

import io.ringtail.refusal.Refusal;
import org.jspecify.annotations.Nullable;

/** Where parcels for one sampler go. Threads: any. */
interface Outlet {
  /**
   * @param parcel consumed
   */
  void offer(Parcel parcel);

  /**
   * Why nothing should be offered now: it refused a part for want of room a moment ago. To send the
   * other parts of a request all the same would have them taken, and taken again when the client
   * sends the whole request again.
   *
   * @param nowNanos of the router's clock
   * @return null if it may take more
   */
  @Nullable Refusal full(long nowNanos);
}
