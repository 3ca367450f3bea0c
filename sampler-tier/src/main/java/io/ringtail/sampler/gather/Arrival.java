package io.ringtail.sampler.gather;

import io.ringtail.sampler.buffer.NoRoomException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * What becomes of one transfer in all shards together: told once, when each of them has done with
 * its part, and never that something was taken which was not. Threads: any.
 */
public final class Arrival {
  /**
   * What was not taken.
   *
   * @param wantsMemory all of it is to be sent again: there was no memory to merge some of it
   * @param unfit places of entries that could not be read or merged, in order; none if all could
   */
  public record Outcome(boolean wantsMemory, List<Integer> unfit) {}

  private final Set<Integer> unfit = new ConcurrentSkipListSet<>();
  private final Consumer<Outcome> done;
  private final AtomicInteger left;
  private volatile boolean wantsMemory;

  /**
   * @param unfit entries that could not be read
   * @param parts how often {@link #done} will be called
   * @param done told what is not taken
   */
  public Arrival(List<Integer> unfit, int parts, Consumer<Outcome> done) {
    this.unfit.addAll(unfit);
    this.left = new AtomicInteger(parts);
    this.done = done;
  }

  /**
   * An entry was not taken, or not wholly. For want of memory: then it has to come again, however
   * often; else it is the entry that does not fit.
   */
  public void failed(int entry, Throwable why) {
    if (why instanceof OutOfMemoryError || why instanceof NoRoomException) {
      wantsMemory = true;
    } else {
      unfit.add(entry);
    }
  }

  /** One part is done with; what was unfit in it was said before. */
  public void done() {
    if (left.decrementAndGet() == 0) {
      done.accept(new Outcome(wantsMemory, List.copyOf(unfit)));
    }
  }
}
