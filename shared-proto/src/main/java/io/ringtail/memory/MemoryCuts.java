package io.ringtail.memory;

import java.util.ArrayList;
import java.util.List;

/** What settings asked for and a plan could not give, one sentence each. Threads: one. */
public final class MemoryCuts {
  private final List<String> cuts = new ArrayList<>();

  /** Notes it if {@code given} is less than {@code asked}. */
  public MemoryCuts add(String key, long asked, long given) {
    if (given < asked) {
      cuts.add(key + " is " + given + " instead of " + asked);
    }
    return this;
  }

  public List<String> list() {
    return List.copyOf(cuts);
  }
}
