package io.ringtail.router.receive;

import io.ringtail.refusal.Refusal;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What both servers share: where requests go and the rules of admission. Threads: any.
 *
 * @param inFlight one budget for all servers
 */
record Reception(
    ReceiveConfig config, Ingress ingress, InFlightBytes inFlight, ContextHeaders contexts) {
  private static final int MIN_RETRY_MILLIS = 500;
  private static final int MAX_RETRY_MILLIS = 2000;

  /** Decides about a request before its body is read; null if it may come. */
  @Nullable Refusal admit() {
    if (inFlight.spent()) {
      return busy();
    }
    if (!ingress.ready()) {
      return new Refusal.NotReady(
          "this router takes no spans now (its /readyz says why)", retryAfter());
    }
    return null;
  }

  Refusal busy() {
    return new Refusal.Busy(
        "over "
            + inFlight.maxBytes()
            + " bytes of requests in flight, or "
            + inFlight.maxIncoming()
            + " of them on their way in",
        retryAfter());
  }

  /** What the request needed is free again when others have been answered. */
  Refusal noMemory() {
    return new Refusal.Busy("no memory for this request now", retryAfter());
  }

  /**
   * @param bytes of the body that are announced, or have come
   */
  Refusal tooLarge(long bytes) {
    return new Refusal.TooLarge(
        "body of " + bytes + " bytes or more (expected at most " + config.maxRequestBytes() + ")");
  }

  Refusal notWhole() {
    return new Refusal.TimedOut(
        "request not whole after " + config.times().requestTimeout().toMillis() + " ms",
        retryAfter());
  }

  /** Jittered, so that those refused together do not come back together. */
  private static Duration retryAfter() {
    return Duration.ofMillis(
        ThreadLocalRandom.current().nextInt(MIN_RETRY_MILLIS, MAX_RETRY_MILLIS + 1));
  }
}
