package io.ringtail.router.retain;

import io.ringtail.config.ConfigSection;
import java.time.Duration;

/**
 * The {@code router.retention} section.
 *
 * @param maxBytes memory for accepted parts until they are settled, off the Java heap but for some
 *     hundred bytes a part; 0 keeps none, and a sampler that dies takes its open traces along
 * @param whenFull what gives way when they do not fit
 * @param cover how long the log should last at the present rate: longer than the samplers' {@code
 *     decision_wait} and an export; below it {@code ringtail_router_retention_short} is 1
 */
public record RetentionConfig(long maxBytes, WhenFull whenFull, Duration cover) {
  private static final long MAX_BYTES = 512L << 20;
  private static final Duration COVER = Duration.ofSeconds(40);

  /** What gives way when accepted parts do not fit (protocol M9). */
  public enum WhenFull {
    /** The guarantee: spans are taken on, and the oldest are given up, counted. */
    FORGET,
    /** The intake: clients are refused, retryable. */
    REFUSE
  }

  public static RetentionConfig defaults() {
    return new RetentionConfig(MAX_BYTES, WhenFull.FORGET, COVER);
  }

  /** Keeps nothing. */
  public static RetentionConfig off() {
    return new RetentionConfig(0, WhenFull.FORGET, COVER);
  }

  public static RetentionConfig read(ConfigSection s) {
    return new RetentionConfig(
        s.bytes("max-bytes", MAX_BYTES, 0, 1L << 42),
        s.oneOf("when-full", WhenFull.FORGET),
        s.duration("cover", COVER, Duration.ZERO, Duration.ofHours(24)));
  }

  /**
   * What fits beside the network's buffers into the memory the JVM gives outside its heap: a log
   * that fails after the acknowledgement would be a loss.
   *
   * @param directBytes the JVM's limit
   */
  public RetentionConfig within(long directBytes) {
    return new RetentionConfig(Math.min(maxBytes, directBytes / 4), whenFull, cover);
  }

  /** Whether accepted parts are kept at all. */
  public boolean isOn() {
    return maxBytes > 0;
  }
}
