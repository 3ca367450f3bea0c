package io.ringtail.sampler;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Farewell;
import io.ringtail.ops.Readiness;
import io.ringtail.sampler.handoff.Arrival;
import io.ringtail.sampler.handoff.HandoffStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sampler's place in its cluster: hands epochs on to all who need them; gives up all it holds and
 * comes back as another incarnation when it was taken for dead; stops deciding when another process
 * has its node id. Threads: the membership's; {@link #look} is the handoff's.
 */
final class Place implements EpochListener {
  private static final Logger log = LoggerFactory.getLogger(Place.class);

  private final Self self;
  private final SamplerParts parts;
  private final Readiness readiness;
  private final Arrival arrival;
  private final Consumer<Epoch> told;
  private final CompletableFuture<String> fenced = new CompletableFuture<>();
  private volatile boolean stopping;

  /**
   * @param told of every epoch, before it is taken into use
   */
  Place(Self self, SamplerParts parts, Readiness readiness, Arrival arrival, Consumer<Epoch> told) {
    this.self = self;
    this.parts = parts;
    this.readiness = readiness;
    this.arrival = arrival;
    this.told = told;
  }

  /** Completes with the reason if a newer process of the same node id takes over. */
  CompletableFuture<String> fenced() {
    return fenced;
  }

  /** From here on it does not come back any more. */
  void stop() {
    stopping = true;
  }

  @Override
  public void onEpoch(Epoch epoch) {
    onEpoch(epoch, true);
  }

  @Override
  public void onEpoch(Epoch epoch, boolean inTurn) {
    told.accept(epoch);
    epoch.members().stream().filter(self::is).findFirst().ifPresent(this::named);
    parts.peers().onEpoch(epoch);
    parts.handoff().onEpoch(epoch, inTurn, () -> inUse(epoch));
  }

  private void named(Member me) {
    self.named(me.incarnation());
    readiness.ready("lost");
  }

  private void inUse(Epoch epoch) {
    HandoffStatus status = parts.handoff().status();
    log.info(
        "event=epoch order={} members={} owns_slots={} held_slots={} questions={}",
        epoch.order(),
        epoch.members().size(),
        status.owns(),
        status.heldSlots(),
        status.questions());
  }

  @Override
  public void onCompletions(List<Completion> completions) {
    parts.handoff().onCompletions(completions);
  }

  @Override
  public void onLost(Epoch without) {
    log.error(
        "event=lost node={} incarnation={} epoch={}: the cluster took this sampler for dead; it"
            + " gives away what it holds and comes back as another",
        self.nodeId(),
        self.incarnation(),
        without.order());
    readiness.notReady("lost", "the cluster took this node for dead; it clears up");
    parts.handoff().onLost(without);
  }

  /** Who was lost and holds nothing any more comes back. */
  void look(HandoffStatus status) {
    if (status.empty() && !stopping) {
      comeBack();
    }
  }

  private void comeBack() {
    Incarnation before = self.incarnation();
    Incarnation next = self.comeBack();
    log.info("event=coming-back node={} before={} bits={}", self.nodeId(), before, next);
    parts.handoff().comeBack(next.bits());
    arrival.again();
    parts.peers().restart();
    parts.links().endLinks(Farewell.Reason.NOT_ME, "this node comes back as another incarnation");
    parts.membership().comeBack(next.bits());
    readiness.ready("lost");
  }

  @Override
  public void onFenced(Member newer) {
    log.error(
        "event=fenced node={} incarnation={} newer={}: another process with this node id has"
            + " joined; this one stops deciding and stops",
        self.nodeId(),
        self.incarnation(),
        newer.incarnation());
    String reason = "a newer process of node id " + self.nodeId();
    readiness.notReady("fenced", reason + " joined");
    fenced.complete("fenced: " + reason + " has joined the cluster");
  }
}
