package io.ringtail.router.retain;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;

/**
 * A part in the log.
 *
 * @param seq of the sending that was accepted
 * @param firstSeq of the first acceptance of its spans: {@code seq}, but for replayed pieces
 * @param acceptedNanos when that was
 * @param receiver who accepted it
 * @param epoch of the table it was split by
 * @param claim of who sent its spans
 * @param address of its span fields in {@link Segments}
 * @param headers resource and scope of each group, in turn
 * @param ends where the span fields of each group end, counted from their beginning
 */
record LoggedPart(
    long seq,
    long firstSeq,
    long acceptedNanos,
    SamplerKey receiver,
    EpochOrder epoch,
    int spanCount,
    Claim claim,
    long address,
    Header context,
    Header[] headers,
    int[] ends) {
  /** An entry of the ordered map, this record, its two arrays and its claim, about. */
  private static final int OVERHEAD_BYTES = 232;

  int spanBytes() {
    return ends[ends.length - 1];
  }

  /** Java heap it takes beside the headers, which are shared. */
  int heapBytes() {
    return OVERHEAD_BYTES + 12 * ends.length;
  }
}
