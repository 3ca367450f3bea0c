package io.ringtail.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * Named conditions that must all hold before a node is sent traffic. Threads: any; what a condition
 * asks must not block.
 */
public final class Readiness {
  private final Map<String, Supplier<Optional<String>>> conditions = new ConcurrentSkipListMap<>();

  /**
   * Adds or replaces a condition that is asked each time.
   *
   * @param whyNot the reason it does not hold, in one line; empty if it holds
   */
  public void require(String name, Supplier<Optional<String>> whyNot) {
    conditions.put(name, whyNot);
  }

  /** Says that a condition does not hold until {@link #ready} is said of it. */
  public void notReady(String name, String reason) {
    Optional<String> why = Optional.of(reason);
    conditions.put(name, () -> why);
  }

  /** Says that a condition holds. */
  public void ready(String name) {
    conditions.put(name, Optional::empty);
  }

  /** {@code name: reason} of every condition that does not hold, by name; empty if ready. */
  public List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    conditions.forEach(
        (name, whyNot) ->
            whyNot.get().ifPresent(why -> reasons.add(name + ": " + why.replace('\n', ' '))));
    return reasons;
  }
}
