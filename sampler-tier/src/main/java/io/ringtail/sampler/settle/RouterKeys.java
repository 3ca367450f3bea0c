package io.ringtail.sampler.settle;

import io.ringtail.link.Peer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Small numbers for router incarnations, by which notes and marks are arrays. One for a sampler. A
 * number is given again once its router was forgotten, every shard has forgotten it too, and {@link
 * #REST_NANOS} ns have passed: what was read or written by it before, such as a notice on its way
 * to an heir, is through by then. Threads: any.
 */
public final class RouterKeys {
  /** In the place of a key: not known. */
  public static final int NONE = -1;

  /** Twice as long as a notice is tried. */
  static final long REST_NANOS = 60_000_000_000L;

  private final LongSupplier nanoClock;
  private final Map<Start, Integer> keys = new HashMap<>();
  private final List<@Nullable Peer> routers = new ArrayList<>();
  private final Deque<Free> free = new ArrayDeque<>();
  private final Map<Integer, Ending> endings = new HashMap<>();

  /** Those that have a key; null when that has changed. */
  private @Nullable List<Peer> known = List.of();

  private record Free(int key, long sinceNanos) {}

  /** The order of an incarnation is not known before the first epoch that names it. */
  private record Start(String nodeId, long bits) {
    static Start of(Peer router) {
      return new Start(router.nodeId(), router.incarnation().bits());
    }
  }

  /**
   * A router sends no more. What it sent may not be settled yet: so long its key stays.
   *
   * @param key its own
   * @param shards in which nothing of it must be left
   */
  public record Ending(int key, AtomicInteger shards) {
    public boolean isSettled() {
      return shards.get() == 0;
    }
  }

  public RouterKeys(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** The key of a router, given now if it has none; more of it may come. */
  public synchronized int keyOf(Peer router) {
    Integer given = keys.get(Start.of(router));
    if (given != null) {
      endings.remove(given);
      Peer before = routers.get(given);
      if (before == null
          || before.incarnation().order().compareTo(router.incarnation().order()) < 0) {
        routers.set(given, router);
        known = null;
      }
      return given;
    }
    known = null;
    int key = unused();
    keys.put(Start.of(router), key);
    if (key == routers.size()) {
      routers.add(router);
    } else {
      routers.set(key, router);
    }
    return key;
  }

  private int unused() {
    Free oldest = free.peek();
    if (oldest == null || nanoClock.getAsLong() - oldest.sinceNanos() < REST_NANOS) {
      return routers.size();
    }
    return free.remove().key();
  }

  /** The key of a router if it has one, else {@link #NONE}. */
  public synchronized int find(Peer router) {
    return keys.getOrDefault(Start.of(router), NONE);
  }

  /** Whose key it is; null if that router was forgotten. */
  public synchronized @Nullable Peer router(int key) {
    return key < routers.size() ? routers.get(key) : null;
  }

  /** All routers that have a key; the same object until they change. */
  public synchronized List<Peer> known() {
    List<Peer> now = known;
    if (now == null) {
      List<Peer> those = new ArrayList<>();
      for (Peer router : routers) {
        if (router != null) {
          those.add(router);
        }
      }
      now = List.copyOf(those);
      known = now;
    }
    return now;
  }

  /**
   * The router sends no more.
   *
   * @param begun told of the ending, the first time since its key was asked for
   * @return null if it has no key
   */
  public synchronized @Nullable Ending end(Peer router, int shards, Consumer<Ending> begun) {
    Integer key = keys.get(Start.of(router));
    if (key == null) {
      return null;
    }
    Ending known = endings.get(key);
    if (known != null) {
      return known;
    }
    Ending ending = new Ending(key, new AtomicInteger(shards));
    endings.put(key, ending);
    begun.accept(ending);
    return ending;
  }

  /**
   * The router is gone, unless its key was asked for since the ending began. Its key is not given
   * to another before {@link #reuse}.
   *
   * @return whether it is forgotten now
   */
  public synchronized boolean forget(Peer router, Ending ending) {
    if (!endings.remove(ending.key(), ending)) {
      return false;
    }
    keys.remove(Start.of(router));
    routers.set(ending.key(), null);
    known = null;
    return true;
  }

  /** No shard knows a forgotten key any more. */
  public synchronized void reuse(int key) {
    free.add(new Free(key, nanoClock.getAsLong()));
  }

  public synchronized int size() {
    return keys.size();
  }
}
