package io.ringtail.router.retain;

import io.ringtail.cluster.EpochOrder;
import org.jspecify.annotations.Nullable;

/**
 * A part in the log.
 *
 * @param seq of the sending that was accepted
 * @param firstSeq of the first acceptance of its spans: {@code seq}, but for replayed pieces
 * @param acceptedNanos when that was
 * @param receiver who accepted it
 * @param epoch of the table it was split by
 * @param claim of who sent its spans
 * @param spans its own, or those of the part it was cut from
 * @param slots it has of these, ascending; null if all are its own
 */
record LoggedPart(
    long seq,
    long firstSeq,
    long acceptedNanos,
    SamplerKey receiver,
    EpochOrder epoch,
    int spanCount,
    Claim claim,
    LoggedSpans spans,
    int @Nullable [] slots) {
  /** An entry of the ordered map, this record and its claim, about. */
  private static final int OVERHEAD_BYTES = 184;

  /** Of the spans it is read from. */
  int spanBytes() {
    return spans.bytes();
  }

  /** Java heap it takes beside its spans. */
  int heapBytes() {
    return OVERHEAD_BYTES + (slots == null ? 0 : 4 * slots.length);
  }

  /** All that it takes beside what is shared. */
  int ownBytes() {
    return heapBytes() + (slots == null ? spans.heapBytes() + spans.bytes() : 0);
  }
}
