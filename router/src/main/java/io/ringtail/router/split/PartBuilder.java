package io.ringtail.router.split;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.ringtail.link.Header;

/** One owner's part while spans are copied into it. Its sizes are known beforehand. */
final class PartBuilder {
  private final int ownerIndex;
  private final int spanCount;
  private final ByteBuf spans;
  private final byte[] array;
  private final Header[] headers;
  private final int[] ends;
  private int position;
  private int group = -1;
  private int scope = -1;

  PartBuilder(int ownerIndex, int bytes, int spanCount, int groups, ByteBufAllocator allocator) {
    this.ownerIndex = ownerIndex;
    this.spanCount = spanCount;
    this.headers = new Header[2 * groups];
    this.ends = new int[groups];
    this.spans = allocator.heapBuffer(bytes, bytes);
    this.spans.writerIndex(bytes);
    this.array = spans.array();
    this.position = spans.arrayOffset();
  }

  /** Copies spans of one scope, which lie together in {@code from}. */
  void add(byte[] from, int start, int end, int spanScope, Header resource, Header scopeHeader) {
    if (spanScope != scope) {
      scope = spanScope;
      group++;
      headers[2 * group] = resource;
      headers[2 * group + 1] = scopeHeader;
    }
    int length = end - start;
    System.arraycopy(from, start, array, position, length);
    position += length;
    ends[group] = position;
  }

  Part build(Header context) {
    return new Part(ownerIndex, context, headers, ends, spans, spanCount);
  }

  void release() {
    spans.release();
  }
}
