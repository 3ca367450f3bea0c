package io.ringtail.sampler.buffer;

import static io.ringtail.sampler.buffer.BlockPool.NONE;

import java.util.Arrays;

/**
 * Finds a span with given bytes in a trace without reading the trace. For each span a fingerprint
 * and the run it begins in are kept: of the first span in the trace's own block; of the next in a
 * chain of blocks of {@value #PER_BLOCK}, the latest first; beyond {@value #LARGE_SPANS} spans in a
 * hash table on the heap, so that a trace of any size takes constant time a span.
 *
 * <p>Nearly every span is new, which the filter in the latest block tells: two bits a span, of one
 * of three words. With 20 spans it is wrong in 4 % of all cases, with 60 in 22 %; then all blocks
 * are searched. So the only line of memory that is read is the one that is written next.
 *
 * <p>Layout of a block: 0 the one before it, 8 the filter over all of the trace, 32 {fingerprint,
 * run} for each span. Threads: one.
 */
final class Fingerprints {
  static final int LARGE_SPANS = 128;

  /** No span has that fingerprint. */
  static final int NEW = 0;

  /** A span has that fingerprint and these bytes. */
  static final int SAME = 1;

  /** Spans have that fingerprint and other bytes. */
  static final int OTHER = 2;

  /** A table of longs that is between a quarter and half full. */
  static final int LARGE_BYTES_PER_SPAN = 32;

  private static final int PER_BLOCK = 12;
  private static final int FILTER = 8;
  private static final int FILTER_WORDS = 3;
  private static final int ENTRIES = FILTER + FILTER_WORDS * Long.BYTES;

  private final BlockPool pool;
  private long[][] tables = new long[4][];
  private int[] freeTables = new int[4];
  private int freeCount;
  private int tableCount;
  private long largeSpans;

  Fingerprints(BlockPool pool) {
    this.pool = pool;
  }

  /** Reads ahead what a trace's next span needs; what is returned has no meaning. */
  static int warm(BlockPool pool, int trace) {
    int block = pool.getInt(trace, TraceTable.FINGERPRINTS);
    if (block < 0) {
      return 0;
    }
    int at = (pool.getInt(trace, TraceTable.SPAN_COUNT) - 1) % PER_BLOCK;
    return pool.getInt(block, 0) + pool.getInt(block, entry(at));
  }

  private static int entry(int i) {
    return ENTRIES + i * Long.BYTES;
  }

  /**
   * @param count spans in the trace, at least one
   * @return {@link #NEW}, {@link #SAME} or {@link #OTHER}
   */
  int find(
      SpanStore spans,
      int trace,
      int count,
      int fingerprint,
      byte[] array,
      int offset,
      int length) {
    int latest = pool.getInt(trace, TraceTable.FINGERPRINTS);
    if (latest < NONE) {
      long[] table = tables[NONE - 1 - latest];
      return findInTable(spans, trace, table, fingerprint, array, offset, length);
    }
    int found = NEW;
    if (pool.getInt(trace, TraceTable.FIRST_FINGERPRINT) == fingerprint) {
      if (spans.holds(trace, firstReference(trace), array, offset, length)) {
        return SAME;
      }
      found = OTHER;
    }
    if (latest == NONE || !filterContains(latest, fingerprint)) {
      return found;
    }
    int inBlocks = findInBlocks(spans, trace, latest, count, fingerprint, array, offset, length);
    return inBlocks == NEW ? found : inBlocks;
  }

  private boolean filterContains(int block, int fingerprint) {
    long bits = filterBits(fingerprint);
    return (pool.getLong(block, filterWord(fingerprint)) & bits) == bits;
  }

  private static int filterWord(int fingerprint) {
    return FILTER + ((fingerprint >>> 16) * FILTER_WORDS >>> 16) * Long.BYTES;
  }

  private static long filterBits(int fingerprint) {
    return 1L << fingerprint | 1L << (fingerprint >>> 6);
  }

  private int findInBlocks(
      SpanStore spans,
      int trace,
      int latest,
      int count,
      int fingerprint,
      byte[] array,
      int offset,
      int length) {
    int found = NEW;
    int used = usedInFirstBlock(count);
    for (int block = latest; block != NONE; block = pool.getInt(block, 0)) {
      for (int i = 0; i < used; i++) {
        long entry = pool.getLong(block, entry(i));
        if ((int) entry == fingerprint) {
          if (spans.holds(trace, (int) (entry >>> 32), array, offset, length)) {
            return SAME;
          }
          found = OTHER;
        }
      }
      used = PER_BLOCK;
    }
    return found;
  }

