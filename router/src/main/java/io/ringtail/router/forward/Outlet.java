package io.ringtail.router.forward;

/** Where parcels for one sampler go. Threads: any. */
interface Outlet {
  /**
   * @param parcel consumed
   */
  void offer(Parcel parcel);
}
