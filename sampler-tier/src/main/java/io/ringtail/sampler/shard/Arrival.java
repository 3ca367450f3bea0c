package io.ringtail.sampler.shard;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What becomes of one transfer in all shards together: told once, when each of them has done with
 * its part, and never that something was taken which was not. Threads: any.
 */
final class Arrival {
  private final Set<Integer> unfit = new ConcurrentSkipListSet<>();
  private final Consumer<List<Integer>> done;
  private final AtomicInteger left;

  /**
   * @param unfit entries that could not be read
   * @param parts how often {@link #done} will be called
   * @param done told the entries that are not taken, in order; none if all are
   */
  Arrival(List<Integer> unfit, int parts, Consumer<List<Integer>> done) {
    this.unfit.addAll(unfit);
    this.left = new AtomicInteger(parts);
    this.done = done;
  }

  /** An entry was not taken, or not wholly. */
  void unfit(int entry) {
    unfit.add(entry);
  }

  /** One part is done with; what was unfit in it was said before. */
  void done() {
    if (left.decrementAndGet() == 0) {
      done.accept(List.copyOf(unfit));
    }
  }
}
