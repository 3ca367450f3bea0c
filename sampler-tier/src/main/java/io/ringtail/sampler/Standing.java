package io.ringtail.sampler;

import io.ringtail.cluster.Member;
import java.util.function.Consumer;

/**
 * How a sampler stands in its cluster: its weight, and whether it owns slots, by its operator's
 * will and its own. Each change is published in the order in which it was made, once it has {@link
 * #begin begun}. Who stops does nothing else any more. Threads: any.
 */
final class Standing {
  private final Consumer<Told> publish;
  private int weight;
  private boolean begun;
  private boolean drained;
  private boolean stopping;

  /** What others are told. */
  record Told(Member.State state, int weight) {}

  /**
   * @param publish must not block
   */
  Standing(int weight, Consumer<Told> publish) {
    this.weight = weight;
    this.publish = publish;
  }

  /** Returns what it joins as; from here on changes are published. */
  synchronized Told begin() {
    begun = true;
    return told();
  }

  /**
   * @return whether it was not drained before
   */
  synchronized boolean drain() {
    boolean changes = !drained;
    drained = true;
    publish(changes);
    return changes;
  }

  /**
   * @return whether it was drained
   */
  synchronized boolean undrain() {
    boolean changes = drained;
    drained = false;
    publish(changes);
    return changes;
  }

  /**
   * @return what it was
   */
  synchronized int weight(int newWeight) {
    int before = weight;
    weight = newWeight;
    publish(before != newWeight);
    return before;
  }

  /** It gives all away and leaves. */
  synchronized void stop() {
    stopping = true;
    if (begun) {
      publish.accept(told());
    }
  }

  private void publish(boolean changes) {
    if (changes && begun && !stopping) {
      publish.accept(told());
    }
  }

  private Told told() {
    boolean owns = !drained && !stopping;
    return new Told(owns ? Member.State.ACTIVE : Member.State.DRAINING, weight);
  }

  synchronized Member.State state() {
    return told().state();
  }

  synchronized int weight() {
    return weight;
  }

  /** Whether an operator has drained it; a stop does not change that. */
  synchronized boolean isDrained() {
    return drained;
  }

  synchronized boolean isStopping() {
    return stopping;
  }
}
