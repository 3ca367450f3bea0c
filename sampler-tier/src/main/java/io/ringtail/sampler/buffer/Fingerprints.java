package io.ringtail.sampler.buffer;

import static io.ringtail.sampler.buffer.BlockPool.NONE;

import java.util.Arrays;

/**
 * Finds a span with given bytes in a trace without reading the trace. For each span the low half of
 * its hash and the run it begins in are kept: of the first span in the trace's own block; of the
 * next in blocks of 15, searched from end to end; beyond {@value #LARGE_SPANS} spans in a hash
 * table on the heap, so that a trace of any size takes constant time a span. Threads: one.
 */
final class Fingerprints {
  static final int LARGE_SPANS = 128;

  /** A table of longs that is between a quarter and half full. */
  static final int LARGE_BYTES_PER_SPAN = 32;

  private static final int PER_BLOCK = 15;
  private static final int HASHES = 8;
  private static final int REFERENCES = HASHES + PER_BLOCK * Integer.BYTES;

  private final BlockPool pool;
  private long[][] tables = new long[4][];
  private int[] freeTables = new int[4];
  private int freeCount;
  private int tableCount;
  private long largeSpans;

  Fingerprints(BlockPool pool) {
    this.pool = pool;
  }

  /** Reads ahead a trace's first block of fingerprints; what is returned has no meaning. */
  static int warm(BlockPool pool, int trace) {
    int block = pool.getInt(trace, TraceTable.FINGERPRINTS);
    return block < 0 ? 0 : pool.getInt(block, 0);
  }

  /** Reads ahead the second block; the first one should have arrived. */
  static int warmSecond(BlockPool pool, int trace) {
    int block = warm(pool, trace);
    return block <= 0 ? 0 : pool.getInt(block, HASHES + PER_BLOCK / 2 * Integer.BYTES);
  }

  boolean contains(
      SpanStore spans, int trace, int count, long hash, byte[] array, int offset, int length) {
    int fingerprint = (int) hash;
    int chain = pool.getInt(trace, TraceTable.FINGERPRINTS);
    if (chain < NONE) {
      return tableContains(spans, trace, tables[NONE - 1 - chain], hash, array, offset, length);
    }
    if (pool.getInt(trace, TraceTable.FIRST_FINGERPRINT) == fingerprint
        && spans.holds(trace, firstReference(trace), array, offset, length)) {
      return true;
    }
    int used = usedInFirstBlock(count);
    for (int block = chain; block != NONE; block = pool.getInt(block, 0)) {
      if (blockContains(spans, trace, block, used, fingerprint, array, offset, length)) {
        return true;
      }
      used = PER_BLOCK;
    }
    return false;
  }

  /** Reads two fingerprints at a time; behind the last there is a reference, which is not used. */
  private boolean blockContains(
      SpanStore spans,
      int trace,
      int block,
      int used,
      int fingerprint,
      byte[] array,
      int offset,
      int length) {
    for (int i = 0; i < used; i += 2) {
      long pair = pool.getLong(block, HASHES + i * 4);
      boolean first = (int) pair == fingerprint;
      boolean second = (int) (pair >>> 32) == fingerprint && i + 1 < used;
      if ((first || second)
          && ((first && spans.holds(trace, reference(block, i), array, offset, length))
              || (second && spans.holds(trace, reference(block, i + 1), array, offset, length)))) {
        return true;
      }
    }
    return false;
  }

  private int reference(int block, int i) {
    return pool.getInt(block, REFERENCES + i * 4);
  }

  private static boolean tableContains(
      SpanStore spans, int trace, long[] table, long hash, byte[] array, int offset, int length) {
    int mask = table.length - 1;
    for (int at = (int) hash & mask; table[at] != 0; at = (at + 1) & mask) {
      if ((int) (table[at] >>> 32) == (int) hash
          && spans.holds(trace, (int) table[at] - 1, array, offset, length)) {
        return true;
      }
    }
    return false;
  }

  /** The first span begins in the first run. */
  private int firstReference(int trace) {
    return pool.getInt(trace, TraceTable.HEAD);
  }

  /**
   * @param count spans in the trace before this one
   */
  void add(int trace, int count, long hash, int reference) {
    if (count == 0) {
      pool.putInt(trace, TraceTable.FIRST_FINGERPRINT, (int) hash);
      return;
    }
    if (count == LARGE_SPANS) {
      moveToTable(trace, count);
    }
    if (count >= LARGE_SPANS) {
      addToTable(NONE - 1 - pool.getInt(trace, TraceTable.FINGERPRINTS), count, hash, reference);
      return;
    }
    int at = (count - 1) % PER_BLOCK;
    if (at == 0) {
      int block = pool.allocate();
      pool.putInt(block, 0, pool.getInt(trace, TraceTable.FINGERPRINTS));
      pool.putInt(trace, TraceTable.FINGERPRINTS, block);
    }
    int block = pool.getInt(trace, TraceTable.FINGERPRINTS);
    pool.putInt(block, HASHES + at * 4, (int) hash);
    pool.putInt(block, REFERENCES + at * 4, reference);
  }

  private void moveToTable(int trace, int count) {
    long[] table = new long[LARGE_SPANS * 4];
    insert(table, entry(pool.getInt(trace, TraceTable.FIRST_FINGERPRINT), firstReference(trace)));
    int used = usedInFirstBlock(count);
    int block = pool.getInt(trace, TraceTable.FINGERPRINTS);
    while (block != NONE) {
      for (int i = 0; i < used; i++) {
        int reference = pool.getInt(block, REFERENCES + i * 4);
        insert(table, entry(pool.getInt(block, HASHES + i * 4), reference));
      }
      used = PER_BLOCK;
      int next = pool.getInt(block, 0);
      pool.free(block);
      block = next;
    }
    largeSpans += count;
    pool.putInt(trace, TraceTable.FINGERPRINTS, NONE - 1 - takeTable(table));
  }

  private void addToTable(int number, int count, long hash, int reference) {
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
    insert(table, entry((int) hash, reference));
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