  private static int findInTable(
      SpanStore spans,
      int trace,
      long[] table,
      int fingerprint,
      byte[] array,
      int offset,
      int length) {
    int found = NEW;
    int mask = table.length - 1;
    for (int at = fingerprint & mask; table[at] != 0; at = (at + 1) & mask) {
      if ((int) (table[at] >>> 32) == fingerprint) {
        if (spans.holds(trace, (int) table[at] - 1, array, offset, length)) {
          return SAME;
        }
        found = OTHER;
      }
    }
    return found;
  }

  /** The first span begins in the first run. */
  private int firstReference(int trace) {
    return pool.getInt(trace, TraceTable.HEAD);
  }

  /**
   * @param count spans in the trace before this one
   */
  void add(int trace, int count, int fingerprint, int reference) {
    if (count == 0) {
      pool.putInt(trace, TraceTable.FIRST_FINGERPRINT, fingerprint);
      return;
    }
    if (count == LARGE_SPANS) {
      moveToTable(trace, count);
    }
    if (count >= LARGE_SPANS) {
      int number = NONE - 1 - pool.getInt(trace, TraceTable.FINGERPRINTS);
      addToTable(number, count, fingerprint, reference);
      return;
    }
    int at = (count - 1) % PER_BLOCK;
    if (at == 0) {
      addBlock(trace);
    }
    int block = pool.getInt(trace, TraceTable.FINGERPRINTS);
    int word = filterWord(fingerprint);
    pool.putLong(block, word, pool.getLong(block, word) | filterBits(fingerprint));
    pool.putLong(block, entry(at), ((long) reference << 32) | (fingerprint & 0xffffffffL));
  }

  /** The first span is not in the filter: it is looked for in the trace itself. */
  private void addBlock(int trace) {
    int before = pool.getInt(trace, TraceTable.FINGERPRINTS);
    int block = pool.allocate();
    pool.putInt(block, 0, before);
    for (int at = FILTER; at < ENTRIES; at += Long.BYTES) {
      pool.putLong(block, at, before == NONE ? 0 : pool.getLong(before, at));
    }
    pool.putInt(trace, TraceTable.FINGERPRINTS, block);
  }

  private void moveToTable(int trace, int count) {
    long[] table = new long[LARGE_SPANS * 4];
    insert(table, entry(pool.getInt(trace, TraceTable.FIRST_FINGERPRINT), firstReference(trace)));
    int used = usedInFirstBlock(count);
    int block = pool.getInt(trace, TraceTable.FINGERPRINTS);
    while (block != NONE) {
      for (int i = 0; i < used; i++) {
        long entry = pool.getLong(block, entry(i));
        insert(table, entry((int) entry, (int) (entry >>> 32)));
      }
      used = PER_BLOCK;
      int next = pool.getInt(block, 0);
      pool.free(block);
      block = next;
    }
    largeSpans += count;
    pool.putInt(trace, TraceTable.FINGERPRINTS, NONE - 1 - takeTable(table));
  }

  private void addToTable(int number, int count, int fingerprint, int reference) {
    long[] table = tables[number];
    if ((count + 1) * 2 > table.length) {
      long[] larger = new long[table.length * 2];
      for (long entry : table) {
        if (entry != 0) {
          insert(larger, entry);
        }
      }
      tables[number] = larger;
      table = larger;
    }
    insert(table, entry(fingerprint, reference));
    largeSpans++;
  }

  private static long entry(int fingerprint, int reference) {
    return ((long) fingerprint << 32) | ((reference + 1) & 0xffffffffL);
  }

  private static void insert(long[] table, long entry) {
    int mask = table.length - 1;
    int at = (int) (entry >>> 32) & mask;
    while (table[at] != 0) {
      at = (at + 1) & mask;
    }
    table[at] = entry;
  }

  private int takeTable(long[] table) {
    int number = freeCount > 0 ? freeTables[--freeCount] : tableCount++;
    if (number == tables.length) {
      tables = Arrays.copyOf(tables, number * 2);
    }
    tables[number] = table;
    return number;
  }

  void free(int trace, int count) {
    int chain = pool.getInt(trace, TraceTable.FINGERPRINTS);
    if (chain < NONE) {
      freeTable(NONE - 1 - chain, count);
      return;
    }
    while (chain != NONE) {
      int next = pool.getInt(chain, 0);
      pool.free(chain);
      chain = next;
    }
  }

  private void freeTable(int number, int count) {
    tables[number] = new long[0];
    if (freeCount == freeTables.length) {
      freeTables = Arrays.copyOf(freeTables, freeCount * 2);
    }
    freeTables[freeCount++] = number;
    largeSpans -= count;
  }

  private static int usedInFirstBlock(int count) {
    return (count - 2) % PER_BLOCK + 1;
  }

  long heapBytes() {
    return largeSpans * LARGE_BYTES_PER_SPAN;
  }
}
