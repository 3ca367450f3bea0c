package io.ringtail.sampler.settle;

import java.util.Arrays;

/**
 * What a batch of decisions covers of each router, by key; -1 is nothing. Changed only to forget a
 * router, whose key means another one later.
 *
 * @param before newest seq seen before the first of the decisions: what was first accepted at or
 *     below it was in the traces (protocol D3)
 * @param upTo newest seq seen after the last: when each log begins above it none of the decisions
 *     is asked for again (D4)
 */
public record Seqs(long[] before, long[] upTo) {
  public static final Seqs NONE = new Seqs(new long[0], new long[0]);

  private static final int OBJECT_BYTES = 64;

  /** Whether a part that was first accepted as {@code seq} is wholly in the decided traces. */
  boolean contains(int key, long seq) {
    return key < before.length && seq <= before[key];
  }

  /** What holds for the decisions of both. */
  public Seqs and(Seqs other) {
    int length = Math.max(upTo.length, other.upTo.length);
    long[] least = new long[length];
    long[] most = new long[length];
    for (int key = 0; key < length; key++) {
      least[key] = Math.min(at(before, key), at(other.before, key));
      most[key] = Math.max(at(upTo, key), at(other.upTo, key));
    }
    return new Seqs(least, most);
  }

  /** Whether both cover some of the same of each router of which the other covers anything. */
  boolean meets(Seqs other) {
    for (int key = 0; key < other.upTo.length; key++) {
      boolean apart = at(upTo, key) < at(other.before, key) || at(before, key) > other.upTo[key];
      if (other.upTo[key] >= 0 && (at(upTo, key) < 0 || apart)) {
        return false;
      }
    }
    return true;
  }

  /** Whether none of these, by key, is above what is covered. */
  boolean reaches(long[] seqs) {
    for (int key = 0; key < seqs.length; key++) {
      if (seqs[key] > at(upTo, key)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a part is not above what is covered. */
  boolean reaches(int key, long seq) {
    return seq <= at(upTo, key);
  }

  private static long at(long[] seqs, int key) {
    return key < seqs.length ? seqs[key] : -1;
  }

  /** Nothing is covered of a router that is gone. May be said by several shards that share it. */
  void forget(int key) {
    if (key < before.length) {
      before[key] = -1;
    }
    if (key < upTo.length) {
      upTo[key] = -1;
    }
  }

  long bytes() {
    return OBJECT_BYTES + (long) (before.length + upTo.length) * Long.BYTES;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Seqs s && Arrays.equals(before, s.before) && Arrays.equals(upTo, s.upTo);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(upTo);
  }

  @Override
  public String toString() {
    return Arrays.toString(before) + ".." + Arrays.toString(upTo);
  }
}
