package io.ringtail.router.split;

import io.ringtail.link.Header;
import io.ringtail.otlp.WireReader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * All resources and scopes a router has seen lately, so that equal ones are one object: found
 * without copying, and told apart downstream by reference. Bounded in number and bytes; what does
 * not fit is simply made anew each time. Threads: any; two that miss at once may each make one.
 *
 * <p>A hash leads to {@value #WAYS} neighbouring entries; a miss replaces one of them, in turn.
 * Over the byte limit a hand goes around and empties entries, used or not: resources are few and
 * come again.
 */
public final class HeaderTable {
  private static final int WAYS = 4;
  private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

  private final AtomicReferenceArray<@Nullable Entry> entries;
  private final int mask;
  private final long maxBytes;
  private final int maxHeaderBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger hand = new AtomicInteger();

  private record Entry(long hash, Header header) {}

  /**
   * @param maxHeaders rounded up to a power of two
   * @param maxBytes sum of their sizes
   * @param maxHeaderBytes a larger one is not kept
   */
  public HeaderTable(int maxHeaders, long maxBytes, int maxHeaderBytes) {
    int size = Math.max(2 * WAYS, Integer.highestOneBit(Math.max(1, maxHeaders - 1)) * 2);
    this.entries = new AtomicReferenceArray<>(size);
    this.mask = size - 1;
    this.maxBytes = maxBytes;
    this.maxHeaderBytes = maxHeaderBytes;
  }

  /** 16,384 headers, 32 MiB in all, 64 KiB each. */
  public static HeaderTable ofDefaultSize() {
    return new HeaderTable(16 << 10, 32 << 20, 64 << 10);
  }

  /** Bytes held now. */
  public long bytes() {
    return bytes.get();
  }

  Header intern(byte[] array, Ranges ranges) {
    int size = ranges.size();
    if (size == 0) {
      return Header.EMPTY;
    }
    if (size > maxHeaderBytes) {
      return new Header(ranges.copyFrom(array));
    }
    long hash = hash(array, ranges);
    int first = (int) (hash >>> 32) & mask & -WAYS;
    for (int i = first; i < first + WAYS; i++) {
      Entry entry = entries.get(i);
      if (entry != null && entry.hash == hash && ranges.equalIn(array, entry.header.bytes())) {
        return entry.header;
      }
    }
    return add(first, new Entry(hash, new Header(ranges.copyFrom(array))));
  }

  private Header add(int first, Entry entry) {
    int at = first + (hand.getAndIncrement() & (WAYS - 1));
    for (int i = first; i < first + WAYS; i++) {
      if (entries.get(i) == null) {
        at = i;
        break;
      }
    }
    replace(at, entry);
    for (int i = 0; bytes.get() > maxBytes && i <= mask; i++) {
      replace(hand.getAndIncrement() & mask, null);
    }
    return entry.header;
  }

  private void replace(int at, @Nullable Entry entry) {
    Entry old = entries.getAndSet(at, entry);
    bytes.addAndGet(size(entry) - size(old));
  }

  private static long size(@Nullable Entry entry) {
    return entry == null ? 0 : entry.header.size();
  }

  /** Eight bytes at a time; only decides where to look. */
  private static long hash(byte[] array, Ranges ranges) {
    long h = ranges.count();
    for (int i = 0; i < ranges.count(); i++) {
      h = hash(h, array, ranges.start(i), ranges.end(i));
    }
    return h ^ (h >>> 29);
  }

  private static long hash(long seed, byte[] array, int start, int end) {
    long h = seed + end - start;
    int at = start;
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      h = (h ^ WireReader.longLittleEndian(array, at)) * MULTIPLIER;
      h ^= h >>> 32;
    }
    for (; at < end; at++) {
      h = (h ^ array[at]) * MULTIPLIER;
    }
    return h ^ (h >>> 32);
  }
}
