package io.ringtail.link;

import java.util.Arrays;

/**
 * Bytes that many spans share and that cross a link once: a resource, a scope or a request context.
 *
 * <p>A <em>resource</em> header is every field of one {@code ResourceSpans} except {@code
 * scope_spans}, tags included, in their order; a <em>scope</em> header is every field of one {@code
 * ScopeSpans} except {@code spans}. So schema URLs and unknown fields travel along, and an export
 * puts the original message together again by appending. A <em>context</em> header is the
 * configured request headers (see {@code RequestContext}); empty when there are none.
 *
 * <p>Immutable; equal by content; the hash is computed once.
 */
public final class Header {
  public static final Header EMPTY = new Header(new byte[0]);

  private final byte[] bytes;
  private final int hash;

  /**
   * @param bytes kept, not copied; must not be changed afterwards
   */
  public Header(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /** The bytes themselves, not a copy; callers do not change them. */
  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object o) {
    return o == this || (o instanceof Header h && h.hash == hash && Arrays.equals(h.bytes, bytes));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
