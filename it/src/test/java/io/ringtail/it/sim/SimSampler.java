package io.ringtail.it.sim;

import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.ring.HeirTable;
import io.ringtail.ring.RingTable;
import io.ringtail.sampler.intake.LinkServer;
import io.ringtail.sampler.intake.Ownership;
import io.ringtail.sampler.intake.SimIntakeAccess;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.shard.SlotView;
import io.ringtail.sampler.shard.SimShardAccess;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A sampler process: real links, shards and membership, worked by the clock. Threads: one. */
final class SimSampler extends SimNode {
  /** Until the handoff is wired. */
  private static final HeirTable NOBODY = RingTable.build(List.of()).heirs();

  private static final long WORK_EVERY = 25 * World.MILLI;

  final Metrics metrics = new Metrics();
  final SimBackend.Queue exports;
  final Ownership ownership;
  final ShardSet shards;
  final LinkServer links;
  private final boolean[] working;
  private final SimExecutor builder;
  private int weight = 100;
  private Incarnation incarnation;

  SimSampler(Simulation simulation, String name, long bits) {
    super(simulation, name, bits);
    this.incarnation = new Incarnation(EpochOrder.NONE, bits);
    this.exports = simulation.backend.new Queue(host, simulation.config.exportRoom());
    this.ownership = new Ownership();
    this.shards =
        SimShardAccess.shards(
            simulation.config.shards(),
            simulation.config.tail(),
            exports,
            metrics,
            PooledByteBufAllocator.DEFAULT,
            simulation.world::now);
    this.working = new boolean[shards.shards()];
    this.builder = new SimExecutor(host, 20 * World.MILLI);
    SimExecutor timer = new SimExecutor(host, World.MILLI);
    this.links =
        SimIntakeAccess.links(
            this::self,
            ownership,
            shards,
            new SimLoop(host),
            metrics,
            simulation.world::now,
            timer);
    timer.scheduleWithFixedDelay(() -> SimIntakeAccess.look(links), 20, 20, TimeUnit.MILLISECONDS);
    simulation.net.listen(
        address(),
        host,
        List.of(
            new SimNet.Method<>(
                LinkMethod.server(PooledByteBufAllocator.DEFAULT),
                call -> SimIntakeAccess.accept(links, call))));
    for (int i = 0; i < working.length; i++) {
      int shard = i;
      host.every(WORK_EVERY, () -> work(shard));
    }
  }

  private String address() {
    return name + "-" + Long.toHexString(bits) + ":4319";
  }

  Peer self() {
    return new Peer(name, incarnation);
  }

  @Override
  Member member(Member.State state) {
    return new Member(name, incarnation, Member.Role.SAMPLER, state, weight, address(), "", "", 1);
  }

  void weigh(int newWeight) {
    weight = newWeight;
    membership.update(member(Member.State.ACTIVE));
  }

  @Override
  EpochListener listener() {
    return new EpochListener() {
      @Override
      public void onEpoch(Epoch epoch) {
        builder.execute(() -> use(epoch));
      }

      @Override
      public void onFenced(Member newer) {}
    };
  }

  private void use(Epoch epoch) {
    RingTable table = simulation.tables.of(epoch.members());
    epoch.members().stream()
        .filter(m -> m.incarnation().bits() == bits)
        .findFirst()
        .ifPresent(m -> incarnation = m.incarnation());
    boolean owns =
        epoch.members().stream().anyMatch(m -> m.incarnation().bits() == bits && m.ownsSlots());
    int self = owns ? table.indexOf(name).orElse(-2) : -2;
    ownership.use(
        SlotView.of(epoch, table, self).withHeirs(NOBODY), owns, shards::slots);
    links.epochInUse();
    simulation.world.tell(
        "%s uses %s %s lost %s",
        name,
        epoch.order(),
        epoch.members().stream().map(m -> m.nodeId() + ":" + m.state()).toList(),
        epoch.lost().stream().map(Member::nodeId).toList());
  }

  /** A shard's thread wakes up soon when something is queued. */
  @Override
  void step() {
    for (int i = 0; i < working.length; i++) {
      if (!working[i] && SimShardAccess.hasQueued(shards, i)) {
        working[i] = true;
        int shard = i;
        long lag =
            simulation.world.chance(0.05)
                ? simulation.world.below(50 * World.MILLI)
                : simulation.world.below(2 * World.MILLI);
        host.after(
            lag,
            () -> {
              working[shard] = false;
              work(shard);
            });
      }
    }
  }

  private void work(int shard) {
    SimShardAccess.work(shards, shard);
  }

  /** Begins to stop in order: as the product did before handoff. */
  @Override
  void drain() {
    leaving = true;
    membership.update(member(Member.State.DRAINING));
    host.after(World.SECOND, this::decideAndLeave);
  }

  private void decideAndLeave() {
    CompletableFuture<Void> drained = SimShardAccess.drain(shards);
    host.every(
        50 * World.MILLI,
        () -> {
          if (drained.isDone() && exports.isEmpty()) {
            membership.leave();
            if (membership.hasLeft()) {
              simulation.gone(this);
            }
          }
        });
  }

  void bury() {
    SimShardAccess.bury(shards);
    simulation.net.close(address(), host);
  }

  @Override
  void audit(List<String> problems) {
    if (SimShardAccess.held(shards) != 0) {
      problems.add(name + " holds spans: " + SimShardAccess.books(shards));
    }
  }

  @Override
  String whyNotQuiet() {
    if (!exports.isEmpty()) {
      return name + " has exports under way";
    }
    for (int i = 0; i < working.length; i++) {
      if (!SimShardAccess.isIdle(shards, i)) {
        return name + " shard " + i + " is not idle";
      }
    }
    return "";
  }
}
