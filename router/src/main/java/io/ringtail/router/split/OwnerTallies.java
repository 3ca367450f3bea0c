package io.ringtail.router.split;

import java.util.Arrays;

/** What each owner gets of one request: bytes, spans and groups. Reused. */
final class OwnerTallies {
  private static final int STRIDE = 4;
  private int[] words = new int[STRIDE * 16];
  private int owners;

  void reset(int newOwners) {
    owners = newOwners;
    if (words.length < STRIDE * owners) {
      words = new int[STRIDE * owners];
    }
    Arrays.fill(words, 0, STRIDE * owners, 0);
  }

  /**
   * @param scope counted from 0; a group begins when it is not that of the owner's last span
   */
  void add(int owner, int scope, int bytes) {
    int at = STRIDE * owner;
    words[at] += bytes;
    words[at + 1]++;
    if (words[at + 3] != scope + 1) {
      words[at + 3] = scope + 1;
      words[at + 2]++;
    }
  }

  int owners() {
    return owners;
  }

  int bytes(int owner) {
    return words[STRIDE * owner];
  }

  int spans(int owner) {
    return words[STRIDE * owner + 1];
  }

  int groups(int owner) {
    return words[STRIDE * owner + 2];
  }
}
