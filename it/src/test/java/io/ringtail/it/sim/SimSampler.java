package io.ringtail.it.sim;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Farewell;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.decide.EffectListener;
import io.ringtail.sampler.handoff.Draining;
import io.ringtail.sampler.handoff.Handoff;
import io.ringtail.sampler.handoff.HandoffStatus;
import io.ringtail.sampler.handoff.KeeperConfig;
import io.ringtail.sampler.intake.LinkServer;
import io.ringtail.sampler.intake.Ownership;
import io.ringtail.sampler.intake.SimIntakeAccess;
import io.ringtail.sampler.peer.PeerLinks;
import io.ringtail.sampler.peer.SimPeerAccess;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.shard.SimShardAccess;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A sampler process: real links, shards, handoff and membership, worked by the clock; put together
 * as {@code SamplerNode} does. Threads: one.
 */
final class SimSampler extends SimNode {
  private static final long LOOK_EVERY = 20 * World.MILLI;
  private static final long STOP_GRACE = 20 * World.SECOND;

  final Metrics metrics = new Metrics();
  final SimBackend.Queue exports;
  final ShardSet shards;
  final LinkServer links;
  final PeerLinks peers;
  final Handoff handoff;
  private final String address;
  private int weight = 100;

  /** By an operator: owns nothing, and goes on. */
  private boolean drained;

  private Incarnation incarnation;
  private @Nullable Draining draining;
  private long starvedUntil;
  private long stopBy;
  private long leftBy;
  private long knowsFrom = Long.MAX_VALUE;
  private boolean hasLeft;
  private EpochOrder inUse = EpochOrder.NONE;
  private @Nullable CompletableFuture<Void> deciding;

  SimSampler(Simulation simulation, String name, long bits) {
    super(simulation, name, bits);
    this.incarnation = new Incarnation(EpochOrder.NONE, bits);
    this.address = name + "-" + Long.toHexString(bits) + ":4319";
    this.exports = simulation.backend.new Queue(host, simulation.config.exportRoom());
    this.handoff =
        new Handoff(
            KeeperConfig.of(
                name,
                bits,
                true,
                simulation.config.tail().decisionWait(),
                simulation.config.rules()),
            membership::complete,
            membership::inUse,
            new Handoff.Executors(
                new SimExecutor(host, World.MILLI),
                new SimExecutor(host, 20 * World.MILLI),
                simulation.world::now,
                simulation.tables),
            metrics);
    this.shards =
        SimShardAccess.shards(
            simulation.config.shards(),
            simulation.config.tail(),
            exports,
            metrics,
            UnpooledByteBufAllocator.DEFAULT,
            simulation.world::now,
            handoff,
            membership::mayDecide,
            simulation.config.rules());
    SimShardAccess.listen(shards, new Decisions());
    Ownership ownership = new Ownership();
    this.links =
        SimIntakeAccess.links(
            this::self,
            ownership,
            shards,
            new SimLoop(host),
            metrics,
            handoff,
            simulation.world::now,
            new SimExecutor(host, World.MILLI));
    this.peers =
        SimPeerAccess.links(
            this::self,
            new SimLoop(host),
            address -> simulation.net.channel(host, address),
            metrics);
    handoff.connect(shards, ownership, links, peers);
    peers.start(handoff.events());
    simulation.net.listen(
        address(),
        host,
        List.of(
            new SimNet.Method<>(
                LinkMethod.server(UnpooledByteBufAllocator.DEFAULT),
                call -> SimIntakeAccess.accept(links, call)),
            new SimNet.Method<>(
                SimPeerAccess.method(), call -> SimPeerAccess.accept(peers, call))));
    handoff.start(this::look);
    for (int i = 0; i < shards.shards(); i++) {
      new ShardHand(i).begin();
    }
  }

  /** Tells the ledger. */
  private final class Decisions implements EffectListener {
    @Override
    public void onTaken(long hi, long lo, boolean keep, int spans) {
      simulation.ledger.taken(host, hi, lo, keep, spans);
    }

    @Override
    public void onEffect(long hi, long lo, boolean keep, int spans, boolean known) {
      simulation.ledger.decided(host, known, isAlone(), hi, lo, keep, spans);
    }

    @Override
    public void onHeard(long hi, long lo) {
      simulation.ledger.heard(host, hi, lo);
    }

    @Override
    public void onEnded(long hi, long lo, int spans) {
      simulation.ledger.ended(host, hi, lo, spans);
    }
  }

  private boolean isAlone() {
    return membership.newest().filter(e -> e.activeSamplers() > 1).isEmpty();
  }

  /** Of the process, whatever incarnation it is. */
  private String address() {
    return address;
  }

  Peer self() {
    return new Peer(name, incarnation);
  }

