package io.ringtail.sampler.settle;

import io.ringtail.link.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /** The order of an incarnation is not known before the first epoch that names it. */
  private record Start(String nodeId, long bits) {
    static Start of(Peer router) {
      return new Start(router.nodeId(), router.incarnation().bits());
    }
  }

  /** The key of a router, given now if it has none. */
  public synchronized int keyOf(Peer router) {
    Integer known = keys.get(Start.of(router));
    if (known != null) {
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
