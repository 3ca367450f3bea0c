package io.ringtail.sampler.buffer;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Blocks of {@value #BLOCK_BYTES} bytes outside the heap, known by number. Traces, their spans and
 * their fingerprints are all made of these, so that memory freed by one is of use to any other and
 * counting blocks is counting bytes. It grows by a slab when it has to and does not shrink: what
 * was needed once will be needed again.
 *
 * <p>Threads: one. The first four bytes of a free block link it to the next free one; a chain whose
 * blocks link by their first four bytes is freed at once, without being walked.
 */
public final class BlockPool {
  /**
   * Half a block is lost at the end of each trace and 4 bytes in each block. Of 64, 128 and 256
   * this one fits the memory bound at one span a trace with room to spare.
   */
  public static final int BLOCK_BYTES = 128;

  /** In the place of a block number: no block. */
  public static final int NONE = -1;

  /** References to spans keep 27 bits for the block. */
  public static final int MAX_BLOCKS = 1 << 27;

  private static final int ALIGNMENT = 64;

  private final int blocksPerSlab;
  private final int slabShift;
  private final int slabMask;
  private ByteBuffer[] slabs = new ByteBuffer[8];
  private ByteBuffer[] copies = new ByteBuffer[8];
  private int slabCount;
  private int untouched;
  private int freeHead = NONE;
  private int usedBlocks;

  /**
   * @param slabBytes a power of two, at least 4 KiB
   */
  public BlockPool(int slabBytes) {
    if (Integer.bitCount(slabBytes) != 1 || slabBytes < 4096) {
      throw new IllegalArgumentException(
          "slabBytes: " + slabBytes + " (expected a power of two, at least 4096)");
    }
    blocksPerSlab = slabBytes / BLOCK_BYTES;
    slabMask = blocksPerSlab - 1;
    slabShift = Integer.numberOfTrailingZeros(blocksPerSlab);
  }

  /** A block with undefined content. */
  int allocate() {
    usedBlocks++;
    int block = freeHead;
    if (block != NONE) {
      freeHead = getInt(block, 0);
      return block;
    }
    if (untouched == slabCount << slabShift) {
      grow();
    }
    return untouched++;
  }

  void free(int block) {
    putInt(block, 0, freeHead);
    freeHead = block;
    usedBlocks--;
  }

  /** Frees {@code count} blocks linked by their first four bytes from head to tail. */
  void freeChain(int head, int tail, int count) {
    putInt(tail, 0, freeHead);
    freeHead = head;
    usedBlocks -= count;
  }

  private void grow() {
    if (slabCount << slabShift >= MAX_BLOCKS) {
      throw new IllegalStateException("more than " + MAX_BLOCKS + " blocks in one shard");
    }
    if (slabCount == slabs.length) {
      slabs = Arrays.copyOf(slabs, slabCount * 2);
      copies = Arrays.copyOf(copies, slabCount * 2);
    }
    ByteBuffer memory = ByteBuffer.allocateDirect(blocksPerSlab * BLOCK_BYTES + ALIGNMENT);
    ByteBuffer slab = memory.alignedSlice(ALIGNMENT).order(ByteOrder.LITTLE_ENDIAN);
    slabs[slabCount] = slab;
    copies[slabCount] = slab.duplicate();
    slabCount++;
  }

  int usedBlocks() {
    return usedBlocks;
  }

  /** Bytes taken from the operating system. */
  public long slabBytes() {
    return (long) slabCount * (blocksPerSlab * BLOCK_BYTES + ALIGNMENT);
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
