package io.ringtail.sampler.transfer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.trace.TraceHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch that was read and found good: every length, number and ID in it is sound, so that who
 * takes its entries later need not check again. Immutable; the bytes are borrowed from the buffer
 * it was read from.
 *
 * <p>A trace is known by its place; {@link TransferCursor} walks its spans. What decisions it has
 * is for {@code settle.Notice} to read. Threads: any.
 */
public final class TransferBatch {
  /** What is kept of a trace. */
  static final int START = 0;

  static final int END = 1;
  static final int NOTES = 2;
  private static final int SLOT = 3;
  private static final int SPAN_COUNT = 4;
  private static final int SPAN_BYTES = 5;
  private static final int ENTRY = 6;
  private static final int TRACE_INTS = 7;
  private static final int TRACE_ID_BYTES = 16;

  private final byte[] array;
  private final List<Peer> routers = new ArrayList<>();
  private final List<Header> contexts = new ArrayList<>();
  private final List<Header> resources = new ArrayList<>();
  private final List<Header> scopes = new ArrayList<>();
  private final List<String> policies = new ArrayList<>();
  private final List<Decisions> decisions = new ArrayList<>();
  private final List<Unfit> unfit = new ArrayList<>();
  private final List<RouterSeqs> notes = new ArrayList<>();
  private RouterSeqs seen = RouterSeqs.NONE;

  private int[] traces = new int[64 * TRACE_INTS];

  private int traceCount;
  private final WireReader outer = new WireReader();
  private final WireReader inner = new WireReader();

  /**
   * @param entry place among the entries of the batch
   * @param encoded as a notice is; borrowed as the batch is
   */
  public record Decisions(int entry, ByteBuf encoded) {}

  /** An entry that makes no sense, in a batch that otherwise does. */
  public record Unfit(int entry, String reason) {}

  private TransferBatch(byte[] array) {
    this.array = array;
  }

  /**
   * Reads a batch whole. A trace that is not what {@link TransferWriter} writes is {@link #unfit}
   * alone.
   *
   * @param entries a heap buffer, borrowed as long as the result is in use
   * @throws MalformedWireException if its definitions, or where its entries end, cannot be read
   */
  public static TransferBatch read(ByteBuf entries) throws MalformedWireException {
    TransferBatch batch = new TransferBatch(entries.array());
    int start = entries.arrayOffset() + entries.readerIndex();
    int end = start + entries.readableBytes();
    batch.readDefinitions(start, end);
    batch.readEntries(start, end);
    return batch;
  }

  private void readDefinitions(int start, int end) throws MalformedWireException {
    WireReader in = outer.reset(array, start, end);
    while (in.next()) {
      switch (in.tag()) {
        case TransferFields.ROUTER -> routers.add(readRouter(in.enter(inner)));
        case TransferFields.CONTEXT -> contexts.add(readHeader(in));
        case TransferFields.GROUP -> readGroup(in.enter(inner));
        case TransferFields.POLICY -> policies.add(readString(in));
        case TransferFields.NOTES -> notes.add(readNotes(in.enter(inner)));
        case TransferFields.SEEN -> seen = readNotes(in.enter(inner));
        default -> in.skip();
      }
    }
    for (RouterSeqs of : notes) {
      check(of);
    }
    check(seen);
  }

  private void check(RouterSeqs of) throws MalformedWireException {
    for (int router : of.routers()) {
      number(router, routers.size(), "router");
    }
  }

  private static Peer readRouter(WireReader in) throws MalformedWireException {
    String nodeId = "";
    long viewId = 0;
    long number = 0;
    long bits = 0;
    while (in.next()) {
      switch (in.tag()) {
        case TransferFields.ROUTER_NODE_ID -> nodeId = readString(in);
        case TransferFields.ROUTER_VIEW_ID -> viewId = in.readVarint();
        case TransferFields.ROUTER_NUMBER -> number = in.readVarint();
        case TransferFields.ROUTER_BITS -> bits = in.readFixed64();
        default -> in.skip();
      }
    }
    return new Peer(nodeId, new Incarnation(new EpochOrder(viewId, number), bits));
  }

  private void readGroup(WireReader in) throws MalformedWireException {
    Header resource = Header.EMPTY;
    Header scope = Header.EMPTY;
    while (in.next()) {
      switch (in.tag()) {
        case TransferFields.GROUP_RESOURCE -> resource = readHeader(in);
        case TransferFields.GROUP_SCOPE -> scope = readHeader(in);
        default -> in.skip();
      }
    }
    resources.add(resource);
    scopes.add(scope);
  }

