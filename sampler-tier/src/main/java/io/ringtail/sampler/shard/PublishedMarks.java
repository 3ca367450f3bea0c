package io.ringtail.sampler.shard;

import io.ringtail.sampler.settle.Notes;
import io.ringtail.sampler.settle.RouterKeys;
import java.util.ArrayList;
import java.util.List;

/**
 * A shard's marks as others read them, and what waits until they are said: answers to transfers,
 * routers that end. Threads: the shard's; {@link #of} any.
 */
final class PublishedMarks {
  private static final int EVERY_MILLIS = 20;

  private final Notes notes;
  private final List<Runnable> afterwards = new ArrayList<>();
  private final List<RouterKeys.Ending> ending = new ArrayList<>();
  private volatile long[] marks = new long[0];
  private boolean changed;
  private int publishedMillis;

  PublishedMarks(Notes notes) {
    this.notes = notes;
  }

  /** All a router sent up to this seq is settled here; -1 if it was not seen. */
  long of(int routerKey) {
    long[] now = marks;
    return routerKey < now.length ? now[routerKey] : -1;
  }

  /** The notes may give other marks now. */
  void changed() {
    changed = true;
  }

  /** Runs something once the marks are published as they are after this duty cycle. */
  void afterwards(Runnable task) {
    afterwards.add(task);
    changed = true;
  }

  /** A router sends no more: counted off when nothing of it is unsettled. */
  void ends(RouterKeys.Ending router) {
    ending.add(router);
    changed = true;
  }

  /** Not after each cycle: there may be many routers. What waits for the marks is told then. */
  void publish(int nowMillis) {
    if (!changed || (nowMillis - publishedMillis < EVERY_MILLIS && afterwards.isEmpty())) {
      return;
    }
    publishedMillis = nowMillis;
    changed = false;
    publishNow();
    ending.removeIf(this::isSettled);
    afterwards.forEach(Runnable::run);
    afterwards.clear();
  }

  /** Only the marks: what waits for them waits on. */
  void publishNow() {
    marks = notes.marks();
  }

  private boolean isSettled(RouterKeys.Ending router) {
    boolean settled = notes.isSettled(router.key());
    if (settled) {
      router.shards().decrementAndGet();
    }
    return settled;
  }

  /** Whether nothing is to be published. */
  boolean isIdle() {
    return !changed;
  }
}
