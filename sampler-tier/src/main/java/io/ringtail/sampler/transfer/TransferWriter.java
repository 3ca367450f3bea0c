package io.ringtail.sampler.transfer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.otlp.WireReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes one batch after another. Definitions are gathered beside the entries and stand behind
 * them, so that a trace can be written while its groups are met. The length of an entry is not
 * known when it begins: room for {@value #LENGTH_BYTES} bytes is left, which a varint may fill also
 * if it needs fewer.
 *
 * <p>Threads: one. Buffers: {@link #take} gives the batch away.
 */
public final class TransferWriter {
  private static final int LENGTH_BYTES = 4;
  private static final int MAX_ENTRY_BYTES = 1 << (7 * LENGTH_BYTES);
  private static final int TRACE_ID_BYTES = 16;
  private static final int NONE = -1;

  private final ByteBufAllocator allocator;
  private final int initialBytes;
  private final ByteBuf definitions = Unpooled.buffer(256);
  private final Map<Object, Integer> numbers = new HashMap<>();
  private final int[] defined = new int[(TransferFields.NOTES >>> 3) + 1];

  /** Without entries there is no buffer: a shard rarely hands over. */
  private ByteBuf out = Unpooled.EMPTY_BUFFER;

  private int open = NONE;
  private int group;

  /** A resource and a scope, as one definition. */
  private record Group(Header resource, Header scope) {}

  /** A policy's name, which as a key is no context and no router. */
  private record Policy(String name) {}

  /**
   * @param initialBytes of a batch's buffer
   */
  public TransferWriter(ByteBufAllocator allocator, int initialBytes) {
    this.allocator = allocator;
    this.initialBytes = initialBytes;
  }

  /** Bytes so far. */
  public int size() {
    return out.writerIndex() + definitions.writerIndex();
  }

  /** Whether there are no entries yet. */
  public boolean isEmpty() {
    return out.writerIndex() == 0;
  }

  /**
   * Ends the batch and begins another.
   *
   * @return the batch, the caller's to release
   */
  public ByteBuf take() {
    ensureBuffer();
    ByteBuf batch = out.writeBytes(definitions);
    reset();
    return batch;
  }

  private void reset() {
    definitions.clear();
    numbers.clear();
    Arrays.fill(defined, 0);
    out = Unpooled.EMPTY_BUFFER;
  }

  private void ensureBuffer() {
    if (isEmpty()) {
      out.release(); // one without entries, or the shared empty one
      out = allocator.heapBuffer(initialBytes);
    }
  }

  /** Nothing is written any more. */
  public void close() {
    definitions.release();
    out.release();
  }

  /** The number of a router, which is defined if it was not yet. */
  public int router(Peer router) {
    Integer known = numbers.get(router);
    return known != null ? known : addRouter(router);
  }

  private int addRouter(Peer router) {
    byte[] nodeId = router.nodeId().getBytes(StandardCharsets.UTF_8);
    long viewId = router.incarnation().order().viewId();
    long number = router.incarnation().order().number();
    int length =
        1
            + varintSize(nodeId.length)
            + nodeId.length
            + fieldSize(viewId)
            + fieldSize(number)
            + 1
            + Long.BYTES;
    tag(definitions, TransferFields.ROUTER, length);
    bytes(definitions, TransferFields.ROUTER_NODE_ID, nodeId);
    field(definitions, TransferFields.ROUTER_VIEW_ID, viewId);
    field(definitions, TransferFields.ROUTER_NUMBER, number);
    varint(definitions, TransferFields.ROUTER_BITS);
    definitions.writeLongLE(router.incarnation().bits());
    return define(router, TransferFields.ROUTER);
  }

  private int define(Object key, int tag) {
    int number = defined[tag >>> 3]++;
    numbers.put(key, number);
    return number;
  }

  /** The number of a request context. */
  public int context(Header context) {
    Integer known = numbers.get(context);
    if (known != null) {
      return known;
    }
    bytes(definitions, TransferFields.CONTEXT, context.bytes());
    return define(context, TransferFields.CONTEXT);
  }

  /** The number of a resource and scope. */
  public int group(Header resource, Header scope) {
    Group key = new Group(resource, scope);
    Integer known = numbers.get(key);
    if (known != null) {
      return known;
    }
    int length =
        2 + varintSize(resource.size()) + resource.size() + varintSize(scope.size()) + scope.size();
    tag(definitions, TransferFields.GROUP, length);
    bytes(definitions, TransferFields.GROUP_RESOURCE, resource.bytes());
    bytes(definitions, TransferFields.GROUP_SCOPE, scope.bytes());
    return define(key, TransferFields.GROUP);
  }

  /** The number of a policy. */
  public int policy(String name) {
    Policy key = new Policy(name);
    Integer known = numbers.get(key);
    if (known != null) {
      return known;
    }
    bytes(definitions, TransferFields.POLICY, name.getBytes(StandardCharsets.UTF_8));
    return define(key, TransferFields.POLICY);
  }

  /**
   * Defines notes: of some routers the newest seq known. The caller remembers the number.
   *
   * @param routers numbers of {@link #router}
   */
  public int notes(int[] routers, long[] seqs, int count) {
    pairs(TransferFields.NOTES, routers, seqs, count);
    return defined[TransferFields.NOTES >>> 3]++;
  }

  /** Says up to which seq of each router the sender had seen all that its traces rest on. */
  public void seen(int[] routers, long[] seqs, int count) {
    pairs(TransferFields.SEEN, routers, seqs, count);
  }

  private void pairs(int tag, int[] routers, long[] seqs, int count) {
    int length = 0;
    for (int i = 0; i < count; i++) {
      length += varintSize(routers[i]) + varintSize(seqs[i]);
    }
    tag(definitions, tag, length);
    for (int i = 0; i < count; i++) {
      varint(definitions, routers[i]);
      varint(definitions, seqs[i]);
    }
  }

  /**
   * Writes decisions.
   *
   * @param encoded as a notice is, borrowed
   */
  public void decisions(ByteBuf encoded) {
    ensureBuffer();
    tag(out, TransferFields.DECISIONS, encoded.readableBytes());
    out.writeBytes(encoded, encoded.readerIndex(), encoded.readableBytes());
  }

  /**
   * Begins a trace, or a piece of one.
   *
   * @param notes number of the notes of its oldest span; −1 if it has none
   * @param ageMillis since its first span came to any node
   * @param remainingMillis until its deadline; 0 if that is over
   * @param policy number of the policy that kept it, if it is decided and only its export is left
   *     to do; −1 if it is open
   */
  public void beginTrace(
      long hi, long lo, int context, int notes, long ageMillis, long remainingMillis, int policy) {
    begin(TransferFields.TRACE);
    traceId(TransferFields.TRACE_TRACE_ID, hi, lo);
    field(out, TransferFields.TRACE_CONTEXT, context);
    field(out, TransferFields.TRACE_NOTES, notes + 1);
    field(out, TransferFields.TRACE_AGE, ageMillis);
    field(out, TransferFields.TRACE_REMAINING, remainingMillis);
    field(out, TransferFields.TRACE_POLICY, policy + 1);
    group = NONE;
  }

  /**
   * Begins a span of the trace. The caller writes its bytes by {@code setBytes} at the returned
   * index of {@link #buffer}.
   *
   * @param number of its group
   */
  public int span(int number, int length) {
    if (number != group) {
      varint(out, TransferFields.TRACE_GROUP);
      varint(out, number);
      group = number;
    }
    tag(out, TransferFields.TRACE_SPAN, length);
    out.ensureWritable(length);
    int at = out.writerIndex();
    out.writerIndex(at + length);
    return at;
  }

  /** The batch under construction, borrowed until the next call. */
  public ByteBuf buffer() {
    return out;
  }

  private void begin(int tag) {
    ensureBuffer();
    varint(out, tag);
    open = out.writerIndex();
    out.writeZero(LENGTH_BYTES);
  }

  /** What is written of the trace is not all of it. */
  public void piece() {
    field(out, TransferFields.TRACE_PIECE, 1);
  }

  /** Ends the trace. */
  public void end() {
    int length = out.writerIndex() - open - LENGTH_BYTES;
    if (length >= MAX_ENTRY_BYTES) {
      throw new IllegalStateException(
          "an entry of " + length + " bytes (expected less than " + MAX_ENTRY_BYTES + ")");
    }
    for (int i = 0; i < LENGTH_BYTES - 1; i++) {
      out.setByte(open + i, (length >>> (7 * i)) & 0x7f | 0x80);
    }
    out.setByte(open + LENGTH_BYTES - 1, length >>> (7 * (LENGTH_BYTES - 1)));
    open = NONE;
  }

  private void traceId(int tag, long hi, long lo) {
    tag(out, tag, TRACE_ID_BYTES);
    out.writeLong(hi);
    out.writeLong(lo);
  }

  /** Bytes of a varint field of a number below 16; 0 is the default and is left out. */
  private static int fieldSize(long value) {
    return value == 0 ? 0 : 1 + varintSize(value);
  }

  private static void field(ByteBuf to, int tag, long value) {
    if (value != 0) {
      varint(to, tag);
      varint(to, value);
    }
  }

  private static void tag(ByteBuf to, int tag, int length) {
    assert (tag & 7) == WireReader.LEN;
    varint(to, tag);
    varint(to, length);
  }

  private static void bytes(ByteBuf to, int tag, byte[] bytes) {
    tag(to, tag, bytes.length);
    to.writeBytes(bytes);
  }

  private static int varintSize(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  private static void varint(ByteBuf to, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      to.writeByte((int) rest | 0x80);
      rest >>>= 7;
    }
    to.writeByte((int) rest);
  }
}
