package io.ringtail.router.retain;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map of a bounded number of keys: those that came first go first. Threads: one. */
final class Recent<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1;

  private final int most;

  Recent(int most) {
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
