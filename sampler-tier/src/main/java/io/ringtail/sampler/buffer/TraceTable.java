package io.ringtail.sampler.buffer;

import io.ringtail.trace.TraceHash;

/**
 * The traces of one shard: each is one block of the pool, found by (context, trace ID). A trace is
 * known to others by its block number.
 *
 * <p>Layout of a trace's block, in bytes: 0 ID, 16 earliest start, 24 latest end, 32 two words of
 * sticky bits (more are in a chain of extra blocks), 48 context, 52 state, 56 created, 60 first
 * arrival, 64 deadline or decision, 68 spans, 72 span bytes, 76 span blocks, 80 first, 84 last run
 * and the place in it, 92 timer links, 100 list links, 108 note window (protocol M1), 112
 * fingerprints, 116 first fingerprint, 120 policy, 124 extra bits. Times are milliseconds of the
 * shard's clock as int; compare them by their difference.
 *
 * <p>The index is {@link Probing} over longs of {hash, trace}: growing it or passing over a
 * stranger does not touch a trace. It is at most 70 % full and shrinks when it is under 10 %.
 * Threads: one.
 */
public final class TraceTable {
  /** In the place of a trace: none. */
  public static final int NONE = BlockPool.NONE;

  /** What an open trace costs in the index, on average. */
  static final int INDEX_BYTES_PER_TRACE = 24;

  private static final int ID_HI = 0;
  private static final int ID_LO = 8;
  private static final int MIN_START = 16;
  private static final int MAX_END = 24;
  private static final int BITS = 32;
  private static final int CONTEXT = 48;
  private static final int STATE = 52;
  private static final int CREATED = 56;
  private static final int FIRST_ARRIVAL = 60;
  private static final int DEADLINE = 64;
  static final int SPAN_COUNT = 68;
  static final int SPAN_BYTES = 72;
  static final int BLOCK_COUNT = 76;
  static final int HEAD = 80;
  static final int TAIL = 84;
  static final int TAIL_PLACE = 88;
  static final int TIMER_NEXT = 92;
  static final int TIMER_PREVIOUS = 96;
  static final int LIST_NEXT = 100;
  static final int LIST_PREVIOUS = 104;
  private static final int WINDOW = 108;
  static final int FINGERPRINTS = 112;
  static final int FIRST_FINGERPRINT = 116;
  private static final int POLICY = 120;
  private static final int EXTRA_BITS = 124;

  private static final int INLINE_WORDS = 2;
  private static final int EXTRA_WORDS_PER_BLOCK = 15;
  private static final int FIRST_EXTRA_WORD = 8;
  private static final int MIN_INDEX = 1024;

  private final BlockPool pool;
  private final int bitWords;
  private final int extraBlocks;
  private long[] index = new long[MIN_INDEX];
  private int size;
  private int traceCount;

  /**
   * @param bitWords words of sticky bits a trace has
   */
  public TraceTable(BlockPool pool, int bitWords) {
    this.pool = pool;
    this.bitWords = bitWords;
    int extra = Math.max(0, bitWords - INLINE_WORDS);
    this.extraBlocks = (extra + EXTRA_WORDS_PER_BLOCK - 1) / EXTRA_WORDS_PER_BLOCK;
  }

  /** The trace of that ID and context, or {@link #NONE}. */
  public int find(int context, long hi, long lo) {
    int hash = hash(context, hi, lo);
    int mask = index.length - 1;
    for (int at = hash & mask; index[at] != 0; at = (at + 1) & mask) {
      if ((int) (index[at] >>> 32) == hash) {
        int trace = (int) index[at] - 1;
        if (is(trace, context, hi, lo)) {
          return trace;
        }
      }
    }
    return NONE;
  }

  /**
   * The same, after a look at where {@link #warm} saw it.
   *
   * @param place from {@link #warm}; the trace may be gone from there
   */
  public int find(int place, int context, long hi, long lo) {
    int trace = traceAt(place);
    return trace != NONE && is(trace, context, hi, lo) ? trace : find(context, hi, lo);
  }

  /** The trace at a place in the index, {@link #NONE} if there is none or no such place. */
  public int traceAt(int place) {
    return place < index.length ? (int) index[place] - 1 : NONE;
  }

