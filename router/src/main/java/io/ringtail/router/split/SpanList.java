package io.ringtail.router.split;

import java.util.Arrays;

/** The spans of a request as ranges, each with its owner and the scope it stands in. Reused. */
final class SpanList {
  private static final int KEPT_WORDS = 4 << 16;

  private int[] words = new int[4 * 512];
  private int count;

  /** What a rare huge request has made it grow to is given back. */
  void clear() {
    if (words.length > KEPT_WORDS) {
      words = new int[KEPT_WORDS];
    }
    count = 0;
  }

  void add(int start, int end, int owner, int scope) {
    if (4 * count == words.length) {
      words = Arrays.copyOf(words, 2 * words.length);
    }
    int at = 4 * count++;
    words[at] = start;
    words[at + 1] = end;
    words[at + 2] = owner;
    words[at + 3] = scope;
  }

  /** Bytes of memory it has now. */
  long capacityBytes() {
    return 4L * words.length;
  }

  int count() {
    return count;
  }

  int start(int i) {
    return words[4 * i];
  }

  int end(int i) {
    return words[4 * i + 1];
  }

  int owner(int i) {
    return words[4 * i + 2];
  }

  int scope(int i) {
    return words[4 * i + 3];
  }
}
