package io.ringtail.router.split;

import java.util.Arrays;

/**
 * Bytes of a message that belong together though other bytes lie between: the fields of a header.
 * Neighbours are joined. Threads: one; reused.
 */
final class Ranges {
  private static final int KEPT_BOUNDS = 1 << 16;

  private int[] bounds = new int[8];
  private int count;

  void clear() {
    if (bounds.length > KEPT_BOUNDS) {
      bounds = new int[8];
    }
    count = 0;
  }

  void add(int start, int end) {
    if (count > 0 && bounds[2 * count - 1] == start) {
      bounds[2 * count - 1] = end;
      return;
    }
    if (2 * count == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * bounds.length);
    }
    bounds[2 * count] = start;
    bounds[2 * count + 1] = end;
    count++;
  }

  int count() {
    return count;
  }

  int start(int i) {
    return bounds[2 * i];
  }

  int end(int i) {
    return bounds[2 * i + 1];
  }

  /** Bytes in all. */
  int size() {
    int size = 0;
    for (int i = 0; i < count; i++) {
      size += end(i) - start(i);
    }
    return size;
  }

  byte[] copyFrom(byte[] array) {
    byte[] copy = new byte[size()];
    int at = 0;
    for (int i = 0; i < count; i++) {
      System.arraycopy(array, start(i), copy, at, end(i) - start(i));
      at += end(i) - start(i);
    }
    return copy;
  }

  /** Whether the bytes equal all of {@code other}. */
  boolean equalIn(byte[] array, byte[] other) {
    int at = 0;
    for (int i = 0; i < count; i++) {
      int length = end(i) - start(i);
      if (other.length - at < length
          || !Arrays.equals(array, start(i), end(i), other, at, at + length)) {
        return false;
      }
      at += length;
    }
    return at == other.length;
  }
}
