package io.ringtail.sampler.intake;

import io.ringtail.link.DictionaryLimits;
import io.ringtail.metrics.Metrics;

/**
 * The heap for what links remember of their routers' resources, divided among all links. A link is
 * told its limits when it is welcomed, and keeps them until it ends. Threads: any.
 *
 * <p>How: a quarter is divided evenly by the links there are, or are known to come; the rest is for
 * those that come later, none of which gets more than half of what is left. So the sum is never
 * above the limit, and routers may become sixteen times as many before one gets less than its
 * share.
 */
public final class DictionaryMemory {
  /** Less is of no use: resources have a kilobyte or two. */
  private static final long LEAST_BYTES = 16 << 10;

  private static final int BYTES_A_SLOT = 1024;
  private static final int FEWEST_LINKS = 4;

  private final long limitBytes;
  private long grantedBytes;

  /**
   * @param limitBytes for all links
   */
  public DictionaryMemory(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Every link has all it may use. */
  public static DictionaryMemory unlimited() {
    return new DictionaryMemory(Long.MAX_VALUE);
  }

  void register(Metrics metrics) {
    metrics.gauge(
        "ringtail_sampler_dictionary_bytes",
        "Most that links together may remember of resources, scopes and contexts.",
        this::grantedBytes);
    metrics.gauge(
        "ringtail_sampler_dictionary_bytes_capacity",
        "Limit of ringtail_sampler_dictionary_bytes.",
        () -> limitBytes);
  }

  /**
   * What a link may use, until {@link #giveBack}.
   *
   * @param links there are to be, this one included
   */
  synchronized DictionaryLimits grant(int links) {
    long even = limitBytes / 4 / Math.max(FEWEST_LINKS, links);
    long bytes = Math.min(even, (limitBytes - grantedBytes) / 2);
    bytes = Math.min(bytes, DictionaryLimits.DEFAULT.bytes());
    if (bytes < LEAST_BYTES) {
      return DictionaryLimits.NONE;
    }
    grantedBytes += bytes;
    return new DictionaryLimits(
        (int) Math.min(DictionaryLimits.DEFAULT.slots(), bytes / BYTES_A_SLOT),
        bytes,
        (int) Math.min(DictionaryLimits.DEFAULT.maxHeaderBytes(), bytes / 4));
  }

  /** A link has ended. */
  synchronized void giveBack(DictionaryLimits granted) {
    grantedBytes -= granted.bytes();
  }

  synchronized long grantedBytes() {
    return grantedBytes;
  }
}
