package io.ringtail.router;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator has a router do: send its senders elsewhere while it goes on to serve what comes,
 * and call them back. Said again, it changes nothing; not remembered over a restart. Threads: any;
 * nothing blocks.
 */
final class OperatorOrders {
  private static final Logger log = LoggerFactory.getLogger(OperatorOrders.class);

  private final String nodeId;
  private final Supplier<Optional<String>> impossible;
  private final Change change;
  private boolean drained;

  /** Does it. */
  interface Change {
    void drained(boolean now);
  }

  /**
   * @param impossible why nothing can be changed at all; empty if it can
   */
  OperatorOrders(String nodeId, Supplier<Optional<String>> impossible, Change change) {
    this.nodeId = nodeId;
    this.impossible = impossible;
    this.change = change;
  }

  /**
   * Not ready any more, its connections told to go.
   *
   * @return the outcome, in one sentence
   * @throws StatusRuntimeException {@code FAILED_PRECONDITION} with the reason, if it cannot be
   */
  synchronized String drain() {
    requirePossible();
    if (drained) {
      return nodeId + " is drained already";
    }
    set(true);
    return nodeId
        + " is not ready any more and tells its connections to go; it serves what still comes,"
        + " until it is undrained or restarted";
  }

  /** As {@link #drain}. */
  synchronized String undrain() {
    requirePossible();
    if (!drained) {
      return nodeId + " is not drained: nothing is changed";
    }
    set(false);
    return nodeId + " is to be used again";
  }

  private void set(boolean now) {
    drained = now;
    log.info("event={} node={}", now ? "operator-drain" : "operator-undrain", nodeId);
    change.drained(now);
  }

  private void requirePossible() {
    impossible
        .get()
        .ifPresent(
            why -> {
              throw Status.FAILED_PRECONDITION.withDescription(why).asRuntimeException();
            });
  }

  synchronized boolean isDrained() {
    return drained;
  }
}
