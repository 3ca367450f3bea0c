package io.ringtail.compress;

import java.util.Arrays;

/**
 * A byte array that grows and is used again and again: once it has the size of the largest body,
 * nothing is allocated. Content always begins at 0.
 *
 * <p>Threads: one at a time. Buffers: {@link #array} is replaced when it grows, so it is read after
 * the call that fills it, and what it holds is lost with the next one.
 */
public final class ByteOutput {
  /** Largest array all virtual machines can make. */
  static final int MAX_CAPACITY = Integer.MAX_VALUE - 8;

  private byte[] array;

  public ByteOutput(int initialBytes) {
    array = new byte[initialBytes];
  }

  public byte[] array() {
    return array;
  }

  public int capacity() {
    return array.length;
  }

  /**
   * Makes room for {@code bytes} in all, at least doubling what there is.
   *
   * @param keptBytes how many of the first bytes must survive
   * @return the array, perhaps a new one
   */
  public byte[] ensure(int bytes, int keptBytes) {
    if (bytes > array.length) {
      growTo(Math.max(bytes, (int) Math.min(MAX_CAPACITY, array.length * 2L)), keptBytes);
    }
    return array;
  }

  /** Makes room for {@code bytes} in all, and not one more. */
  void growTo(int bytes, int keptBytes) {
    if (bytes > array.length) {
      byte[] larger = new byte[bytes];
      System.arraycopy(array, 0, larger, 0, keptBytes);
      array = larger;
    }
  }

  /** Gives memory back after an unusually large body: keeps at most {@code maxBytes}. */
  public void shrink(int maxBytes) {
    if (array.length > maxBytes) {
      array = new byte[maxBytes];
    }
  }

  /** A copy of the first {@code length} bytes. */
  public byte[] copy(int length) {
    return Arrays.copyOf(array, length);
  }
}
