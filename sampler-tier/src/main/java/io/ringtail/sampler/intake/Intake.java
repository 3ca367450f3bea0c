package io.ringtail.sampler.intake;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.PartView;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.refusal.Refusal;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a part whole or not at all (protocol A2, A3): finds each span's slot, refuses the part if
 * one of them is not this sampler's, sorts the spans by shard and offers them to all shards at
 * once.
 *
 * <p>Threads: one link's at a time; make one a link. No garbage a span: ranges are gathered in
 * arrays that are kept, and copied to size once a shard.
 */
final class Intake {
  private static final int TRACE_ID_BYTES = 16;
  private static final int RANGE = 3;
  private static final int KEPT_SPANS = 1 << 16;

  private final Ownership ownership;
  private final ShardSet shards;
  private final ReplayedSlots replayed;
  private final Ranges[] byShard;

  /** Of the present part, if it is a replay. */
  private int[] slots = new int[0];

  private int slotCount;
  private final WireReader group = new WireReader();
  private final WireReader span = new WireReader();

  Intake(Ownership ownership, ShardSet shards, ReplayedSlots replayed) {
    this.ownership = ownership;
    this.shards = shards;
    this.replayed = replayed;
    this.byShard = new Ranges[shards.shards()];
    Arrays.setAll(byShard, i -> new Ranges());
  }

  /**
   * Takes {@code part}.
   *
   * @param message what the part lies in; borrowed, retained once for each shard that gets spans
   * @param routerKey small number of the router incarnation
   * @return null if taken, else why not
   * @throws MalformedWireException if the part is not what a router of this protocol sends
   */
  @Nullable Refusal take(PartView part, ByteBuf message, int routerKey)
      throws MalformedWireException {
    ownership.lockEpoch();
    try {
      Ownership.Snapshot epoch = ownership.newest();
      slotCount = 0;
      for (Ranges ranges : byShard) {
        ranges.clear();
      }
      for (int i = 0; i < part.groupCount(); i++) {
        if (!sort(part, i, epoch)) {
          return notOwner(part, epoch);
        }
      }
      Refusal refusal = offer(part, message, routerKey);
      if (refusal == null && slotCount > 0) {
        replayed.add(slots, slotCount);
      }
      return refusal;
    } finally {
      ownership.unlockEpoch();
    }
  }

  private boolean sort(PartView part, int index, Ownership.Snapshot epoch)
      throws MalformedWireException {
    byte[] array = part.array();
    group.reset(array, part.spansStart(index), part.spansEnd(index));
    while (group.next()) {
      if (group.tag() != Otlp.SCOPE_SPANS_SPANS) {
        throw new MalformedWireException("part: field " + group.field() + " among spans");
      }
      int length = group.readLength();
      int start = group.position();
      int traceId = traceIdOffset(array, start, start + length);
      int slot =
          TraceHash.slot(
              WireReader.longBigEndian(array, traceId),
              WireReader.longBigEndian(array, traceId + Long.BYTES));
      if (!epoch.takes(slot)) {
        return false;
      }
      if (part.replay()) {
        addReplayed(slot);
      }
      byShard[shards.shardOfSlot(slot)].add(index, start, length);
      group.position(start + length);
    }
    return true;
  }

  private void addReplayed(int slot) {
    if (slotCount == slots.length) {
      slots = Arrays.copyOf(slots, Math.max(64, slotCount * 2));
    }
    slots[slotCount++] = slot;
  }

  /** The first will do: routers reject spans with several. */
  private int traceIdOffset(byte[] array, int start, int end) throws MalformedWireException {
    span.reset(array, start, end);
    while (span.next()) {
      if (span.tag() == Otlp.SPAN_TRACE_ID) {
        if (span.readLength() != TRACE_ID_BYTES) {
          break;
        }
        return span.position();
      }
      span.skip();
    }
    throw new MalformedWireException("part: a span without a 16-byte trace ID");
  }

  private @Nullable Refusal offer(PartView part, ByteBuf message, int routerKey) {
    ShardBatch.Group[] groups = groups(part);
    List<ShardBatch> batches = new ArrayList<>(byShard.length);
    for (int i = 0; i < byShard.length; i++) {
      Ranges ranges = byShard[i];
      if (ranges.count > 0) {
        batches.add(
            new ShardBatch(
                i,
                message,
                routerKey,
                part.seq(),
                part.firstSeq(),
                part.replay(),
                part.ageMillis(),
                groups,
                Arrays.copyOf(ranges.ranges, ranges.count * RANGE),
                ranges.count,
                ranges.bytes));
      }
    }
    if (!batches.isEmpty()) {
      message.retain(batches.size()); // only now: whatever fails before would leave it held
    }
    return shards.offer(batches);
  }

  private static ShardBatch.Group[] groups(PartView part) {
    ShardBatch.Group[] groups = new ShardBatch.Group[part.groupCount()];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = new ShardBatch.Group(part.context(i), part.resource(i), part.scope(i));
    }
    return groups;
  }

  private static Refusal notOwner(PartView part, Ownership.Snapshot epoch) {
    return new Refusal.NotOwner(
        "part "
            + part.seq()
            + " of epoch "
            + part.epochViewId()
            + "."
            + part.epochNumber()
            + ": a slot of it is another's in epoch "
            + epoch.order(),
        epoch.order().viewId(),
        epoch.order().number());
  }

  /** Triples {group, offset, length} of one shard's spans. */
  private static final class Ranges {
    private int[] ranges = new int[RANGE * 256];
    private int count;
    private int bytes;

    /** What a rare huge part has made it grow to is given back. */
    void clear() {
      if (ranges.length > RANGE * KEPT_SPANS) {
        ranges = new int[RANGE * 256];
      }
      count = 0;
      bytes = 0;
    }

    void add(int groupIndex, int offset, int length) {
      int at = count * RANGE;
      if (at == ranges.length) {
        ranges = Arrays.copyOf(ranges, at * 2);
      }
      ranges[at] = groupIndex;
      ranges[at + 1] = offset;
      ranges[at + 2] = length;
      count++;
      bytes += length;
    }
  }
}
