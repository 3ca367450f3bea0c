package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBuf;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.buffer.ContextTable;
import io.ringtail.sampler.buffer.GroupTable;
import io.ringtail.sampler.buffer.SpanStore;
import io.ringtail.sampler.gather.Arrival;
import io.ringtail.sampler.gather.TransferIn;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.transfer.TransferBatch;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A transfer that was read and found sound, on its way to the shards. Threads: its caller's.
 * Buffers: it owns one reference to the bytes it was read from, until it is {@link #release}d;
 * shards that are given a part have their own.
 */
public final class ReceivedTransfer {
  private final ByteBuf bytes;
  private final TransferBatch batch;
  private final List<Decisions> decisions;
  private final List<TransferBatch.Unfit> unfit;
  private final int[] routerKeys;

  /**
   * @param entry place among the entries of the transfer
   */
  record Decisions(int entry, Notice notice) {}

  private ReceivedTransfer(
      ByteBuf bytes,
      TransferBatch batch,
      List<Decisions> decisions,
      List<TransferBatch.Unfit> unfit,
      int[] routerKeys) {
    this.bytes = bytes;
    this.batch = batch;
    this.decisions = decisions;
    this.unfit = unfit;
    this.routerKeys = routerKeys;
  }

  /**
   * Reads a transfer whole. Entries that are not what a sampler of this protocol sends are {@link
   * #unfit}; the others do not suffer for it.
   *
   * @param entries a heap buffer; the result's if it can be read, else left to the caller
   * @throws MalformedWireException if nothing of it can be read
   */
  public static ReceivedTransfer read(ByteBuf entries, RouterKeys routers)
      throws MalformedWireException {
    TransferBatch batch = TransferBatch.read(entries);
    List<Decisions> decisions = new ArrayList<>();
    List<TransferBatch.Unfit> unfit = new ArrayList<>(batch.unfit());
    for (TransferBatch.Decisions entry : batch.decisions()) {
      try {
        decisions.add(new Decisions(entry.entry(), Notice.decode(entry.encoded(), routers)));
      } catch (MalformedWireException e) {
        unfit.add(new TransferBatch.Unfit(entry.entry(), String.valueOf(e.getMessage())));
      }
    }
    int[] keys = batch.routers().stream().mapToInt(routers::keyOf).toArray();
    return new ReceivedTransfer(entries, batch, decisions, unfit, keys);
  }

  /** Its entries that cannot be read, and why. */
  public List<TransferBatch.Unfit> unfit() {
    return unfit;
  }

  /** Whether all slots of its traces and decisions are in a set. */
  public boolean allSlots(IntPredicate in) {
    for (int i = 0; i < batch.traceCount(); i++) {
      if (!in.test(batch.slot(i))) {
        return false;
      }
    }
    boolean[] all = {true};
    for (Decisions entry : decisions) {
      entry
          .notice()
          .forEach((context, hi, lo, verdict) -> all[0] &= in.test(TraceHash.slot(hi, lo)));
    }
    return all[0];
  }

  /** The slots of its traces and decisions. */
  public SlotSet slots() {
    BitSet slots = new BitSet(TraceHash.SLOTS);
    boolean all =
        allSlots(
            slot -> {
              slots.set(slot);
              return true;
            });
    assert all;
    return SlotSet.ofBits(slots.toLongArray());
  }

  /** Gives up its bytes. */
  public void release() {
    bytes.release();
  }

  List<Decisions> decisions() {
    return decisions;
  }

  int size() {
    return bytes.readableBytes();
  }

  /**
   * What lies in each shard.
   *
   * @return traces by shard
   */
  int[][] split(int shards) {
    int[][] traces = new int[shards][8];
    int[] counts = new int[traces.length];
    for (int i = 0; i < batch.traceCount(); i++) {
      int shard = ShardConfig.shardOfSlot(batch.slot(i), shards);
      if (counts[shard] == traces[shard].length) {
        traces[shard] = Arrays.copyOf(traces[shard], counts[shard] * 2);
      }
      traces[shard][counts[shard]++] = i;
    }
    for (int i = 0; i < traces.length; i++) {
      traces[i] = Arrays.copyOf(traces[i], counts[i]);
    }
    return traces;
  }

  /**
   * A part of it. No reference is held for it yet.
   *
   * @param traces that lie in the shard
   */
  TransferIn part(int shard, int[] traces, Arrival arrival) {
    int spans = 0;
    long spanBytes = 0;
    for (int trace : traces) {
      spans += batch.spanCount(trace);
      spanBytes += batch.spanBytes(trace);
    }
    long reserved = sharedBytes() + SpanStore.worstCaseBytes(spans, spanBytes);
    return new TransferIn(shard, batch, bytes, routerKeys, traces, spans, reserved, arrival);
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
