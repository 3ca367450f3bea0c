package io.ringtail.router.retain;

import io.ringtail.link.Mark;
import org.jspecify.annotations.Nullable;

/** A living sampler's newest mark. Threads: one. */
final class LivingMark {
  /** Words of a sampler may come before the epoch that names it is in use here: then null. */
  Floor.@Nullable Named named;

  long mark = Floor.NONE;

  /** The newest, if it was given in an epoch that is not in use here yet (M5). */
  @Nullable Mark later;

  void lower(long seq) {
    mark = Math.min(mark, seq);
    Mark next = later;
    if (next != null && next.seq() > seq) {
      later = new Mark(seq, next.epoch());
    }
  }
}
