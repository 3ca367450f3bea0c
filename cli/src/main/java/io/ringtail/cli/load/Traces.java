package io.ringtail.cli.load;

import java.util.SplittableRandom;

/**
 * The traces of a load by number: which skeleton, which IDs, and whether it fails. Nothing is kept
 * of a trace; all is computed from its number. Immutable.
 */
final class Traces {
  private static final int SKELETONS = 64;
  private static final long SKELETON_SALT = 0x5bd1e9955bd1e995L;
  private static final long ERROR_SALT = 0x1b873593cc9e2d51L;
  private static final long SPAN_SALT = 0x2545f4914f6cdd1dL;

  private final Skeleton[] skeletons = new Skeleton[SKELETONS];
  private final double meanSpans;
  private final double errorShare;
  private final long seed;
  private final long idSeed;

  /**
   * @param idSeed of the IDs; of a run of its own, for samplers remember the IDs they have seen
   */
  Traces(TraceShape shape, long seed, long idSeed) {
    this.errorShare = shape.errorShare();
    this.seed = seed;
    this.idSeed = idSeed;
    SplittableRandom random = new SplittableRandom(seed);
    int spans = 0;
    for (int i = 0; i < SKELETONS; i++) {
      skeletons[i] = Skeleton.of(shape, random);
      spans += skeletons[i].spans();
    }
    meanSpans = (double) spans / SKELETONS;
  }

  /** On average over many traces. */
  double meanSpans() {
    return meanSpans;
  }

  Skeleton skeleton(long trace) {
    return skeletons[(int) Mix.of(seed ^ SKELETON_SALT, trace) & SKELETONS - 1];
  }

  /** Whether one of its spans has an error: the last one, a leaf unless it is the root. */
  boolean fails(long trace) {
    return Mix.isAmong(Mix.of(seed ^ ERROR_SALT, trace), errorShare);
  }

  long idHi(long trace) {
    return Mix.of(idSeed, trace);
  }

  long idLo(long trace) {
    return Mix.id(~idSeed, trace);
  }

  /** Another for every span of a run, but for accidents that do not matter. */
  long spanId(long trace, int span) {
    return Mix.id(idSeed ^ SPAN_SALT, trace << 16 | span);
  }
}
