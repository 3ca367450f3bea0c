package io.ringtail.link;

/**
 * Bounds of a link's dictionary, set by the sampler, who pays for it.
 *
 * @param slots number of headers, each in a slot from 1 up
 * @param bytes sum of their sizes
 * @param maxHeaderBytes a larger header is not kept but goes along with each part that uses it
 */
public record DictionaryLimits(int slots, long bytes, int maxHeaderBytes) {
  public static final int MAX_SLOTS = 1 << 20;

  /** 4,096 headers, 8 MiB in all, 64 KiB each. */
  public static final DictionaryLimits DEFAULT = new DictionaryLimits(4096, 8 << 20, 64 << 10);

  /** Every header goes along with every part. */
  public static final DictionaryLimits NONE = new DictionaryLimits(0, 0, 0);

  public DictionaryLimits {
    if (slots < 0 || slots > MAX_SLOTS || bytes < 0 || maxHeaderBytes < 0) {
      throw new IllegalArgumentException(
          "dictionary: slots=" + slots + " bytes=" + bytes + " max-header=" + maxHeaderBytes);
    }
  }
}
