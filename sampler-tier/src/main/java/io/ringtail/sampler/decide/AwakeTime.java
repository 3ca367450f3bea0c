package io.ringtail.sampler.decide;

/**
 * The time in which a shard worked: what lies between two looks more than {@value #STILL_MILLIS} ms
 * apart does not count. Its process was stopped then, or had no core, and what others have said
 * meanwhile is unread: whoever goes by the clock takes its own standstill for their silence. To be
 * looked at in each round. Threads: the shard's.
 */
public final class AwakeTime {
  /** Rounds that begin so far apart were kept from the shard: its longest rest is a third. */
  public static final int STILL_MILLIS = 300;

  private int lookedMillis;
  private int stoodMillis;

  /** The time up to now, which is one of the shard's, in ms. */
  int millis(int nowMillis) {
    int passed = nowMillis - lookedMillis;
    lookedMillis = nowMillis;
    stoodMillis += passed > STILL_MILLIS ? passed : 0;
    return nowMillis - stoodMillis;
  }
}
