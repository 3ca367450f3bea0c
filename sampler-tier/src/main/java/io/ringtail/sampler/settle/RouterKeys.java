package io.ringtail.sampler.settle;

import io.ringtail.link.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Small numbers for router incarnations, by which notes and marks are arrays. One for a sampler. A
 * number is given again once its router was forgotten and every shard has forgotten it too.
 * Threads: any.
 */
public final class RouterKeys {
  /** In the place of a key: not known. */
  public static final int NONE = -1;

  private final Map<Start, Integer> keys = new HashMap<>();
  private final List<@Nullable Peer> routers = new ArrayList<>();
  private final List<Integer> free = new ArrayList<>();
  private final Map<Integer, Ending> endings = new HashMap<>();

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

  /** The key of a router, given now if it has none; more of it may come. */
  public synchronized int keyOf(Peer router) {
    Integer known = keys.get(Start.of(router));
    if (known != null) {
      endings.remove(known);
      Peer before = routers.get(known);
      if (before == null
          || before.incarnation().order().compareTo(router.incarnation().order()) < 0) {
        routers.set(known, router);
      }
      return known;
    }
    int key = free.isEmpty() ? routers.size() : free.remove(free.size() - 1);
    keys.put(Start.of(router), key);
    if (key == routers.size()) {
      routers.add(router);
    } else {
      routers.set(key, router);
    }
    return key;
  }

  /** The key of a router if it has one, else {@link #NONE}. */
  public synchronized int find(Peer router) {
    return keys.getOrDefault(Start.of(router), NONE);
  }

  /** Whose key it is; null if that router was forgotten. */
  public synchronized @Nullable Peer router(int key) {
    return key < routers.size() ? routers.get(key) : null;
  }

  /** All routers that have a key. */
  public synchronized List<Peer> known() {
    List<Peer> known = new ArrayList<>();
    for (Peer router : routers) {
      if (router != null) {
        known.add(router);
      }
    }
    return known;
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
   * The router is gone. Its key is not given to another before {@link #reuse}.
   *
   * @return its key, {@link #NONE} if it had none
   */
  public synchronized int forget(Peer router) {
    Integer key = keys.remove(Start.of(router));
    if (key == null) {
      return NONE;
    }
    routers.set(key, null);
    endings.remove(key);
    return key;
  }

  /** Nobody refers to a forgotten key any more. */
  public synchronized void reuse(int key) {
    free.add(key);
  }

  public synchronized int size() {
    return keys.size();
  }
}
