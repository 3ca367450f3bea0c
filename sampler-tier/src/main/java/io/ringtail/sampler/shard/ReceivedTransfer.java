package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBuf;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.sampler.buffer.ContextTable;
import io.ringtail.sampler.buffer.GroupTable;
import io.ringtail.sampler.buffer.SpanStore;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.transfer.TransferBatch;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A transfer that was read and found sound, on its way to the shards. Threads: its caller's.
 * Buffers: it owns one reference to the bytes it was read from, until it is {@link #release}d;
 * shards that are given a part have their own.
 */
public final class ReceivedTransfer {
  private final ByteBuf bytes;
  private final TransferBatch batch;
  private final List<Notice> decisions;
  private final int[] routerKeys;

  private ReceivedTransfer(
      ByteBuf bytes, TransferBatch batch, List<Notice> decisions, int[] routerKeys) {
    this.bytes = bytes;
    this.batch = batch;
    this.decisions = decisions;
    this.routerKeys = routerKeys;
  }

  /**
   * Reads a transfer whole.
   *
   * @param entries a heap buffer; the result's if it can be read, else left to the caller
   * @throws MalformedWireException if it is not what a sampler of this protocol sends
   */
  public static ReceivedTransfer read(ByteBuf entries, RouterKeys routers)
      throws MalformedWireException {
    TransferBatch batch = TransferBatch.read(entries);
    List<Notice> decisions = new ArrayList<>();
    for (ByteBuf encoded : batch.decisions()) {
      decisions.add(Notice.decode(encoded, routers));
    }
    int[] keys = batch.routers().stream().mapToInt(routers::keyOf).toArray();
    return new ReceivedTransfer(entries, batch, decisions, keys);
  }

  /** Whether all slots of its traces and decisions are in a set. */
  public boolean allSlots(IntPredicate in) {
    for (int i = 0; i < batch.traceCount(); i++) {
      if (!in.test(batch.slot(i))) {
        return false;
      }
    }
    boolean[] all = {true};
    for (Notice notice : decisions) {
      notice.forEach((context, hi, lo, verdict) -> all[0] &= in.test(TraceHash.slot(hi, lo)));
    }
    return all[0];
  }

  /** Gives up its bytes. */
  public void release() {
    bytes.release();
  }

  List<Notice> decisions() {
    return decisions;
  }

  int size() {
    return bytes.readableBytes();
  }

  /**
   * What lies in each shard.
   *
   * @param left counts down the shards
   * @return by shard; null where there is nothing. No reference is held for them yet
   */
  @Nullable TransferIn[] split(ShardSet shards, AtomicInteger left, Runnable merged) {
    int[][] traces = new int[shards.shards()][8];
    int[] counts = new int[traces.length];
    for (int i = 0; i < batch.traceCount(); i++) {
      int shard = shards.shardOfSlot(batch.slot(i));
      if (counts[shard] == traces[shard].length) {
        traces[shard] = Arrays.copyOf(traces[shard], counts[shard] * 2);
      }
      traces[shard][counts[shard]++] = i;
    }
    long shared = sharedBytes();
    @Nullable TransferIn[] parts = new @Nullable TransferIn[traces.length];
    for (int i = 0; i < parts.length; i++) {
      if (counts[i] > 0) {
        parts[i] = part(i, Arrays.copyOf(traces[i], counts[i]), shared, left, merged);
      }
    }
    return parts;
  }

  private TransferIn part(
      int shard, int[] traces, long shared, AtomicInteger left, Runnable merged) {
    int spans = 0;
    long spanBytes = 0;
    for (int trace : traces) {
      spans += batch.spanCount(trace);
      spanBytes += batch.spanBytes(trace);
    }
    long reserved = shared + SpanStore.worstCaseBytes(spans, spanBytes);
    return new TransferIn(shard, batch, bytes, routerKeys, traces, spans, reserved, left, merged);
  }

  private long sharedBytes() {
    long sum = 0;
    for (int i = 0; i < batch.groupCount(); i++) {
      sum += GroupTable.worstCaseBytes(batch.resource(i), batch.scope(i));
    }
    for (int i = 0; i < batch.contextCount(); i++) {
      sum += ContextTable.worstCaseBytes(batch.context(i));
    }
    return sum;
  }
}
