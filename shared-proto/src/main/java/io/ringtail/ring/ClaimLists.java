package io.ringtail.ring;

import java.util.Arrays;

/** One growing list of claims a member. Threads: one. */
final class ClaimLists {
  private final long[][] claims;
  private final int[] sizes;

  ClaimLists(int members) {
    claims = new long[members][16];
    sizes = new int[members];
  }

  void add(int member, long claim) {
    if (sizes[member] == claims[member].length) {
      claims[member] = Arrays.copyOf(claims[member], 2 * sizes[member]);
    }
    claims[member][sizes[member]++] = claim;
  }

  /** The claims on a member, best first. */
  long[] sorted(int member) {
    long[] sorted = Arrays.copyOf(claims[member], sizes[member]);
    Arrays.sort(sorted);
    return sorted;
  }
}
