package io.ringtail.router.retain;

import io.ringtail.cluster.EpochOrder;
import org.jspecify.annotations.Nullable;

/** A living sampler's newest mark. Threads: one. */
final class LivingMark {
  /** Words of a sampler may come before the epoch that names it is in use here: then null. */
  Floor.@Nullable Named named;

  long mark = Floor.NONE;
  EpochOrder markEpoch = EpochOrder.NONE;
}
