package io.ringtail.sampler.settle;

import java.util.Arrays;
import java.util.BitSet;

/** Where the logs of routers begin, by key: what may still be replayed. Threads: one. */
final class RouterLogs {
  private long[] oldest = new long[4];

  /** Keys of routers that are gone, and may still have links: of their logs nothing is asked. */
  private final BitSet gone = new BitSet();

  void begins(int routerKey, long oldestSeq) {
    if (routerKey >= oldest.length) {
      oldest = Arrays.copyOf(oldest, Math.max(routerKey + 1, oldest.length * 2));
    }
    oldest[routerKey] = Math.max(oldest[routerKey], oldestSeq);
  }

  /**
   * @param routerKeys all that are gone
   */
  void gone(int[] routerKeys) {
    gone.clear();
    for (int key : routerKeys) {
      gone.set(key);
    }
  }

  void forget(int routerKey) {
    gone.clear(routerKey);
    if (routerKey < oldest.length) {
      oldest[routerKey] = 0;
    }
  }

  /** Whether any of them may replay what these seqs cover. */
  boolean mayReplay(Seqs seqs) {
    long[] upTo = seqs.upTo();
    for (int key = 0; key < upTo.length; key++) {
      boolean isLogged = upTo[key] >= (key < oldest.length ? oldest[key] : 0);
      if (upTo[key] > 0 && isLogged && !gone.get(key)) {
        return true;
      }
    }
    return false;
  }
}
