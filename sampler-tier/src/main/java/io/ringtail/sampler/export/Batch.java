package io.ringtail.sampler.export;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Header;
import io.ringtail.sampler.export.send.Payload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Kept traces of one context on their way in one request: first gathered, then sent until answered.
 * Threads: the destination's.
 */
final class Batch {
  private static final int INITIAL_TRACES = 16;

  /** What a waiting trace takes beside its bytes: its record, its place in queue and batch. */
  private static final int TRACE_OVERHEAD_BYTES = 128;

  private final Header context;
  private final long openedNanos;
  private final List<KeptTrace> traces = new ArrayList<>();
  private byte[] array;
  private int length;
  private int[] traceEnds = new int[INITIAL_TRACES];
  private int[] traceSpans = new int[INITIAL_TRACES];
  private int traceCount;
  private int spanCount;

  /** The file it came from, if it did; its other half may share it. */
  final Spool.@Nullable Entry stored;

  int attempts;
  int lastEndpoint = -1;
  long sentNanos;
  long dueNanos;

  /** Whether nothing else got through to its endpoint while it failed. */
  boolean endpointSilent;

  Batch(Header context, long openedNanos, int initialBytes) {
    this.context = context;
    this.openedNanos = openedNanos;
    this.array = new byte[initialBytes];
    this.stored = null;
  }

  /** A request from the queue on disk; its traces were answered when they were written. */
  Batch(Spool.Stored from, long openedNanos) {
    Payload payload = from.payload();
    this.context = payload.context();
    this.openedNanos = openedNanos;
    this.array = payload.array();
    this.length = payload.length();
    this.traceEnds = payload.traceEnds();
    this.traceSpans = payload.traceSpans();
    this.traceCount = payload.traces();
    this.spanCount = payload.spanCount();
    this.stored = from.entry();
  }

  /** Traces {@code [from, to)} of another, not sent yet. */
  private Batch(Batch of, int from, int to) {
    int start = from == 0 ? 0 : of.traceEnds[from - 1];
    this.context = of.context;
    this.openedNanos = of.openedNanos;
    this.array = Arrays.copyOfRange(of.array, start, of.traceEnds[to - 1]);
    this.length = array.length;
    this.traceCount = to - from;
    this.traceEnds = Arrays.copyOfRange(of.traceEnds, from, to);
    this.traceSpans = Arrays.copyOfRange(of.traceSpans, from, to);
    for (int i = 0; i < traceCount; i++) {
      traceEnds[i] -= start;
      spanCount += traceSpans[i];
    }
    this.stored = of.stored;
    if (stored == null) {
      traces.addAll(of.traces.subList(from, to));
    }
  }

  /**
   * Appends a trace.
   *
   * @param trace its buffer is copied and released
   */
  void add(KeptTrace trace) {
    ByteBuf bytes = trace.resourceSpans();
    int size = bytes.readableBytes();
    ensure(size);
    bytes.getBytes(bytes.readerIndex(), array, length, size);
    bytes.release();
    added(trace, size);
  }

  private void add(KeptTrace trace, byte[] source, int start, int size) {
    ensure(size);
    System.arraycopy(source, start, array, length, size);
    added(trace, size);
  }

  private void ensure(int size) {
    if (array.length - length < size) {
      long grown = Math.max((long) array.length * 2, (long) length + size);
      array = Arrays.copyOf(array, (int) Math.min(grown, Integer.MAX_VALUE - 8));
    }
    if (traceCount == traceEnds.length) {
      traceEnds = Arrays.copyOf(traceEnds, 2 * traceCount);
      traceSpans = Arrays.copyOf(traceSpans, 2 * traceCount);
    }
  }

  private void added(KeptTrace trace, int size) {
    length += size;
    spanCount += trace.spanCount();
    int index = traceCount++;
    traceEnds[index] = length;
    traceSpans[index] = trace.spanCount();
    traces.add(trace);
  }

  /** Bytes of the queue a trace takes, waiting or in a batch. */
  static int costBytes(KeptTrace trace) {
    return trace.resourceSpans().readableBytes() + TRACE_OVERHEAD_BYTES;
  }

  /** The sum of {@link #costBytes} of its traces. */
  long costBytes() {
    return length + (long) TRACE_OVERHEAD_BYTES * traces.size();
  }

  /** Nothing more is added: gives back memory that was grown into and not used. */
  Batch seal() {
    if (array.length - length > length / 8) {
      array = Arrays.copyOf(array, length);
    }
    return this;
  }

  /** Whether any of its traces is sent by another sampler now. */
  boolean hasUnwanted() {
    for (KeptTrace trace : traces) {
      if (!trace.onAnswered().isWanted()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Divides it: what is still to be sent, with its place among the tries, and what is not.
   *
   * @param unwanted an empty one of the same context, which gets the rest
   */
  Batch divide(Batch unwanted) {
    Batch wanted = new Batch(context, openedNanos, length);
    wanted.attempts = attempts;
    wanted.lastEndpoint = lastEndpoint;
    wanted.sentNanos = sentNanos;
    wanted.dueNanos = dueNanos;
    wanted.endpointSilent = endpointSilent;
    int start = 0;
    for (int i = 0; i < traceCount; i++) {
      KeptTrace trace = traces.get(i);
      (trace.onAnswered().isWanted() ? wanted : unwanted)
          .add(trace, array, start, traceEnds[i] - start);
      start = traceEnds[i];
    }
    return wanted.seal();
  }

  /** Its traces in two requests of about as many each, not sent yet. Of at least two traces. */
  List<Batch> halves() {
    int middle = traceCount / 2;
    return List.of(new Batch(this, 0, middle), new Batch(this, middle, traceCount));
  }

  Header context() {
    return context;
  }

  int traceCount() {
    return traceCount;
  }

  boolean isEmpty() {
    return traceCount == 0;
  }

  Payload payload() {
    return new Payload(array, length, traceCount, traceEnds, traceSpans, spanCount, context);
  }

  List<KeptTrace> traces() {
    return traces;
  }

  int length() {
    return length;
  }

  int spanCount() {
    return spanCount;
  }

  long openedNanos() {
    return openedNanos;
  }
}
