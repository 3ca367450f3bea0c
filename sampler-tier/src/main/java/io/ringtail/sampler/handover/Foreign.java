package io.ringtail.sampler.handover;

import io.ringtail.cluster.EpochOrder;
import org.jspecify.annotations.Nullable;

/**
 * How far the handoff of one shard, or of all, is: what a sampler's word that it is complete
 * (protocol O1) rests on. Immutable.
 *
 * @param processed newest slot view whose command the shard has met; what stood in its queue before
 *     that is in its traces
 * @param oldestLost oldest epoch in which slots went to others of which something is still held
 *     here, or in flight and not acknowledged; null if there is none
 */
public record Foreign(EpochOrder processed, @Nullable EpochOrder oldestLost) {
  public static final Foreign NONE = new Foreign(EpochOrder.NONE, null);

  /** What holds for both. */
  public Foreign and(Foreign other) {
    return new Foreign(
        processed.compareTo(other.processed) < 0 ? processed : other.processed,
        older(oldestLost, other.oldestLost));
  }

  private static @Nullable EpochOrder older(@Nullable EpochOrder a, @Nullable EpochOrder b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.compareTo(b) < 0 ? a : b;
  }
}
