package io.ringtail.sampler.shard;

import java.util.function.BooleanSupplier;

/**
 * How long a shard's thread rests when it has done all there is to do, and what ends that early.
 *
 * <p>Nobody waits for a shard to look at spans: they are accepted when intake has set aside room
 * for them. To wake a thread costs more than the spans of a small part do, for who wakes it and for
 * the caches it comes back to. So while traces are open it naps, and what comes in {@value
 * #NAP_MILLIS} ms is taken together, unless it becomes much. So do decisions of other samplers and
 * their answers. Whatever moves slots or is asked for ends a nap; anything ends a sleep.
 *
 * <p>Threads: {@link #begin} and {@link #end} the shard's; {@link #isEndedBy} any.
 */
final class Rest {
  /**
   * What a decision may come later by, and again the answer of its heir. A nap ends in less than a
   * third of a round of decisions (protocol D2).
   */
  static final int NAP_MILLIS = 16;

  private static final long NAP_NANOS = NAP_MILLIS * 1_000_000L;
  static final long SLEEP_NANOS = 100_000_000L;

  private enum Kind {
    NONE,
    NAP,
    SLEEP
  }

  private final BooleanSupplier muchIsQueued;
  private volatile Kind kind = Kind.NONE;

  /**
   * @param muchIsQueued whether so many spans wait that a nap is to end; asked by any thread
   */
  Rest(BooleanSupplier muchIsQueued) {
    this.muchIsQueued = muchIsQueued;
  }

  /**
   * A rest begins: what is queued from here on is seen by {@link #isEndedBy}, so the queue is to be
   * looked at once more before the thread parks.
   *
   * @param idle whether there is nothing but the queue to wait for
   * @return longest time to park, in nanoseconds
   */
  long begin(boolean idle) {
    kind = idle ? Kind.SLEEP : Kind.NAP;
    return idle ? SLEEP_NANOS : NAP_NANOS;
  }

  void end() {
    kind = Kind.NONE;
  }

  /** Whether the thread is to be woken for a command that has just been queued. */
  boolean isEndedBy(ShardCommand command) {
    return switch (kind) {
      case NONE -> false;
      case NAP -> !canWait(command) || muchIsQueued.getAsBoolean();
      case SLEEP -> true;
    };
  }

  /** What is handed over cannot, nor the decisions that come with it. */
  private static boolean canWait(ShardCommand command) {
    return command instanceof ShardCommand.Spans
        || command instanceof ShardCommand.Progress
        || command instanceof ShardCommand.NoticeTaken
        || command instanceof ShardCommand.Settled
        || command instanceof ShardCommand.Answered
        || (command instanceof ShardCommand.Decisions decisions && decisions.from() != null);
  }
}
