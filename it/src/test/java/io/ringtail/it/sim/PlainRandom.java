package io.ringtail.it.sim;

import java.util.Random;

/**
 * The numbers of {@link Random}, for one thread: without the atomic step, which every message and
 * every task of a simulation would pay for.
 */
final class PlainRandom extends Random {
  private static final long serialVersionUID = 1;

  private static final long MULTIPLIER = 0x5DEECE66DL;
  private static final long INCREMENT = 0xBL;
  private static final long MASK = (1L << 48) - 1;

  private long state;

  PlainRandom(long seed) {
    super(seed);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // for one thread
  public void setSeed(long seed) { // also called by Random's constructor
    state = (seed ^ MULTIPLIER) & MASK;
  }

  @Override
  protected int next(int bits) {
    state = (state * MULTIPLIER + INCREMENT) & MASK;
    return (int) (state >>> (48 - bits));
  }
}
