package io.ringtail.router.split;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Header;

/**
 * The spans of one request for one owner: groups, each a run of {@code ScopeSpans.spans} fields as
 * they came, under the resource and scope they came with. Immutable but for its buffer's count.
 */
public final class Part {
  private final int ownerIndex;
  private final Header context;
  private final Header[] headers;
  private final int[] ends;
  private final ByteBuf spans;
  private final int spanCount;
  private final int spanBytes;

  /**
   * @param headers resource and scope of each group, in turn
   * @param ends where each group's spans end in the buffer's array; a group begins where the one
   *     before it ends
   * @param spans heap buffer; the part's until {@link #release}
   */
  Part(int ownerIndex, Header context, Header[] headers, int[] ends, ByteBuf spans, int spanCount) {
    this.ownerIndex = ownerIndex;
    this.context = context;
    this.headers = headers;
    this.ends = ends;
    this.spans = spans;
    this.spanCount = spanCount;
    this.spanBytes = ends[ends.length - 1] - spans.arrayOffset();
  }

  /** Index of its owner in the table it was split by. */
  public int ownerIndex() {
    return ownerIndex;
  }

  public int spanCount() {
    return spanCount;
  }

  /** Bytes of its spans, tags and lengths included. */
  public int spanBytes() {
    return spanBytes;
  }

  public int groupCount() {
    return ends.length;
  }

  public Header context() {
    return context;
  }

  public Header resource(int group) {
    return headers[2 * group];
  }

  public Header scope(int group) {
    return headers[2 * group + 1];
  }

  /** Where the spans lie. */
  public byte[] array() {
    return spans.array();
  }

  public int spansStart(int group) {
    return group == 0 ? spans.arrayOffset() : ends[group - 1];
  }

  public int spansEnd(int group) {
    return ends[group];
  }

  /** Gives the buffer back; exactly once. */
  public void release() {
    spans.release();
  }
}
