package io.ringtail.sampler.buffer;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Memory outside the heap in blocks of {@value #BLOCK_BYTES} bytes, known by number. Traces, their
 * spans and their fingerprints are all made of these, so that memory freed by one is of use to any
 * other and counting blocks is counting bytes. It grows by a slab when it has to and keeps it: what
 * was needed once will be needed again. Only an empty pool gives its slabs to other shards, if
 * these go without.
 *
 * <p>A <em>run</em> is 1 to 16 blocks side by side (2<sup>class</sup>), asked for by those who have
 * much to store. With many open traces a cache miss that has to be waited for is what costs time,
 * so there are few: a chain of runs is freed at once, unread; when runs are needed the first ones
 * of several chains are looked at together and their numbers kept, so that taking one reads
 * nothing. If too much is free in other sizes, larger runs are split or smaller ones given; all
 * become one again when the pool is empty.
 *
 * <p>A run is known by the number of its first block times eight, plus its class. Its first four
 * bytes are a mark of its user's, its last four the next run of its chain: they are written when
 * the bytes before them have just been. Threads: one.
 */
public final class BlockPool {
  /**
   * Half a block is lost at the end of each trace and 4 bytes in each block. Of 64, 128 and 256
   * this one fits the memory bound at one span a trace with room to spare.
   */
  public static final int BLOCK_BYTES = 128;

  static final int BLOCK_SHIFT = 7;

  /** In the place of a block number: no block. */
  public static final int NONE = -1;

  /** Largest run: 2 KiB. */
  static final int MAX_CLASS = 4;

  /** Where what its user writes begins, behind the mark. */
  static final int RUN_START = 4;

  private static final int LINK_BYTES = 4;
  private static final int CLASS_BITS = 3;
  private static final int CLASS_MASK = (1 << CLASS_BITS) - 1;

  public static final int MAX_BLOCKS = 1 << 27;

  static final int ALIGNMENT = 64;

  /** New memory is taken although runs of other sizes are free, while these are under a 16th. */
  private static final int SCATTERED_SHIFT = 4;

  /** Chains whose next runs are read together: the cache misses overlap. */
  private static final int CHAINS_AT_ONCE = 16;

  private final Slabs source;
  private final int blocksPerSlab;
  private final int slabShift;
  private final int slabMask;
  private ByteBuffer[] memory = new ByteBuffer[8];
  private ByteBuffer[] slabs = new ByteBuffer[8];
  private ByteBuffer[] copies = new ByteBuffer[8];
  private int slabCount;
  private int untouched;

  /** For each class the numbers of its free runs: a stack that is taken from without a miss. */
  private final int[][] free = new int[MAX_CLASS + 1][64];

  private final int[] freeCounts = new int[MAX_CLASS + 1];

  /** First runs of freed chains, of any class. */
  private int[] chains = new int[64];

  private int chainCount;

  /** What comes behind the runs that are being sorted. */
  private final int[] links = new int[CHAINS_AT_ONCE];

  private int usedBlocks;

  public BlockPool(Slabs source) {
    this.source = source;
    blocksPerSlab = source.slabBytes() / BLOCK_BYTES;
    slabMask = blocksPerSlab - 1;
    slabShift = Integer.numberOfTrailingZeros(blocksPerSlab);
  }

  /**
   * One with all memory the JVM has.
   *
   * @param slabBytes a power of two, at least 4 KiB
   */
  public BlockPool(int slabBytes) {
    this(new Slabs(SlabMemory.unlimited(), slabBytes));
  }

  /** A block with undefined content. */
  int allocate() {
    int block = take(0);
    usedBlocks++;
    return block;
  }

  void free(int block) {
    push(0, block);
    usedBlocks--;
    if (usedBlocks == 0) {
      reset();
    }
  }

  /**
   * A run with undefined content, in no chain yet.
   *
   * @param wantedClass the class given may be less, see {@link #runBlocks}
   */
  int allocateRun(int wantedClass) {
    int given = wantedClass;
    int run = take(given);
    while (run == NONE) {
      run = take(--given);
    }
    usedBlocks += 1 << given;
    return run << CLASS_BITS | given;
  }

  /** The first block of a run. */
  static int block(int run) {
    return run >>> CLASS_BITS;
  }

  static int runBlocks(int run) {
    return 1 << (run & CLASS_MASK);
  }

  /** Where what its user writes ends, before the link. */
  static int runEnd(int run) {
    return (BLOCK_BYTES << (run & CLASS_MASK)) - LINK_BYTES;
  }

  int nextRun(int run) {
    return getInt(block(run), runEnd(run));
  }

  void nextRun(int run, int next) {
    putInt(block(run), runEnd(run), next);
  }

  /** Frees a chain of runs that has {@code blocks} blocks. */
  void freeChain(int head, int tail, int blocks) {
    nextRun(tail, NONE);
    if (chainCount == chains.length) {
      chains = Arrays.copyOf(chains, chainCount * 2);
    }
    chains[chainCount++] = head;
    usedBlocks -= blocks;
    if (usedBlocks == 0) {
      reset();
    }
  }

  private void reset() {
    Arrays.fill(freeCounts, 0);
    chainCount = 0;
    untouched = 0;
    while (slabCount > 0 && source.areWantedElsewhere()) {
      slabCount--;
      source.giveBack(memory[slabCount]);
    }
  }

  /**
   * Takes a run of a class: a free one, or one out of the chains, if these are many. Else new
   * memory while little is free, so that each class comes to have as many runs as it needs; else
   * one out of few chains, or a piece of a larger run. None if only smaller ones are free.
   *
   * @throws IllegalStateException if a block is wanted and none is free: more was stored than was
   *     promised
   */
  private int take(int wanted) {
    if (freeCounts[wanted] > 0 || sortUntil(wanted, CHAINS_AT_ONCE)) {
      return pop(wanted);
    }
    int scattered = untouched - usedBlocks;
    int run = NONE;
    if (scattered <= (usedBlocks >> SCATTERED_SHIFT) + blocksPerSlab) {
      run = fresh(wanted);
    }
    if (run == NONE && (sortUntil(wanted, 1) || split(wanted))) {
      run = pop(wanted);
    }
    if (run == NONE && wanted == 0) {
      throw new NoRoomException(
          "no memory for a block: " + usedBlocks + " in use of " + (slabCount << slabShift));
    }
    return run;
  }

  /** Sorts the first runs of the latest chains; true if one of that class is free then. */
  private boolean sortUntil(int wanted, int fewestChains) {
    while (chainCount >= fewestChains) {
      int from = Math.max(0, chainCount - CHAINS_AT_ONCE);
      for (int i = from; i < chainCount; i++) {
        links[i - from] = nextRun(chains[i]);
      }
      for (int i = chainCount - 1; i >= from; i--) {
        sortFirst(i, links[i - from]);
      }
      if (freeCounts[wanted] > 0) {
        return true;
      }
    }
    return false;
  }

  private void sortFirst(int chain, int next) {
    int run = chains[chain];
    push(run & CLASS_MASK, block(run));
    chains[chain] = next != NONE ? next : chains[--chainCount];
  }

  private boolean split(int wanted) {
    int larger = wanted + 1;
    while (larger <= MAX_CLASS && freeCounts[larger] == 0) {
      larger++;
    }
    if (larger > MAX_CLASS) {
      return false;
    }
    int run = pop(larger);
    for (int half = larger - 1; half >= wanted; half--) {
      push(half, run + (1 << half));
    }
    push(wanted, run);
    return true;
  }

  /**
   * New memory, if there is any; single blocks come sixteen at a time, or the next run would waste
   * some.
   */
  private int fresh(int wanted) {
    int run = freshRun(wanted > 0 ? wanted : MAX_CLASS);
    if (wanted > 0 || run == NONE) {
      return run;
    }
    for (int i = (1 << MAX_CLASS) - 1; i > 0; i--) {
      push(0, run + i);
    }
    return run;
  }

  /** Slabs hold whole runs of every class, aligned to their size. */
  private int freshRun(int wanted) {
    while ((untouched & ((1 << wanted) - 1)) != 0) {
      int piece = Integer.numberOfTrailingZeros(untouched);
      push(piece, untouched);
      untouched += 1 << piece;
    }
    if (untouched == slabCount << slabShift && !grow()) {
      return NONE;
    }
    int run = untouched;
    untouched += 1 << wanted;
    return run;
  }

  private void push(int runClass, int run) {
    int count = freeCounts[runClass]++;
    if (count == free[runClass].length) {
      free[runClass] = Arrays.copyOf(free[runClass], count * 2);
    }
    free[runClass][count] = run;
  }

  private int pop(int runClass) {
    return free[runClass][--freeCounts[runClass]];
  }

  /** Returns whether there was memory for a slab. */
  private boolean grow() {
    if (slabCount << slabShift >= MAX_BLOCKS) {
      throw new NoRoomException("more than " + MAX_BLOCKS + " blocks in one shard");
    }
    ByteBuffer taken = source.take();
    if (taken == null) {
      return false;
    }
    if (slabCount == slabs.length) {
      memory = Arrays.copyOf(memory, slabCount * 2);
      slabs = Arrays.copyOf(slabs, slabCount * 2);
      copies = Arrays.copyOf(copies, slabCount * 2);
    }
    ByteBuffer slab = taken.alignedSlice(ALIGNMENT).order(ByteOrder.LITTLE_ENDIAN);
    memory[slabCount] = taken;
    slabs[slabCount] = slab;
    copies[slabCount] = slab.duplicate();
    slabCount++;
    return true;
  }

  int usedBlocks() {
    return usedBlocks;
  }

  /** Bytes of blocks in use. */
  public long usedBytes() {
    return (long) usedBlocks * BLOCK_BYTES;
  }

  private ByteBuffer slab(int block) {
    return slabs[block >>> slabShift];
  }

  private int base(int block) {
    return (block & slabMask) * BLOCK_BYTES;
  }

  int getInt(int block, int at) {
    return slab(block).getInt(base(block) + at);
  }

  void putInt(int block, int at, int value) {
    slab(block).putInt(base(block) + at, value);
  }

  long getLong(int block, int at) {
    return slab(block).getLong(base(block) + at);
  }

  void putLong(int block, int at, long value) {
    slab(block).putLong(base(block) + at, value);
  }

  void write(int block, int at, byte[] source, int offset, int length) {
    slab(block).put(base(block) + at, source, offset, length);
  }

  /** Copies bytes of a block into {@code target} (borrowed) at an absolute index. */
  void read(int block, int at, ByteBuf target, int index, int length) {
    ByteBuffer copy = copies[block >>> slabShift];
    int from = base(block) + at;
    copy.limit(from + length).position(from);
    target.setBytes(index, copy);
  }

  void read(int block, int at, byte[] target, int offset, int length) {
    slab(block).get(base(block) + at, target, offset, length);
  }

  boolean matches(int block, int at, byte[] other, int offset, int length) {
    ByteBuffer slab = slab(block);
    int from = base(block) + at;
    for (int i = 0; i < length; i++) {
      if (slab.get(from + i) != other[offset + i]) {
        return false;
      }
    }
    return true;
  }

  void zero(int block) {
    ByteBuffer slab = slab(block);
    int from = base(block);
    for (int i = 0; i < BLOCK_BYTES; i += Long.BYTES) {
      slab.putLong(from + i, 0);
    }
  }
}
