package io.ringtail.sampler.intake;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.shard.ReceivedTransfer;
import io.ringtail.sampler.shard.ShardSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what another sampler hands over, whole or not at all: if every slot of it is this sampler's
 * in its newest epoch (protocol H7). Threads: any; one epoch stays in use while a transfer is
 * checked and queued.
 */
public final class Arrivals {
  private static final Logger log = LoggerFactory.getLogger(Arrivals.class);

  private final Ownership ownership;
  private final ShardSet shards;
  private final boolean ownOnly;

  public Arrivals(Ownership ownership, ShardSet shards, Rules rules) {
    this.ownership = ownership;
    this.shards = shards;
    this.ownOnly = rules.inForce(Rule.H7);
  }

  /**
   * Takes a transfer.
   *
   * @param entries a heap buffer, consumed
   * @param merged run when all of it is merged and the shards' marks say so, by any thread; never
   *     if the transfer is refused
   * @return null if taken; not-owner with the newest epoch; busy: send it again; malformed
   */
  public @Nullable Refusal take(Peer from, ByteBuf entries, Runnable merged) {
    ReceivedTransfer transfer;
    try {
      transfer = ReceivedTransfer.read(entries, shards.routers());
    } catch (MalformedWireException e) {
      entries.release();
      log.error("event=transfer-malformed from={} reason=\"{}\"", from, e.getMessage());
      return new Refusal.Malformed(String.valueOf(e.getMessage()));
    }
    ownership.lockEpoch();
    try {
      Ownership.Snapshot epoch = ownership.newest();
      return !ownOnly || transfer.allSlots(epoch::owns)
          ? shards.takeTransfer(transfer, merged)
          : notOwner(epoch);
    } finally {
      ownership.unlockEpoch();
      transfer.release();
    }
  }

  private static Refusal notOwner(Ownership.Snapshot epoch) {
    return new Refusal.NotOwner(
        "a slot of the transfer is another's in epoch " + epoch.order(),
        epoch.order().viewId(),
        epoch.order().number());
  }
}
