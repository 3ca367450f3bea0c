package io.ringtail.sampler;

import io.ringtail.admin.EpochsTold;
import io.ringtail.admin.SlotMoves;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.Holding;
import io.ringtail.admin.v1.Holdings;
import io.ringtail.cluster.Epoch;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.RingTables;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.shard.ShardSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What a sampler would hand to whom if a change were made: slots exactly, traces and bytes as
 * shares of what it holds, since a hash spreads traces over slots evenly. No shard is asked.
 * Threads: any; tables are built on the common pool.
 */
final class HeldBySlots {
  private final String nodeId;
  private final ShardSet shards;
  private final Supplier<Optional<Epoch>> newest;
  private final EpochsTold epochs;
  private final RingTables tables;

  HeldBySlots(
      String nodeId,
      ShardSet shards,
      Supplier<Optional<Epoch>> newest,
      EpochsTold epochs,
      RingTables tables) {
    this.nodeId = nodeId;
    this.shards = shards;
    this.newest = newest;
    this.epochs = epochs;
    this.tables = tables;
  }

  CompletableFuture<Holdings> moved(Change change) {
    return newest
        .get()
        .map(epoch -> CompletableFuture.supplyAsync(() -> moved(epoch, change)))
        .orElseGet(() -> CompletableFuture.completedFuture(Holdings.getDefaultInstance()));
  }

  private Holdings moved(Epoch epoch, Change change) {
    Holdings.Builder all = Holdings.newBuilder();
    epochs.ref(epoch.order()).ifPresent(all::setEpoch);
    RingTable table = tables.of(epoch.members());
    int own = table.slotsOf(table.indexOf(nodeId).orElse(-1)).size();
    Map<String, SlotSet> moves = SlotMoves.of(epoch, change, tables).from(nodeId);
    moves.forEach((to, slots) -> all.addHoldings(share(to, slots.size(), own)));
    return all.build();
  }

  private Holding share(String to, int slots, int own) {
    return Holding.newBuilder()
        .setNodeId(to)
        .setSlots(slots)
        .setTraces(shards.openTraces() * slots / own)
        .setBytes(shards.storedBytes() * slots / own)
        .build();
  }
}
