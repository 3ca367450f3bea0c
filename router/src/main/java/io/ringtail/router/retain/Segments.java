package io.ringtail.router.retain;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs of bytes off the Java heap. Runs are appended one behind the other, across the ends of
 * segments if need be; a segment is used anew when nothing in it is kept. What is kept is freed
 * about in the order it came, so little lies idle. Threads: one.
 *
 * <p>A segment once allocated stays: the JVM gives direct memory back only when it collects
 * garbage. So memory is that of the fullest moment.
 */
final class Segments {
  private final int segmentBytes;
  private final long maxBytes;
  private final IntFunction<ByteBuffer> allocator;
  private final List<Segment> segments = new ArrayList<>();
  private final ArrayDeque<Segment> free = new ArrayDeque<>();
  private @Nullable Segment current;
  private long used;
  private boolean exhausted;

  private static final class Segment {
    final int index;
    final ByteBuffer memory;
    int written;
    int kept;

    /** Where the run that fills this one goes on; right as long as a byte of it is kept. */
    @Nullable Segment next;

    Segment(int index, ByteBuffer memory) {
      this.index = index;
      this.memory = memory;
    }
  }

  /**
   * @param maxBytes most memory of all segments
   * @param allocator of a segment's memory by its size
   */
  Segments(int segmentBytes, long maxBytes, IntFunction<ByteBuffer> allocator) {
    this.segmentBytes = segmentBytes;
    this.maxBytes = maxBytes;
    this.allocator = allocator;
  }

  /** Memory of all segments, those not in use included. */
  long takenBytes() {
    return (long) segments.size() * segmentBytes;
  }

  /** Whether the JVM has refused memory. */
  boolean isExhausted() {
    return exhausted;
  }

  /** Bytes of segments with anything kept, or being written. */
  long usedBytes() {
    return used * segmentBytes;
  }

  /**
   * Sees to it that a run can be appended. Memory that the JVM refuses once is not asked for again:
   * each refusal stops all threads for a while.
   *
   * @return false if there is no memory for it
   */
  boolean reserve(int length) {
    Segment at = current;
    long room = (at == null ? 0 : segmentBytes - at.written) + (long) free.size() * segmentBytes;
    while (room < length) {
      if (exhausted || takenBytes() + segmentBytes > maxBytes) {
        return false;
      }
      try {
        Segment made = new Segment(segments.size(), allocator.apply(segmentBytes));
        segments.add(made);
        free.add(made);
        room += segmentBytes;
      } catch (OutOfMemoryError e) {
        exhausted = true;
      }
    }
    return true;
  }

  /**
   * Copies a run for which there is room.
   *
   * @param length at least 1
   * @return where it is, for {@link #read} and {@link #free}
   */
  long append(byte[] array, int start, int length) {
    Segment first = writable();
    long address = (long) first.index << 32 | first.written;
    int at = start;
    int rest = length;
    for (Segment to = first; rest > 0; to = rest > 0 ? following(to) : to) {
      int n = Math.min(rest, segmentBytes - to.written);
      to.memory.put(to.written, array, at, n);
      to.written += n;
      to.kept += n;
      at += n;
      rest -= n;
    }
    return address;
  }

  private Segment writable() {
    Segment at = current;
    return at != null && at.written < segmentBytes ? at : following(at);
  }

  private Segment following(@Nullable Segment full) {
    Segment next = free.poll();
    if (next == null) {
      throw new IllegalStateException("a run that was not reserved");
    }
    next.written = 0;
    next.next = null;
    used++;
    current = next;
    if (full != null) {
      full.next = next;
      reuseIfIdle(full);
    }
    return next;
  }

  private void reuseIfIdle(Segment segment) {
    if (segment.kept > 0) {
      return;
    }
    if (segment == current) {
      segment.written = 0;
      return;
    }
    segment.next = null;
    used--;
    free.add(segment);
  }

  /** Copies a run to {@code into}, from 0. */
  void read(long address, int length, byte[] into) {
    Segment from = segments.get((int) (address >>> 32));
    int at = (int) address;
    int done = 0;
    while (true) {
      int n = Math.min(length - done, segmentBytes - at);
      from.memory.get(at, into, done, n);
      done += n;
      if (done == length) {
        return;
      }
      from = next(from);
      at = 0;
    }
  }

  /** Gives a run back. */
  void free(long address, int length) {
    Segment from = segments.get((int) (address >>> 32));
    int at = (int) address;
    int rest = length;
    while (true) {
      int n = Math.min(rest, segmentBytes - at);
      rest -= n;
      Segment next = rest > 0 ? next(from) : null;
      from.kept -= n;
      reuseIfIdle(from);
      if (next == null) {
        return;
      }
      from = next;
      at = 0;
    }
  }

  private static Segment next(Segment segment) {
    Segment next = segment.next;
    if (next == null) {
      throw new AssertionError("a run that ends too soon");
    }
    return next;
  }
}
