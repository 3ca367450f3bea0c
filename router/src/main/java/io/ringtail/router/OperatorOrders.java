package io.ringtail.router;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.ringtail.admin.v1.Change;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator has a router do: send its senders elsewhere while it goes on to serve what
 * comes, and call them back. Said again, it changes nothing; not remembered over a restart.
 * Threads: any; nothing blocks.
 */
final class OperatorOrders {
  private static final Logger log = LoggerFactory.getLogger(OperatorOrders.class);

  private final String nodeId;
  private final Supplier<Optional<String>> impossible;
  private final Deed deed;
  private boolean drained;

  /** Does it. */
  interface Deed {
    void drained(boolean now);
  }

  /**
   * @param impossible why nothing can be changed at all; empty if it can
   */
  OperatorOrders(String nodeId, Supplier<Optional<String>> impossible, Deed deed) {
    this.nodeId = nodeId;
    this.impossible = impossible;
    this.deed = deed;
  }

  /**
   * One of the below.
   *
   * @throws StatusRuntimeException as those; {@code UNIMPLEMENTED} if it is none
   */
  String apply(Change change) {
    return switch (change.getKindCase()) {
      case DRAIN -> drain();
      case UNDRAIN -> undrain();
      case SET_WEIGHT, SET_LOG_LEVEL, KIND_NOT_SET ->
          throw Status.UNIMPLEMENTED
              .withDescription(nodeId + ", a router, does not know this change")
              .asRuntimeException();
    };
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
    deed.drained(now);
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
