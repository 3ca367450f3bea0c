package io.ringtail.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledUnsafeDirectByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory outside the heap that all connections of a server are read into, however many there
 * are: buffers of one size, used again. A connection has buffers while gRPC has not handed on the
 * messages in them; so a message that is half there keeps what it has.
 *
 * <p>If none is left, connections wait their turn. That all may wait for each other's half messages
 * to be finished is what one of them is for that goes on: it is read in small pieces through a
 * buffer of its loop's, copied to the heap, until a message of it has been handed on or it has been
 * silent for {@value #SILENT_MILLIS} ms; then it is the next one's turn. So a message of any size
 * gets through, and what lies on the heap is about one message.
 *
 * <p>Threads: any.
 */
public final class ReadMemory {
  static final int BUFFER_BYTES = 128 << 10;

  /** What is read at once when no buffer is left. */
  static final int PIECE_BYTES = 16 << 10;

  private static final int SILENT_MILLIS = 1_000;

  private final long limitBytes;
  private final LongSupplier nanoTime;
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();
  private final ArrayDeque<Reader> waiting = new ArrayDeque<>();
  private long takenBytes;
  private long inUseBytes;
  private @Nullable Reader goingOn;
  private long readNanos;

  /** A connection. Its methods are called on any thread, and not under this object's lock. */
  interface Reader {
    /** It may be its turn to be read: it is to ask again. */
    void resume();
  }

  /**
   * @param limitBytes of buffers; a piece for each event loop comes on top of them
   */
  public ReadMemory(long limitBytes) {
    this(limitBytes, System::nanoTime);
  }

  ReadMemory(long limitBytes, LongSupplier nanoTime) {
    if (limitBytes < BUFFER_BYTES) {
      throw new IllegalArgumentException(
          "limitBytes: " + limitBytes + " (expected at least " + BUFFER_BYTES + ")");
    }
    this.limitBytes = limitBytes;
    this.nanoTime = nanoTime;
  }

  /** A limit that is never reached. */
  public static ReadMemory unlimited() {
    return new ReadMemory(Long.MAX_VALUE);
  }

  /**
   * Whether a connection may be read now; if not it is told when to ask again.
   *
   * @param hasRoom whether it has a buffer that is not full
   */
  synchronized boolean admits(Reader reader, boolean hasRoom) {
    if (hasRoom || hasBuffer() || goingOn == reader) {
      return true;
    }
    if (goingOn == null) {
      goesOn(reader);
      return true;
    }
    waiting.add(reader);
    return false;
  }

  private void goesOn(Reader reader) {
    goingOn = reader;
    readNanos = nanoTime.getAsLong();
  }

  private boolean hasBuffer() {
    return !free.isEmpty() || takenBytes + BUFFER_BYTES <= limitBytes;
  }

  /** Whether there is a buffer, or it is this one that goes on without. */
  synchronized boolean hasRoomFor(Reader reader) {
    return hasBuffer() || goingOn == reader;
  }

  /**
   * @return an empty buffer, the caller's to release; null if none is left
   */
  synchronized @Nullable ByteBuf take() {
    ByteBuffer memory = free.poll();
    if (memory == null) {
      if (!hasBuffer()) {
        return null;
      }
      memory = ByteBuffer.allocateDirect(BUFFER_BYTES);
      takenBytes += BUFFER_BYTES;
    }
    inUseBytes += BUFFER_BYTES;
    return buffer(memory);
  }

  private ByteBuf buffer(ByteBuffer memory) {
    ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
    return PlatformDependent.hasUnsafe()
        ? new UnpooledUnsafeDirectByteBuf(allocator, memory, BUFFER_BYTES) {
          @Override
          protected void deallocate() {
            super.deallocate();
            giveBack(memory);
          }
        }
        : new UnpooledDirectByteBuf(allocator, memory, BUFFER_BYTES) {
          @Override
          protected void deallocate() {
            super.deallocate();
            giveBack(memory);
          }
        };
  }

  private void giveBack(ByteBuffer memory) {
    Reader next;
    synchronized (this) {
      inUseBytes -= BUFFER_BYTES;
      free.add(memory);
      next = waiting.poll();
    }
    resume(next);
  }

  private static void resume(@Nullable Reader next) {
    if (next != null) {
      next.resume();
    }
  }

  /** Memory for one piece, to be given back before the loop reads the next one. */
  synchronized ByteBuffer takePiece(Reader reader) {
    if (goingOn == reader) {
      readNanos = nanoTime.getAsLong();
    }
    ByteBuffer piece = pieces.poll();
    return piece == null ? ByteBuffer.allocateDirect(PIECE_BYTES) : piece;
  }

  synchronized void giveBackPiece(ByteBuffer piece) {
    pieces.add(piece.clear());
  }

  /**
   * A message with a piece of this one in it has been handed on, or nothing of it waits for more.
   */
  void hasMoved(Reader reader) {
    Reader next;
    synchronized (this) {
      next = endTurn(reader);
    }
    resume(next);
  }

  /** The next one's turn begins with the end of this one's, so that nobody waits in vain. */
  private @Nullable Reader endTurn(Reader reader) {
    if (goingOn != reader) {
      return null;
    }
    goingOn = null;
    Reader next = waiting.poll();
    if (next != null) {
      goesOn(next);
    }
    return next;
  }

  /** A connection has ended. */
  void hasEnded(Reader reader) {
    Reader next;
    synchronized (this) {
      waiting.remove(reader);
      next = endTurn(reader);
      if (next == null && hasBuffer()) {
        next = waiting.poll();
      }
    }
    resume(next);
  }

  /** To be called now and then by those who wait: ends the turn of one that says nothing. */
  void look() {
    Reader silent = null;
    synchronized (this) {
      if (goingOn != null && nanoTime.getAsLong() - readNanos > SILENT_MILLIS * 1_000_000L) {
        silent = goingOn;
      }
    }
    if (silent != null) {
      hasMoved(silent);
    }
  }

  /** How often those who wait are to {@link #look}. */
  static int lookMillis() {
    return SILENT_MILLIS;
  }

  /** Bytes taken from the operating system. */
  public synchronized long takenBytes() {
    return takenBytes;
  }

  /** Bytes of buffers with something in them. */
  public synchronized long inUseBytes() {
    return inUseBytes;
  }

  public long limitBytes() {
    return limitBytes;
  }

  /** Connections that wait their turn. */
  public synchronized int waiting() {
    return waiting.size();
  }
}
