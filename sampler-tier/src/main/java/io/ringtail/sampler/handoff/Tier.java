package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.store.SlotView;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** This sampler's shards and intake, as the keeper sees them. Threads: the keeper's. */
public interface Tier {
  /** From here on goes by {@code view}; parts are taken only if {@code takesParts}. */
  void use(SlotView view, boolean takesParts);

  /** The newest epoch that every shard has gone by, and looked for what it lost in it. */
  EpochOrder applied();

  /** Oldest epoch in which something was lost that a shard still holds; empty if nothing. */
  Optional<EpochOrder> oldestForeign();

  /** Least mark of the shards for a router; negative if none has seen it. */
  long mark(long router);

  /** Routers there may be a mark for. */
  List<Peer> routers();

  /**
   * Routers that are not among those named, and have no link, need not be known any more when all
   * they sent is settled. Called again and again.
   */
  void forgetRouters(Set<Long> named);

  /**
   * Routers that may have in their logs what nobody else has: what is decided does not cover it.
   *
   * @param routers all of them
   */
  void unsure(Collection<Peer> routers);

  /** All routers that were named by an epoch and are not by the newest (protocol D4). */
  void unnamed(Collection<Peer> routers);

  /**
   * Slots for which replayed parts were taken since the last call; all, if anything was refused for
   * want of bytes while bytes are freed.
   */
  SlotSet progress();

  /**
   * Merges a transfer, or refuses it; {@link Keeper#onTransferDone} tells which, after this call.
   *
   * @param transfer consumed
   */
  void take(Peer sender, PeerWord.Transfer transfer, Peers.Answers answers);

  /** Drops what is open, counted (protocol L2). */
  void discardOpen();

  /** Whether nothing accepted is left in any shard that is not settled. */
  boolean isEmpty();

  /** Marks were computed anew: each link is told its own. */
  void tellMarks();
}
