package io.ringtail.sampler.cache;

import io.ringtail.trace.TraceHash;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The last so many traces decided one way, exactly: whole IDs, no filter that may be wrong. When it
 * is full the one longest not asked for goes.
 *
 * <p>Decisions that came with their slots are older than their coming: they have an order of their
 * own, since to find their place among the others would take a search. Whichever of the two ends is
 * the older decision goes first.
 *
 * <p>An entry is five longs in pages that are made as needed: ID, {context, policy}, {previous,
 * next} in the order of use, {which order, time}. The index is open addressing over entry numbers
 * with backward-shift deletion; the bits above the largest number hold bits of the hash, so that
 * looking for a trace that is not there reads no entry. About {@value #BYTES_PER_DECISION} bytes a
 * decision, no object. Threads: one.
 */
public final class DecisionCache {
  /** In the place of a policy: not remembered. */
  public static final int NONE = -1;

  public static final int BYTES_PER_DECISION = 52;

  private static final int WORDS = 5;
  private static final int LO = 1;
  private static final int REFERENCE = 2;
  private static final int LINKS = 3;
  private static final int TIME = 4;
  private static final int PAGE_SHIFT = 10;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;
  private static final int MIN_INDEX = 256;

  /** Orders of use. */
  private static final int OWN = 0;

  private static final int HANDED_IN = 1;

  private final int capacity;

  /** Of a place in the index: the bits of the entry's hash. */
  private final int tagMask;

  private long[][] pages = new long[4][];
  private int[] index = new int[MIN_INDEX];
  private int size;
  private final int[] newest = {NONE, NONE};
  private final int[] oldest = {NONE, NONE};

  /**
   * @param capacity decisions; 0 remembers nothing
   */
  public DecisionCache(int capacity) {
    this.capacity = capacity;
    this.tagMask = -Integer.highestOneBit(capacity) << 1;
  }

  /**
   * Reads ahead where a trace will be looked for.
   *
   * @param hash of its context and ID, as the table of open traces has it too
   * @return of no meaning, but to be kept, or the compiler would leave the reading out
   */
  public int warm(int hash) {
    return index[hash & (index.length - 1)];
  }

  /** The policy that decided a trace, which counts as a use of it; {@link #NONE} if not known. */
  public int find(int context, long hi, long lo) {
    int entry = entry(context, hi, lo);
    if (entry == NONE) {
      return NONE;
    }
    if (entry != newest[OWN]) {
      unlink(entry);
      linkNewest(entry, OWN);
    }
    return (int) get(entry, REFERENCE);
  }

  /**
   * The entry of a trace, as for a walk over all; {@link #NONE} if not known. No use of it: it goes
   * as soon as if it had not been asked for.
   */
  public int peek(int context, long hi, long lo) {
    return entry(context, hi, lo);
  }

  private int entry(int context, long hi, long lo) {
    int hash = hash(context, hi, lo);
    int mask = index.length - 1;
    for (int at = hash & mask; index[at] != 0; at = (at + 1) & mask) {
      int entry = entryAt(at);
      if (((index[at] ^ hash) & tagMask) == 0
          && get(entry, LO) == lo
          && get(entry, 0) == hi
          && context(entry) == context) {
        return entry;
      }
    }
    return NONE;
  }

  /** Remembers a decision as of now. */
  public void put(int context, long hi, long lo, int policy, int nowMillis) {
    if (capacity == 0) {
      return;
    }
    int entry = entry(context, hi, lo);
    if (entry != NONE) {
      unlink(entry);
    } else {
      entry = make(context, hi, lo);
    }
    set(entry, REFERENCE, ((long) context << 32) | (policy & 0xffffffffL));
    set(entry, TIME, nowMillis & 0xffffffffL);
    linkNewest(entry, OWN);
  }

  /**
   * Remembers a decision that is so old already, unless it is older than all and there is no room.
   * One that is known was heard of before its age was: the policy stays.
   */
  public void putAged(int context, long hi, long lo, int policy, int nowMillis, int ageMillis) {
    int entry = entry(context, hi, lo);
    if (entry == NONE) {
      if (size == capacity && ageMillis >= coveredMillis(nowMillis)) {
        return;
      }
      entry = make(context, hi, lo);
      set(entry, REFERENCE, ((long) context << 32) | (policy & 0xffffffffL));
    } else if (ageMillis(entry, nowMillis) < ageMillis) {
      unlink(entry);
    } else {
      return;
    }
    set(entry, TIME, (nowMillis - ageMillis) & 0xffffffffL);
    linkNewest(entry, HANDED_IN);
  }

  private int make(int context, long hi, long lo) {
    int entry = size < capacity ? nextEntry() : evict();
    set(entry, 0, hi);
    set(entry, LO, lo);
    set(entry, REFERENCE, (long) context << 32);
    insert(entry);
    return entry;
  }

  private int nextEntry() {
    int page = size >>> PAGE_SHIFT;
    if (page == pages.length) {
      pages = Arrays.copyOf(pages, page * 2);
    }
    if ((size & PAGE_MASK) == 0) {
      pages[page] = new long[WORDS << PAGE_SHIFT];
    }
    if ((size + 1) * 10L > index.length * 7L) {
      growIndex();
    }
    return size++;
  }

  private void growIndex() {
    index = new int[index.length * 2];
    for (int entry = 0; entry < size; entry++) {
      insert(entry);
    }
  }

  private int evict() {
    int entry = first();
    unlink(entry);
    removeFromIndex(entry);
    return entry;
  }

  /** The one that goes first; {@link #NONE} if there is none. */
  private int first() {
    int own = oldest[OWN];
    int other = oldest[HANDED_IN];
    if (own == NONE || other == NONE) {
      return own == NONE ? other : own;
    }
    return time(other) - time(own) < 0 ? other : own;
  }

  private int time(int entry) {
    return (int) get(entry, TIME);
  }

  private int order(int entry) {
    return (int) (get(entry, TIME) >>> 32);
  }

  private void insert(int entry) {
    int mask = index.length - 1;
    int hash = hash(entry);
    int at = hash & mask;
    while (index[at] != 0) {
      at = (at + 1) & mask;
    }
    index[at] = (entry + 1) | (hash & tagMask);
  }

  private int entryAt(int place) {
    return (index[place] & ~tagMask) - 1;
  }

  private void removeFromIndex(int entry) {
    int mask = index.length - 1;
    int hole = hash(entry) & mask;
    while (entryAt(hole) != entry) {
      hole = (hole + 1) & mask;
    }
    for (int at = (hole + 1) & mask; index[at] != 0; at = (at + 1) & mask) {
      int home = hash(entryAt(at)) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        index[hole] = index[at];
        hole = at;
      }
    }
    index[hole] = 0;
  }

  private int hash(int entry) {
    return hash(context(entry), get(entry, 0), get(entry, LO));
  }

  private static int hash(int context, long hi, long lo) {
    return (int) TraceHash.mix(hi, lo) ^ (context * 0x9e3779b9);
  }

  private void linkNewest(int entry, int order) {
    set(entry, TIME, (long) order << 32 | (time(entry) & 0xffffffffL));
    int before = newest[order];
    set(entry, LINKS, links(before, NONE));
    if (before == NONE) {
      oldest[order] = entry;
    } else {
      set(before, LINKS, links(older(before), entry));
    }
    newest[order] = entry;
  }

  private void unlink(int entry) {
    int older = older(entry);
    int newer = newer(entry);
    if (older == NONE) {
      oldest[order(entry)] = newer;
    } else {
      set(older, LINKS, links(older(older), newer));
    }
    if (newer == NONE) {
      newest[order(entry)] = older;
    } else {
      set(newer, LINKS, links(older, newer(newer)));
    }
  }

  private static long links(int older, int newer) {
    return ((long) older << 32) | (newer & 0xffffffffL);
  }

  private int older(int entry) {
    return (int) (get(entry, LINKS) >> 32);
  }

  private int newer(int entry) {
    return (int) get(entry, LINKS);
  }

  /** For a walk over all: its entries are those below {@link #size}; half of the trace ID. */
  public long idHi(int entry) {
    return get(entry, 0);
  }

  public long idLo(int entry) {
    return get(entry, LO);
  }

  public int policy(int entry) {
    return (int) get(entry, REFERENCE);
  }

  /** How long ago it was decided. */
  public int ageMillis(int entry, int nowMillis) {
    return Math.max(0, nowMillis - time(entry));
  }

  public int context(int entry) {
    return (int) (get(entry, REFERENCE) >> 32);
  }

  private long get(int entry, int word) {
    return pages[entry >>> PAGE_SHIFT][(entry & PAGE_MASK) * WORDS + word];
  }

  private void set(int entry, int word, long value) {
    pages[entry >>> PAGE_SHIFT][(entry & PAGE_MASK) * WORDS + word] = value;
  }

  /** Marks the contexts its entries refer to. */
  public void markContexts(BitSet inUse) {
    for (int entry = 0; entry < size; entry++) {
      inUse.set(context(entry));
    }
  }

  /** How far back it reaches: the time since its least used decision was made; 0 if empty. */
  public int coveredMillis(int nowMillis) {
    int first = first();
    return first == NONE ? 0 : nowMillis - time(first);
  }

  public int size() {
    return size;
  }

  public int capacity() {
    return capacity;
  }
}
