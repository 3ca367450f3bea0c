package io.ringtail.router.forward;

import io.ringtail.config.ConfigSection;
import java.time.Duration;

/**
 * The {@code router.forward} section.
 *
 * @param timeout an owner's part not accepted within it fails the request as retryable; below the
 *     10 s after which SDKs give up (protocol A6)
 * @param maxBytesHeld budget of all parts not accepted yet; a request beyond it is refused as busy
 * @param maxMessageBytes parts that wait for one link leave together in messages of about this size
 * @param maxUnsentBytes of messages given to gRPC and not sent yet, over all links; what the plan
 *     of the router's memory gives, not a key
 */
public record ForwardConfig(
    Duration timeout, long maxBytesHeld, int maxMessageBytes, long maxUnsentBytes) {
  private static final Duration TIMEOUT = Duration.ofSeconds(8);
  private static final long MAX_BYTES_HELD = 256L << 20;
  private static final int MAX_MESSAGE_BYTES = 1 << 20;

  /** One with all memory the JVM has for what is being sent. */
  public ForwardConfig(Duration timeout, long maxBytesHeld, int maxMessageBytes) {
    this(timeout, maxBytesHeld, maxMessageBytes, Long.MAX_VALUE);
  }

  public static ForwardConfig defaults() {
    return new ForwardConfig(TIMEOUT, MAX_BYTES_HELD, MAX_MESSAGE_BYTES);
  }

  /** This with no more than that. */
  public ForwardConfig within(long bytesHeld, long unsentBytes) {
    return new ForwardConfig(
        timeout,
        Math.min(maxBytesHeld, bytesHeld),
        maxMessageBytes,
        Math.min(maxUnsentBytes, unsentBytes));
  }

  public static ForwardConfig read(ConfigSection s) {
    return new ForwardConfig(
        s.duration("timeout", TIMEOUT, Duration.ofMillis(100), Duration.ofMinutes(10)),
        s.bytes("max-bytes-held", MAX_BYTES_HELD, 1 << 20, 1L << 40),
        (int) s.bytes("max-message-bytes", MAX_MESSAGE_BYTES, 1 << 10, 64 << 20));
  }
}
