package io.ringtail.sampler.shard;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one shard is asked to do, in order. Commands that bring spans need a place, of which there
 * are only some; others are few and always find one. Threads: any; one to poll.
 */
final class CommandQueue {
  private final int places;
  private final Queue<ShardCommand> commands = new ConcurrentLinkedQueue<>();
  private final AtomicInteger taken = new AtomicInteger();

  CommandQueue(int places) {
    this.places = places;
  }

  /** Takes a place for a batch; false if there is none. */
  boolean tryReservePlace() {
    int now = taken.get();
    while (now < places) {
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
      now = taken.get();
    }
    return false;
  }

  void giveBackPlace() {
    taken.decrementAndGet();
  }

  int takenPlaces() {
    return taken.get();
  }

  void add(ShardCommand command) {
    commands.add(command);
  }

  @Nullable ShardCommand poll() {
    return commands.poll();
  }

  /** How many wait; takes as long as they are many. */
  int size() {
    return commands.size();
  }

  boolean isEmpty() {
    return commands.isEmpty();
  }
}