  @Override
  Member member(Member.State state) {
    return new Member(name, incarnation, Member.Role.SAMPLER, state, weight, address, "", "", 1);
  }

  /** Spans others have handed over to it. */
  long handedIn() {
    return SimShardAccess.handedIn(shards);
  }

  /** Spans others have taken over from it. */
  long handedOut() {
    return SimShardAccess.handedOut(shards);
  }

  /** Spans it is not done with. */
  long held() {
    return SimShardAccess.held(shards);
  }

  void weigh(int newWeight) {
    weight = newWeight;
    membership.update(member(state()));
  }

  private Member.State state() {
    return drained || leaving ? Member.State.DRAINING : Member.State.ACTIVE;
  }

  /** An operator has it give away all it owns, or own slots again. */
  void drained(boolean nowDrained) {
    drained = nowDrained;
    host.run(() -> membership.update(member(state())));
  }

  boolean isDrained() {
    return drained;
  }

  @Override
  EpochListener listener() {
    return new EpochListener() {
      @Override
      public void onEpoch(Epoch epoch) {
        throw new AssertionError("told without inTurn");
      }

      @Override
      public void onEpoch(Epoch epoch, boolean inTurn) {
        epoch.members().stream()
            .filter(m -> m.incarnation().bits() == incarnation.bits())
            .findFirst()
            .ifPresent(m -> incarnation = m.incarnation());
        peers.onEpoch(epoch);
        handoff.onEpoch(epoch, inTurn, () -> inUse(epoch, inTurn));
      }

      @Override
      public void onCompletions(List<Completion> completions) {
        handoff.onCompletions(completions);
      }

      @Override
      public void onLost(Epoch without) {
        simulation.world.tell("%s is told that it was lost in %s", name, without.order());
        simulation.witness.met(Trouble.TOLD_LOST);
        simulation.ledger.excuses.isToldLost(name);
        handoff.onLost(without);
      }

      @Override
      public void onFenced(Member newer) {}
    };
  }

  private void inUse(Epoch epoch, boolean inTurn) {
    simulation.witness.uses(handoff.status(), inUse, inTurn, simulation.config.remembersLittle());
    if (inUse.equals(EpochOrder.NONE)) {
      knowsFrom = simulation.world.now() + Excuses.TELLING;
    }
    inUse = epoch.order();
    epoch.lost().forEach(m -> simulation.ledger.excuses.lossNoticed(host, m.nodeId()));
    if (simulation.world.isTelling()) {
      tellOf(epoch, inTurn);
    }
  }

  private void tellOf(Epoch epoch, boolean inTurn) {
    simulation.world.tell(
        "%s uses %s%s %s lost %s; %s",
        name,
        epoch.order(),
        inTurn ? "" : " out of turn",
        epoch.members().stream()
            .map(m -> m.nodeId() + (m.state() == Member.State.DRAINING ? "-" : ""))
            .toList(),
        epoch.lost().stream().map(Member::nodeId).toList(),
        brief());
  }

  private String brief() {
    HandoffStatus s = handoff.status();
    return (membership.mayDecide(simulation.world.now()) ? "" : "no lease, ")
        + "holds "
        + s.holds()
        + " ("
        + s.heldSlots()
        + " slots) questions "
        + s.questions()
        + " complete "
        + s.completeUpTo();
  }

  private void look(HandoffStatus status) {
    if (status.empty() && !leaving) {
      comeBack();
    }
  }

  private void comeBack() {
    Incarnation next = new Incarnation(EpochOrder.NONE, simulation.nextBits());
    simulation.world.tell("%s comes back as %x", name, next.bits());
    incarnation = next;
    inUse = EpochOrder.NONE;
    bits = next.bits();
    handoff.comeBack(next.bits());
    links.endLinks(Farewell.Reason.NOT_ME, "this node comes back as another incarnation");
    peers.restart();
    membership.comeBack(next.bits());
  }

  /** Its shards' threads have no core for so long; all others have. */
  void starveShards(long nanos) {
    starvedUntil = simulation.world.now() + nanos;
  }

  /** A shard's thread: it rests as in the product, and wakes up soon after it is woken. */
  private final class ShardHand {
    private final SimShardAccess.Hand shard;
    private boolean woken;

    /** Of the rest: who comes for one that has ended finds another. */
    private int turn;

    ShardHand(int index) {
      shard = SimShardAccess.hand(shards, index, this::wake, simulation.shardsWake);
    }

    void begin() {
      host.after(simulation.world.below(20 * World.MILLI), this::work);
    }

    private void work() {
      turn++;
      long starves = starvedUntil - simulation.world.now();
      woken = starves > 0;
      if (starves > 0) {
        int mine = turn;
        host.after(starves, () -> workIf(mine));
        return;
      }
      long rest = shard.work();
      if (rest == 0) {
        wake();
      } else {
        int mine = turn;
        host.after(host.sleep(rest), () -> workIf(mine));
      }
    }

