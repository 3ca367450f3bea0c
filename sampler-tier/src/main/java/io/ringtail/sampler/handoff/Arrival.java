package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether a sampler that has started, or came back, has all that is its own: it owns slots, and
 * waits for nothing of them from others. Who rolls samplers one at a time waits for that. What it
 * gains later is not asked for: a resize makes nobody unready. Threads: any.
 */
public final class Arrival {
  private final Supplier<HandoffStatus> status;
  private boolean arrived;

  /**
   * @param status of the incarnation that is in the cluster, or to be
   */
  public Arrival(Supplier<HandoffStatus> status) {
    this.status = status;
  }

  /**
   * It comes back as another incarnation, whose status is the one that is asked for from now on.
   */
  public synchronized void again() {
    arrived = false;
  }

  /** Why not yet, in one line; empty once it has. */
  public synchronized Optional<String> whyNot() {
    if (arrived) {
      return Optional.empty();
    }
    HandoffStatus now = status.get();
    if (now.epoch().equals(EpochOrder.NONE) || !now.owns()) {
      return Optional.of("no epoch in use gives it slots yet");
    }
    arrived = now.holds() == 0 && !now.stranger();
    return arrived ? Optional.empty() : Optional.of(waitsFor(now));
  }

  private static String waitsFor(HandoffStatus now) {
    return "waits for what others still have of "
        + now.heldSlots()
        + " of its slots ("
        + now.answersMissing()
        + " answers of routers missing)";
  }
}
