package io.ringtail.sampler.buffer;

import io.ringtail.link.Header;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Request contexts (tenants) by number; no headers at all is number 0. Traces and remembered
 * decisions refer to them, so they are not freed one by one but swept when they have doubled in
 * number. Threads: one.
 */
public final class ContextTable {
  private static final int MIN_SWEEP = 1024;
  private static final int OBJECT_BYTES = 160;

  private final Map<Header, Integer> numbers = new HashMap<>();
  private @Nullable Header[] headers = new @Nullable Header[16];
  private int given;
  private int sweepAt = MIN_SWEEP;
  private long bytes;
  private final BitSet free = new BitSet();

  public ContextTable() {
    intern(Header.EMPTY);
  }

  /** The most that a context can take in the budget. */
  public static long worstCaseBytes(Header context) {
    return (long) context.size() + OBJECT_BYTES;
  }

  public int intern(Header context) {
    Integer number = numbers.get(context);
    return number != null ? number : add(context);
  }

  private int add(Header context) {
    int number = free.nextSetBit(0);
    if (number < 0) {
      number = given++;
    }
    free.clear(number);
    if (number == headers.length) {
      headers = Arrays.copyOf(headers, number * 2);
    }
    headers[number] = context;
    numbers.put(context, number);
    bytes += worstCaseBytes(context);
    return number;
  }

  public Header header(int number) {
    Header header = headers[number];
    if (header == null) {
      throw new AssertionError("context " + number + " is in use but was freed");
    }
    return header;
  }

  /** All numbers are below it; some of them are free. */
  public int given() {
    return given;
  }

  /** Whether a number below {@link #given} is a context's. */
  public boolean isUsed(int number) {
    return headers[number] != null;
  }

  /** Whether it is time to mark all contexts in use and {@link #sweep}. */
  public boolean sweepDue() {
    return numbers.size() > sweepAt;
  }

  /** Frees every context that is not marked. */
  public void sweep(BitSet inUse) {
    inUse.set(0);
    for (int number = 0; number < given; number++) {
      Header header = headers[number];
      if (header != null && !inUse.get(number)) {
        headers[number] = null;
        numbers.remove(header);
        free.set(number);
        bytes -= worstCaseBytes(header);
      }
    }
    sweepAt = Math.max(MIN_SWEEP, numbers.size() * 2);
  }

  public int size() {
    return numbers.size();
  }

  /** Bytes that count in the budget. */
  public long bytes() {
    return bytes;
  }
}
