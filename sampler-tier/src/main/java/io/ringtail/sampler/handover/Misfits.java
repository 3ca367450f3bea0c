package io.ringtail.sampler.handover;

import java.util.HashMap;
import java.util.Map;

/**
 * What owners have said they cannot read or merge, and how often. It is tried again, written anew
 * each time, as bytes may have been damaged; but not for ever, for as long as it is here no owner
 * decides anything of its slots. Threads: the shard's.
 *
 * <p>By any key with a value's equality: traces by ID, as their numbers are used again.
 */
final class Misfits {
  private static final int ATTEMPTS = 5;
  private static final int PATIENCE_MILLIS = 10_000;

  private final Map<Object, Tried> tried = new HashMap<>();

  private static final class Tried {
    private final int sinceMillis;
    private int times;
    private boolean givenUp;

    Tried(int sinceMillis) {
      this.sinceMillis = sinceMillis;
    }
  }

  /** A trace. */
  record Trace(int context, long hi, long lo) {}

  /**
   * It was sent back once more.
   *
   * @return whether it is to be tried again
   */
  boolean again(Object what, int nowMillis) {
    Tried so = tried.computeIfAbsent(what, w -> new Tried(nowMillis));
    so.times++;
    so.givenUp = so.times >= ATTEMPTS && nowMillis - so.sinceMillis >= PATIENCE_MILLIS;
    return !so.givenUp;
  }

  boolean isGivenUp(Object what) {
    Tried so = tried.get(what);
    return so != null && so.givenUp;
  }

  /** Others own the slots now. */
  void clear() {
    tried.clear();
  }
}