    private void workIf(int rested) {
      if (rested == turn) {
        work();
      }
    }

    private void wake() {
      if (!woken) {
        woken = true;
        int mine = turn;
        World world = simulation.world;
        host.after(
            world.chance(0.05) ? world.below(50 * World.MILLI) : world.below(2 * World.MILLI),
            () -> workIf(mine));
      }
    }
  }

  // ---- stopping, as SamplerNode does

  @Override
  void drain() {
    leaving = true;
    membership.update(member(Member.State.DRAINING));
    draining = new Draining(true, STOP_GRACE);
    stopBy = simulation.world.now() + STOP_GRACE;
    host.every(LOOK_EVERY, this::goOnDraining);
  }

  private void goOnDraining() {
    Draining d = draining;
    if (d == null) {
      return;
    }
    long left = stopBy - simulation.world.now();
    CompletableFuture<Void> decided = deciding;
    if (decided != null) {
      if (left <= 0) {
        abandon();
      } else if (decided.isDone() && exports.isEmpty()) {
        decided(d.decided(handoff.status(), look(left)));
      }
      return;
    }
    switch (d.next(handoff.status(), look(left))) {
      case WAIT -> {}
      case LEAVE -> leave();
      case DECIDE -> {
        simulation.world.tell("%s decides what it holds", name);
        simulation.decidesLast();
        deciding = SimShardAccess.drain(shards);
      }
      case LEAVE_UNANSWERED -> {
        simulation.world.tell("%s leaves, its questions are the owners' now: %s", name, brief());
        simulation.kill(name, false);
      }
      case ABANDON -> {
        if (left <= 0) {
          abandon();
        } else {
          simulation.world.tell("%s leaves before it has come", name);
          simulation.kill(name, false);
        }
      }
      default -> throw new AssertionError(d);
    }
  }

  private Draining.Look look(long left) {
    boolean mayDecide = membership.mayDecide(simulation.world.now());
    return new Draining.Look(membership.isAsSaid(), mayDecide, shards.heldSpans() == 0, left);
  }

  private void decided(Draining.Step then) {
    switch (then) {
      case LEAVE -> leave();
      case WAIT -> {
        simulation.world.tell("%s gives what it cannot decide to others", name);
        deciding = null;
      }
      case ABANDON -> {
        simulation.world.tell("%s leaves what it cannot decide to the routers' logs", name);
        simulation.kill(name, false);
      }
      default -> throw new AssertionError(then);
    }
  }

  private void leave() {
    draining = null;
    simulation.world.tell("%s leaves with a word", name);
    membership.leave();
    leftBy = simulation.world.now() + 3 * World.SECOND;
    host.every(LOOK_EVERY, this::goWhenLeft);
  }

  /** The membership waits for 3 s, then what is known here may go to others for 1 s. */
  private void goWhenLeft() {
    long now = simulation.world.now();
    if (!hasLeft && (membership.hasLeft() || now > leftBy)) {
      hasLeft = true;
      host.leaves();
      leftBy = now + World.SECOND;
    }
    EpochOrder newest = membership.newest().map(Epoch::order).orElse(EpochOrder.NONE);
    if (hasLeft && (now > leftBy || Draining.mayGo(handoff.status(), newest))) {
      simulation.gone(this);
    }
  }

  private void abandon() {
    simulation.world.tell("%s has no time left: %s", name, brief());
    simulation.abandoned++;
    simulation.kill(name, false);
  }

  /** Whether others have had the time to tell it what they know. */
  boolean mayKnow() {
    return !hasLeft && simulation.world.now() >= knowsFrom;
  }

  /** Whether nobody owned slots to whom it could give what it had (protocol S3). */
  boolean hasDecidedLast() {
    return deciding != null;
  }

  void bury() {
    SimShardAccess.bury(shards);
    simulation.net.close(address(), host);
  }

  @Override
  void audit(List<String> problems) {
    if (SimShardAccess.held(shards) != 0) {
      problems.add(name + ": " + brief() + " holds spans: " + SimShardAccess.books(shards));
    }
    HandoffStatus s = handoff.status();
    if (s.possibleSplits() != 0) {
      problems.add(name + " ended holds without progress: " + s.possibleSplits());
    }
  }

  @Override
  String whyNotQuiet() {
    if (!exports.isEmpty()) {
      return name + " has exports under way";
    }
    if (shards.heldSpans() != 0 || shards.unansweredExports() != 0) {
      return name + " holds " + shards.heldSpans() + " spans: " + SimShardAccess.books(shards);
    }
    HandoffStatus s = handoff.status();
    return s.holds() == 0 && s.questions() == 0 && s.nothingLeft() && !s.stranger()
        ? ""
        : name + " is not done: " + s;
  }
}
