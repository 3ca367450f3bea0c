package io.ringtail.it.sim;

import java.util.ArrayDeque;

/** One process: runs what is addressed to it, unless it is paused or dead. */
public final class Host {
  private static final long LONG = 100 * World.MILLI;

  private final World world;
  private final String name;
  private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();

  /** By how much longer than asked for its threads sleep: most machines have other things to do. */
  private final int slowness;

  private boolean alive = true;
  private long killedAt = Long.MAX_VALUE;
  private long goneAt = Long.MAX_VALUE;
  private boolean paused;
  private long pausedAt;
  private boolean burying;

  Host(World world, String name) {
    this.world = world;
    this.name = name;
    this.slowness = world.chance(1 - world.slowShare) ? 1 : 4;
  }

  /** How long a thread sleeps that wants to sleep so long: what is done rarely is done in time. */
  long sleep(long nanos) {
    return nanos < LONG ? nanos * slowness : nanos;
  }

  public World world() {
    return world;
  }

  public String name() {
    return name;
  }

  public boolean isAlive() {
    return alive;
  }

  boolean isPaused() {
    return paused;
  }

  /** When it was paused last. */
  long pausedAt() {
    return pausedAt;
  }

  public void after(long nanos, Runnable what) {
    if (burying && nanos <= 0) {
      what.run();
      return;
    }
    world.after(nanos, this, what);
  }

  /** Again and again while it lives; the first time somewhere in the first period. */
  void every(long nanos, Runnable what) {
    after(world.below(nanos), () -> repeat(nanos, what));
  }

  private void repeat(long nanos, Runnable what) {
    what.run();
    after(nanos, () -> repeat(nanos, what));
  }

  void run(Runnable what) {
    if (!alive) {
      return;
    }
    if (paused) {
      backlog.add(what);
      return;
    }
    what.run();
  }

  /** When it was killed, {@link Long#MAX_VALUE} if it lives, or has left in order. */
  long killedAt() {
    return killedAt;
  }

  /** When it was killed, or left the others in order; {@link Long#MAX_VALUE} if it is there. */
  long goneAt() {
    return goneAt;
  }

  /** It goes before its time: what it knows is gone with it. */
  void dies() {
    killedAt = world.now();
    kill();
  }

  /** It hears nothing of the others any more, though it may give them something yet. */
  void leaves() {
    goneAt = Math.min(goneAt, world.now());
  }

  void kill() {
    alive = false;
    leaves();
    backlog.clear();
  }

  /** What gives a dead process's memory back is run at once. */
  void bury(Runnable what) {
    burying = true;
    what.run();
    burying = false;
  }

  void pause() {
    paused = true;
    pausedAt = world.now();
  }

  /** All that came meanwhile is run now, in the order in which it came. */
  void resume() {
    paused = false;
    while (!backlog.isEmpty()) {
      after(0, backlog.remove());
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