  /**
   * Reads what {@link #find} and {@link SpanStore#append} will need of some traces, so that the
   * cache misses of all of them overlap instead of following one another: with many open traces
   * these are most of the time spent on a span.
   *
   * @param hashes from {@link #hash}
   * @param places is given where in the index each was seen, or would have been
   * @return of no meaning, but to be kept, or the compiler would leave the reading out
   */
  public int warm(int[] hashes, int[] places, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      places[i] = place(hashes[i]);
    }
    for (int i = 0; i < count; i++) {
      int trace = traceAt(places[i]);
      if (trace != NONE) {
        sum += pool.getInt(trace, ID_HI) + pool.getInt(trace, TAIL);
      }
    }
    for (int i = 0; i < count; i++) {
      int trace = traceAt(places[i]);
      if (trace != NONE) {
        sum += SpanStore.warm(pool, trace) + Fingerprints.warm(pool, trace);
      }
    }
    return sum;
  }

  private int place(int hash) {
    int mask = index.length - 1;
    int at = hash & mask;
    while (index[at] != 0 && (int) (index[at] >>> 32) != hash) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private boolean is(int trace, int context, long hi, long lo) {
    return pool.getLong(trace, ID_LO) == lo
        && pool.getLong(trace, ID_HI) == hi
        && pool.getInt(trace, CONTEXT) == context;
  }

  /** Adds a trace that is not there yet; every number in it is 0, every link is none. */
  public int create(int context, long hi, long lo) {
    if ((size + 1) * 10L > index.length * 7L) {
      index = Probing.resized(index, index.length * 2);
    }
    int trace = pool.allocate();
    pool.zero(trace);
    pool.putLong(trace, ID_HI, hi);
    pool.putLong(trace, ID_LO, lo);
    pool.putInt(trace, CONTEXT, context);
    pool.putInt(trace, HEAD, NONE);
    pool.putInt(trace, TAIL, NONE);
    pool.putInt(trace, FINGERPRINTS, NONE);
    addExtraBits(trace);
    Probing.insert(index, ((long) hash(context, hi, lo) << 32) | (trace + 1));
    size++;
    traceCount++;
    return trace;
  }

  private void addExtraBits(int trace) {
    int next = NONE;
    for (int i = 0; i < extraBlocks; i++) {
      int block = pool.allocate();
      pool.zero(block);
      pool.putInt(block, 0, next);
      next = block;
    }
    pool.putInt(trace, EXTRA_BITS, next);
  }

  /** After this {@link #find} does not find it; a new trace of its ID may be created. */
  public void removeFromIndex(int trace) {
    int mask = index.length - 1;
    int at = hash(context(trace), traceIdHi(trace), traceIdLo(trace)) & mask;
    while ((int) index[at] != trace + 1) {
      if (index[at] == 0) {
        throw new AssertionError("trace " + trace + " is not in the index");
      }
      at = (at + 1) & mask;
    }
    Probing.remove(index, at);
    size--;
    if (size * 10L < index.length && index.length > MIN_INDEX) {
      index = Probing.resized(index, Math.max(MIN_INDEX, index.length / 4));
    }
  }

  /** Frees the trace's own block; its spans are freed by {@link SpanStore#free} before. */
  public void free(int trace) {
    int extra = pool.getInt(trace, EXTRA_BITS);
    for (int i = 0; i < extraBlocks; i++) {
      int next = pool.getInt(extra, 0);
      pool.free(extra);
      extra = next;
    }
    pool.free(trace);
    traceCount--;
  }

  /**
   * Where a trace is looked for: the low bits of the hash; the high ones are the slot, much alike
   * within one shard.
   */
  public static int hash(int context, long hi, long lo) {
    return (int) TraceHash.mix(hi, lo) ^ (context * 0x9e3779b9);
  }

  /** Traces that are not freed, in the index or not. */
  public int traceCount() {
    return traceCount;
  }

  /** Bytes of all blocks in use and the share of the index: what counts in the budget. */
  public long bytes() {
    return (long) pool.usedBlocks() * BlockPool.BLOCK_BYTES
        + (long) traceCount * INDEX_BYTES_PER_TRACE;
  }

  /** Bytes of the index as it is now, on the heap. */
  public long indexBytes() {
    return (long) index.length * Long.BYTES;
  }

  public long traceIdHi(int trace) {
    return pool.getLong(trace, ID_HI);
  }

  public long traceIdLo(int trace) {
    return pool.getLong(trace, ID_LO);
  }

  public int context(int trace) {
    return pool.getInt(trace, CONTEXT);
  }

  /** The shard's own word on what is to happen with it; 0 when created. */
  public int state(int trace) {
    return pool.getInt(trace, STATE);
  }

  public void state(int trace, int state) {
    pool.putInt(trace, STATE, state);
  }

  /** When this shard first saw it. */
  public int createdMillis(int trace) {
    return pool.getInt(trace, CREATED);
  }

  /** When any node first saw it, as far as is known. */
  public int firstArrivalMillis(int trace) {
    return pool.getInt(trace, FIRST_ARRIVAL);
  }

  public void arrival(int trace, int createdMillis, int firstArrivalMillis) {
    pool.putInt(trace, CREATED, createdMillis);
    pool.putInt(trace, FIRST_ARRIVAL, firstArrivalMillis);
  }

  public void firstArrivalMillis(int trace, int millis) {
    pool.putInt(trace, FIRST_ARRIVAL, millis);
  }

  public int deadlineMillis(int trace) {
    return pool.getInt(trace, DEADLINE);
  }

  public void deadlineMillis(int trace, int millis) {
    pool.putInt(trace, DEADLINE, millis);
  }

  public int spanCount(int trace) {
    return pool.getInt(trace, SPAN_COUNT);
  }

  public int spanBytes(int trace) {
    return pool.getInt(trace, SPAN_BYTES);
  }

  /** Number the shard gave the policy that decided it. */
  public int policy(int trace) {
    return pool.getInt(trace, POLICY);
  }

  public void policy(int trace, int policy) {
    pool.putInt(trace, POLICY, policy);
  }

  /** Window of its note, by which its spans constrain marks. */
  public int window(int trace) {
    return pool.getInt(trace, WINDOW);
  }

  public void window(int trace, int window) {
    pool.putInt(trace, WINDOW, window);
  }

  /** Batch of its decision, in the place of the deadline it no longer has. */
  public int decision(int trace) {
    return pool.getInt(trace, DEADLINE);
  }

  public void decision(int trace, int batch) {
    pool.putInt(trace, DEADLINE, batch);
  }

  /** Earliest start of its spans, Unix nanoseconds; 0 if none has one. */
  public long minStartNanos(int trace) {
    return pool.getLong(trace, MIN_START);
  }

  /** Latest end of its spans, Unix nanoseconds; 0 if none has one. */
  public long maxEndNanos(int trace) {
    return pool.getLong(trace, MAX_END);
  }

  /** Takes a span's times in; 0 is "not set", as in OTLP; both are unsigned. */
  public void addTimes(int trace, long startNanos, long endNanos) {
    long start = pool.getLong(trace, MIN_START);
    if (startNanos != 0 && (start == 0 || Long.compareUnsigned(startNanos, start) < 0)) {
      pool.putLong(trace, MIN_START, startNanos);
    }
    if (Long.compareUnsigned(endNanos, pool.getLong(trace, MAX_END)) > 0) {
      pool.putLong(trace, MAX_END, endNanos);
    }
  }

  public long bits(int trace, int word) {
    if (word < INLINE_WORDS) {
      return pool.getLong(trace, BITS + word * Long.BYTES);
    }
    return pool.getLong(extraBlock(trace, word), extraOffset(word));
  }

  /** Sets the bits that are set in {@code bits}, which has as many words as a trace. */
  public void addBits(int trace, long[] bits) {
    for (int word = 0; word < bitWords; word++) {
      if (bits[word] != 0) {
        addBits(trace, word, bits[word]);
      }
    }
  }

  private void addBits(int trace, int word, long bits) {
    int block = word < INLINE_WORDS ? trace : extraBlock(trace, word);
    int at = word < INLINE_WORDS ? BITS + word * Long.BYTES : extraOffset(word);
    pool.putLong(block, at, pool.getLong(block, at) | bits);
  }

  private int extraBlock(int trace, int word) {
    int block = pool.getInt(trace, EXTRA_BITS);
    for (int i = (word - INLINE_WORDS) / EXTRA_WORDS_PER_BLOCK; i > 0; i--) {
      block = pool.getInt(block, 0);
    }
    return block;
  }

  private static int extraOffset(int word) {
    return FIRST_EXTRA_WORD + (word - INLINE_WORDS) % EXTRA_WORDS_PER_BLOCK * Long.BYTES;
  }

  int link(int trace, int at) {
    return pool.getInt(trace, at);
  }

  void link(int trace, int at, int other) {
    pool.putInt(trace, at, other);
  }

  public int timerNext(int trace) {
    return pool.getInt(trace, TIMER_NEXT);
  }

  public void timerNext(int trace, int next) {
    pool.putInt(trace, TIMER_NEXT, next);
  }

  public int timerPrevious(int trace) {
    return pool.getInt(trace, TIMER_PREVIOUS);
  }

  public void timerPrevious(int trace, int previous) {
    pool.putInt(trace, TIMER_PREVIOUS, previous);
  }
}
