package io.ringtail.router.retain;

import io.ringtail.config.ConfigSection;
import java.time.Duration;

/**
 * The {@code router.retention} section.
 *
 * @param maxBytes memory for accepted parts until they are settled, off the Java heap but for some
 *     hundred bytes a part; 0 keeps none, and a sampler that dies takes its open traces along; what
 *     nobody can have is all that the router's memory gives
 * @param whenFull what gives way when they do not fit
 * @param cover how long the log should last at the present rate: longer than the samplers' {@code
 *     decision_wait} and an export; below it {@code ringtail_router_retention_short} is 1
 * @param memoryBytes most memory outside the heap that is taken for them; what the plan of the
 *     router's memory gives, not a key
 * @param replayBytes most that is under way for one question, and an eighth of what is for all; not
 *     a key
 */
public record RetentionConfig(
    long maxBytes, WhenFull whenFull, Duration cover, long memoryBytes, long replayBytes) {
  private static final long MIN_SEGMENT_BYTES = 16 << 10;
  private static final long MAX_SEGMENT_BYTES = 4 << 20;

  private static final long AUTO_BYTES = 1L << 42;
  private static final Duration COVER = Duration.ofSeconds(40);

  private static final long REPLAY_BYTES = 4 << 20;

  /** At the usual pace of replays. */
  public RetentionConfig(long maxBytes, WhenFull whenFull, Duration cover, long memoryBytes) {
    this(maxBytes, whenFull, cover, memoryBytes, REPLAY_BYTES);
  }

  /** One with all memory the JVM has. */
  public RetentionConfig(long maxBytes, WhenFull whenFull, Duration cover) {
    this(maxBytes, whenFull, cover, Long.MAX_VALUE);
  }

  /** What gives way when accepted parts do not fit (protocol M9). */
  public enum WhenFull {
    /** The guarantee: spans are taken on, and the oldest are given up, counted. */
    FORGET,
    /** The intake: clients are refused, retryable. */
    REFUSE
  }

  public static RetentionConfig defaults() {
    return new RetentionConfig(AUTO_BYTES, WhenFull.FORGET, COVER);
  }

  /** Keeps nothing. */
  public static RetentionConfig off() {
    return new RetentionConfig(0, WhenFull.FORGET, COVER);
  }

  public static RetentionConfig read(ConfigSection s) {
    return new RetentionConfig(
        s.bytesOrAuto("max-bytes", 0, AUTO_BYTES),
        s.oneOf("when-full", WhenFull.FORGET),
        s.duration("cover", COVER, Duration.ZERO, Duration.ofHours(24)));
  }

  /** The unit in which memory is taken and freed: small beside the whole, few in number. */
  int segmentBytes() {
    return (int) Math.max(MIN_SEGMENT_BYTES, Math.min(MAX_SEGMENT_BYTES, maxBytes / 64));
  }

  /**
   * Memory outside the heap that these settings may take. Parts come before the oldest can go; and
   * if it is clients that are refused instead, all that was on its way then comes as well.
   *
   * @param bytesHeld most that may be on its way to samplers
   */
  public long memoryBytesFor(long bytesHeld) {
    if (!isOn()) {
      return 0;
    }
    long late = whenFull == WhenFull.REFUSE ? Math.min(bytesHeld, maxBytes / 4) : maxBytes / 16;
    return maxBytes + late + 2L * segmentBytes();
  }

  /**
   * This, with as much to keep as {@code bytes} outside the heap are enough for, and with no more
   * than before: a log that fails after the acknowledgement would be a loss.
   */
  public RetentionConfig within(long bytes, long bytesHeld) {
    if (memoryBytesFor(bytesHeld) <= bytes) {
      return new RetentionConfig(maxBytes, whenFull, cover, memoryBytesFor(bytesHeld), replayBytes);
    }
    long enough = 0;
    long tooMuch = maxBytes;
    while (tooMuch - enough > 1) {
      long middle = (enough + tooMuch) / 2;
      if (new RetentionConfig(middle, whenFull, cover).memoryBytesFor(bytesHeld) <= bytes) {
        enough = middle;
      } else {
        tooMuch = middle;
      }
    }
    return new RetentionConfig(enough, whenFull, cover, Math.max(0, bytes), replayBytes);
  }

  /** Whether it is to be as large as memory allows. */
  public boolean isAuto() {
    return maxBytes == AUTO_BYTES;
  }

  /** Whether accepted parts are kept at all. */
  public boolean isOn() {
    return maxBytes > 0;
  }
}
