package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.gather.Arrival;
import io.ringtail.sampler.handover.Foreign;
import io.ringtail.sampler.intake.Arrivals;
import io.ringtail.sampler.intake.LinkServer;
import io.ringtail.sampler.intake.Ownership;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.store.SlotView;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The real shards and intake behind {@link Tier}. Threads: the handoff's; what shards finish comes
 * back through {@code later}.
 */
public final class ShardTier implements Tier {
  private final ShardSet shards;
  private final Ownership ownership;
  private final LinkServer links;
  private final Arrivals arrivals;
  private final Consumer<Task> later;
  private final Map<Long, Peer> known = new HashMap<>();
  private List<Peer> routers = List.of();
  private final AtomicLong refusedTransfers = new AtomicLong();
  private long refusedBefore;
  private long departedBefore;

  /** Something for the keeper's thread. */
  public interface Task {
    void run(Keeper keeper, long nowNanos);
  }

  /**
   * @param later has the keeper's thread run something soon, from any thread
   */
  public ShardTier(
      ShardSet shards, Ownership ownership, LinkServer links, Consumer<Task> later, Rules rules) {
    this.shards = shards;
    this.ownership = ownership;
    this.links = links;
    this.arrivals = new Arrivals(ownership, shards, rules);
    this.later = later;
  }

  @Override
  public void use(SlotView view, boolean takesParts) {
    boolean newEpoch = !view.order().equals(ownership.newest().order());
    ownership.use(view, takesParts, shards::slots);
    if (newEpoch) {
      links.epochInUse();
    }
  }

  @Override
  public EpochOrder applied() {
    return shards.foreign().processed();
  }

  @Override
  public Optional<EpochOrder> oldestForeign() {
    Foreign foreign = shards.foreign();
    return Optional.ofNullable(foreign.oldestLost());
  }

  @Override
  public long mark(long router) {
    Peer peer = known.get(router);
    int key = peer == null ? RouterKeys.NONE : shards.routers().find(peer);
    return key == RouterKeys.NONE ? -1 : shards.mark(key);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the same object until they change
  public List<Peer> routers() {
    List<Peer> now = shards.routers().known();
    if (now != routers) {
      routers = now;
      known.clear();
      now.forEach(router -> known.put(router.incarnation().bits(), router));
    }
    return now;
  }

  @Override
  public void forgetRouters(Set<Long> named) {
    links.forgetRouters(named);
  }

  @Override
  public void unsure(Collection<Peer> routers) {
    shards.unsure(routers);
  }

  @Override
  public void unnamed(Collection<Peer> routers) {
    shards.unnamed(routers);
  }

  @Override
  public SlotSet progress() {
    SlotSet replayed = links.takeReplayedSlots();
    long refused = refusedTransfers.get() + links.refusedReplays();
    if (refused == refusedBefore) {
      return replayed;
    }
    long departed = shards.metrics().departedSpans();
    boolean freed = departed != departedBefore;
    refusedBefore = refused;
    departedBefore = departed;
    return freed ? SlotSet.ALL : replayed;
  }

  @Override
  public void take(Peer from, PeerWord.Transfer transfer, Peers.Answers answers) {
    long id = transfer.id();
    Refusal refusal =
        arrivals.take(
            from,
            transfer.entries(),
            (slots, outcome) -> onMerged(from, id, answers, slots, outcome));
    if (refusal == null) {
      return;
    }
    if (refusal instanceof Refusal.NotOwner notOwner) {
      EpochOrder epoch = new EpochOrder(notOwner.viewId(), notOwner.number());
      done(from, answers, SlotSet.NONE, new PeerAnswer.TransferNotOwner(id, epoch));
    } else if (refusal instanceof Refusal.Malformed) {
      done(from, answers, SlotSet.NONE, new PeerAnswer.TransferUnfit(id, List.of()));
    } else {
      refusedTransfers.incrementAndGet();
      done(from, answers, SlotSet.NONE, new PeerAnswer.TransferFull(id));
    }
  }

  /** For want of memory nothing is given up: what was merged meanwhile comes once more. */
  private void onMerged(
      Peer from, long id, Peers.Answers answers, SlotSet slots, Arrival.Outcome outcome) {
    if (outcome.wantsMemory()) {
      refusedTransfers.incrementAndGet();
      done(from, answers, SlotSet.NONE, new PeerAnswer.TransferFull(id));
    } else if (outcome.unfit().isEmpty()) {
      done(from, answers, slots, new PeerAnswer.TransferTaken(id));
    } else {
      done(from, answers, slots, new PeerAnswer.TransferUnfit(id, outcome.unfit()));
    }
  }

  private void done(Peer from, Peers.Answers answers, SlotSet merged, PeerAnswer answer) {
    later.accept(
        (keeper, nowNanos) -> keeper.onTransferDone(from, answers, merged, answer, nowNanos));
  }

  @Override
  public void discardOpen() {
    shards.discardOpen();
  }

  @Override
  public boolean isEmpty() {
    return shards.heldSpans() == 0 && shards.unansweredExports() == 0;
  }

  @Override
  public void tellMarks() {
    links.tellMarks();
  }
}
