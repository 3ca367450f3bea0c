package io.ringtail.sampler.intake;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.gather.Arrival;
import io.ringtail.sampler.shard.ReceivedTransfer;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.transfer.TransferBatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what another sampler hands over, if every slot of it is this sampler's in its newest epoch
 * (protocol H7): all that can be read, or nothing. Threads: any; one epoch stays in use while a
 * transfer is checked and queued.
 */
public final class Arrivals {
  private static final Logger log = LoggerFactory.getLogger(Arrivals.class);

  private final Ownership ownership;
  private final ShardSet shards;
  private final boolean ownOnly;
  private final AtomicBoolean unreadableBefore = new AtomicBoolean();

  /** What becomes of a transfer. Threads: any. */
  public interface Merged {
    /**
     * @param slots of what could be read
     * @param outcome what of it is not taken
     */
    void merged(SlotSet slots, Arrival.Outcome outcome);
  }

  public Arrivals(Ownership ownership, ShardSet shards, Rules rules) {
    this.ownership = ownership;
    this.shards = shards;
    this.ownOnly = rules.inForce(Rule.H7);
  }

  /**
   * Takes a transfer.
   *
   * @param entries a heap buffer, consumed
   * @param merged told when it is merged and the shards' marks say so, by any thread; never if the
   *     transfer is refused
   * @return null if taken; not-owner with the newest epoch; busy: send it again; malformed: nothing
   *     of it can be read
   */
  public @Nullable Refusal take(Peer from, ByteBuf entries, Merged merged) {
    ReceivedTransfer transfer;
    try {
      transfer = ReceivedTransfer.read(entries, shards.routers());
    } catch (MalformedWireException e) {
      unreadable(from, 1, entries.readableBytes(), String.valueOf(e.getMessage()));
      entries.release();
      return new Refusal.Malformed(String.valueOf(e.getMessage()));
    }
    if (!transfer.unfit().isEmpty()) {
      TransferBatch.Unfit first = transfer.unfit().get(0);
      String reason = "entry " + first.entry() + ": " + first.reason();
      unreadable(from, transfer.unfit().size(), entries.readableBytes(), reason);
    }
    ownership.lockEpoch();
    try {
      Ownership.Snapshot epoch = ownership.newest();
      return !ownOnly || transfer.allSlots(epoch::owns) ? take(transfer, merged) : notOwner(epoch);
    } finally {
      ownership.unlockEpoch();
      transfer.release();
    }
  }

  private @Nullable Refusal take(ReceivedTransfer transfer, Merged merged) {
    SlotSet slots = transfer.slots();
    return shards.peers().takeTransfer(transfer, outcome -> merged.merged(slots, outcome));
  }

  private void unreadable(Peer from, int entries, int bytes, String reason) {
    shards.peers().unreadable(entries);
    if (!unreadableBefore.getAndSet(true)) {
      log.error(
          "event=transfer-unreadable from={} entries={} bytes={} reason=\"{}\", the sender keeps"
              + " them; further ones are only counted",
          from,
          entries,
          bytes,
          reason);
    }
  }

  private static Refusal notOwner(Ownership.Snapshot epoch) {
    return new Refusal.NotOwner(
        "a slot of the transfer is another's in epoch " + epoch.order(),
        epoch.order().viewId(),
        epoch.order().number());
  }
}
