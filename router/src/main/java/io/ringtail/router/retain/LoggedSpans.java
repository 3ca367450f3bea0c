package io.ringtail.router.retain;

import io.ringtail.link.Header;

/**
 * Spans in the log: of one part, and in a log that refuses also of what is replayed out of it.
 * Threads: one.
 */
final class LoggedSpans {
  /** This and its two arrays, about. */
  private static final int OVERHEAD_BYTES = 72;

  private final long address;
  private final Header context;
  private final Header[] headers;
  private final int[] ends;
  private int parts = 1;

  /**
   * @param address of the span fields in {@link Segments}
   * @param headers resource and scope of each group, in turn
   * @param ends where the span fields of each group end, counted from their beginning
   */
  LoggedSpans(long address, Header context, Header[] headers, int[] ends) {
    this.address = address;
    this.context = context;
    this.headers = headers;
    this.ends = ends;
  }

  long address() {
    return address;
  }

  Header context() {
    return context;
  }

  Header[] headers() {
    return headers;
  }

  int[] ends() {
    return ends;
  }

  /** Of the span fields. */
  int bytes() {
    return ends[ends.length - 1];
  }

  /** Java heap they take beside the headers, which are shared. */
  int heapBytes() {
    return OVERHEAD_BYTES + 12 * ends.length;
  }

  /** One more part in the log, or piece on its way, has some of them. */
  LoggedSpans shared() {
    parts++;
    return this;
  }

  /**
   * One that has them goes.
   *
   * @return whether it was the last
   */
  boolean letGo() {
    return --parts == 0;
  }
}