  private static RouterSeqs readNotes(WireReader in) throws MalformedWireException {
    int[] numbers = new int[16];
    long[] seqs = new long[16];
    int count = 0;
    while (in.position() < in.end()) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, count * 2);
        seqs = Arrays.copyOf(seqs, count * 2);
      }
      numbers[count] = number(in.readVarint(), Integer.MAX_VALUE, "router");
      seqs[count++] = in.readVarint();
    }
    return new RouterSeqs(Arrays.copyOf(numbers, count), Arrays.copyOf(seqs, count));
  }

  private void readEntries(int start, int end) throws MalformedWireException {
    WireReader in = outer.reset(array, start, end);
    int entry = 0;
    while (in.next()) {
      switch (in.tag()) {
        case TransferFields.DECISIONS -> {
          WireReader content = in.enter(inner);
          int length = content.end() - content.position();
          ByteBuf encoded = Unpooled.wrappedBuffer(array, content.position(), length);
          decisions.add(new Decisions(entry++, encoded));
        }
        case TransferFields.TRACE -> readTrace(entry++, in.enter(inner));
        default -> in.skip();
      }
    }
  }

  private void readTrace(int entry, WireReader in) {
    try {
      readTrace(in);
      traces[(traceCount - 1) * TRACE_INTS + ENTRY] = entry;
    } catch (MalformedWireException e) {
      unfit.add(new Unfit(entry, String.valueOf(e.getMessage())));
    }
  }

  private void readTrace(WireReader in) throws MalformedWireException {
    int start = in.position();
    int id = -1;
    long context = 0;
    int ofNotes = 0;
    boolean inGroup = false;
    int spanCount = 0;
    int spanBytes = 0;
    while (in.next()) {
      switch (in.tag()) {
        case TransferFields.TRACE_TRACE_ID -> id = readTraceId(in);
        case TransferFields.TRACE_CONTEXT -> context = in.readVarint();
        case TransferFields.TRACE_NOTES -> ofNotes = plusOne(in, notes.size(), "notes");
        case TransferFields.TRACE_POLICY -> plusOne(in, policies.size(), "policy");
        case TransferFields.TRACE_GROUP -> {
          number(in.readVarint(), resources.size(), "group");
          inGroup = true;
        }
        case TransferFields.TRACE_SPAN -> {
          if (!inGroup) {
            throw new MalformedWireException("transfer: a span without a group");
          }
          int length = in.readLength();
          in.position(in.position() + length);
          spanCount++;
          spanBytes += length;
        }
        default -> in.skip();
      }
    }
    number(context, contexts.size(), "context");
    add(id, start, in.end());
    int at = (traceCount - 1) * TRACE_INTS;
    traces[at + NOTES] = ofNotes - 1;
    traces[at + SPAN_COUNT] = spanCount;
    traces[at + SPAN_BYTES] = spanBytes;
  }

  private void add(int traceId, int start, int end) throws MalformedWireException {
    if (traceId < 0) {
      throw new MalformedWireException("transfer: a trace without an ID");
    }
    int at = traceCount * TRACE_INTS;
    if (at == traces.length) {
      traces = Arrays.copyOf(traces, at * 2);
    }
    traces[at + START] = start;
    traces[at + END] = end;
    traces[at + SLOT] =
        TraceHash.slot(
            WireReader.longBigEndian(array, traceId),
            WireReader.longBigEndian(array, traceId + Long.BYTES));
    traceCount++;
  }

  /** Goes past a trace ID and returns where it lies. */
  private static int readTraceId(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    int at = in.position();
    in.position(at + length);
    if (length != TRACE_ID_BYTES
        || (WireReader.longBigEndian(in.array(), at)
                | WireReader.longBigEndian(in.array(), at + Long.BYTES))
            == 0) {
      throw new MalformedWireException(
          "transfer: a trace ID of " + length + " bytes (expected 16, not all zero)");
    }
    return at;
  }

  /** A number that is stored plus one, so that 0 is none; plus one. */
  private static int plusOne(WireReader in, int size, String what) throws MalformedWireException {
    return number(in.readVarint(), size + 1, what);
  }

  private static int number(long value, int size, String what) throws MalformedWireException {
    if (value < 0 || value >= size) {
      throw new MalformedWireException(
          "transfer: "
              + what
              + ' '
              + Long.toUnsignedString(value)
              + " (expected less than "
              + size
              + ')');
    }
    return (int) value;
  }

  private static String readString(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    int at = in.position();
    in.position(at + length);
    return new String(in.array(), at, length, StandardCharsets.UTF_8);
  }

  private static Header readHeader(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    int at = in.position();
    in.position(at + length);
    return length == 0 ? Header.EMPTY : new Header(Arrays.copyOfRange(in.array(), at, at + length));
  }

  /** Traces in it that are none. */
  public List<Unfit> unfit() {
    return unfit;
  }

  /** Decisions in it. */
  public List<Decisions> decisions() {
    return decisions;
  }

  /** Traces in it. */
  public int traceCount() {
    return traceCount;
  }

  int trace(int index, int word) {
    return traces[index * TRACE_INTS + word];
  }

  byte[] array() {
    return array;
  }

  /** The place of a trace among the entries of the batch. */
  public int entry(int index) {
    return trace(index, ENTRY);
  }

  /** The slot of a trace. */
  public int slot(int index) {
    return trace(index, SLOT);
  }

  /** Spans of a trace. */
  public int spanCount(int index) {
    return trace(index, SPAN_COUNT);
  }

  /** The sum of their lengths. */
  public int spanBytes(int index) {
    return trace(index, SPAN_BYTES);
  }

  /** The routers it names, by number. */
  public List<Peer> routers() {
    return routers;
  }

  public int contextCount() {
    return contexts.size();
  }

  public Header context(int number) {
    return contexts.get(number);
  }

  public int groupCount() {
    return resources.size();
  }

  public Header resource(int group) {
    return resources.get(group);
  }

  public Header scope(int group) {
    return scopes.get(group);
  }

  public String policy(int number) {
    return policies.get(number);
  }

  public int notesCount() {
    return notes.size();
  }

  /** Up to which seq of each router the sender had seen all that its traces rest on. */
  public RouterSeqs seen() {
    return seen;
  }

  public RouterSeqs notes(int number) {
    return notes.get(number);
  }

  /** A cursor that is at no trace yet. */
  public TransferCursor cursor() {
    return new TransferCursor(this);
  }
}
