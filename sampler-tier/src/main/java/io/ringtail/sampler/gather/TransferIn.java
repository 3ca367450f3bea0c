package io.ringtail.sampler.gather;

import io.netty.buffer.ByteBuf;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.transfer.TransferBatch;

/**
 * What of one transfer lies in one shard. Immutable but for what becomes of it.
 *
 * @param shard index of the shard
 * @param batch borrows from {@code bytes}
 * @param bytes one reference belongs to this, released by the shard
 * @param routerKeys by number of the router in the batch
 * @param traces places of traces in the batch
 * @param spanCount spans of these
 * @param reservedBytes what was reserved in the budget for them
 * @param arrival told once this part is merged and the shard's marks say so, and what was not
 */
public record TransferIn(
    int shard,
    TransferBatch batch,
    ByteBuf bytes,
    int[] routerKeys,
    int[] traces,
    int spanCount,
    long reservedBytes,
    Arrival arrival) {
  /** Whether all of it is the owner's of a view: always, unless transfers are not refused (H7). */
  public boolean isOwnedIn(SlotView view) {
    for (int trace : traces) {
      if (!view.owns(batch.slot(trace))) {
        return false;
      }
    }
    return true;
  }
}
