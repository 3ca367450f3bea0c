package io.ringtail.it.sim;

import io.ringtail.ring.RingTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * One run: a cluster of real routers and samplers, its senders and its backend, and what a schedule
 * does to them. Threads: one.
 */
final class Simulation {
  /** The same tables for all simulations of a JVM: building one takes milliseconds. */
  private static final RingTables TABLES = new RingTables(256);

  private static final long LOOK = 5 * World.MILLI;

  final RingTables tables = TABLES;
  final long seed;
  final SimConfig config;
  final World world;
  final SimNet net;
  final SimGroup group;
  final Ledger ledger;
  final SimBackend backend;
  final SimClients clients;
  final Witness witness;
  int refusals;

  /** Samplers whose grace was over before they were drained. */
  int abandoned;

  /** Spans that logs of routers that are gone have given up. */
  private long forgotten;

  /** In every other run whatever is queued ends the naps of shards: some faults show only then. */
  final boolean shardsWake;

  /** Whether who was suspected while it was paused gets a view of its own. */
  boolean wakesAlone;

  /** Whether no side is healed any more but by whoever makes one. */
  private boolean isHealedAll;

  private final Map<String, SimNode> nodes = new LinkedHashMap<>();
  private final Map<SimNode, List<Runnable>> deathWatch = new HashMap<>();
  private final Quiet quiet = new Quiet(this);
  private final Host stage;
  private long nextBits = 1;

  Simulation(long seed, SimConfig config, boolean telling) {
    this.seed = seed;
    this.shardsWake = ((seed >>> 6 ^ seed >>> 1) & 1) == 0;
    this.config = config;
    this.world = new World(seed, telling);
    this.witness = new Witness(world);
    this.net = new SimNet(world);
    this.group = new SimGroup(world, witness);
    this.ledger = new Ledger(world, config);
    group.onOwnSide = ledger.excuses::ownSide;
    group.onUnited = ledger.excuses::united;
    this.backend = new SimBackend(world, ledger);
    this.stage = new Host(world, "stage");
    this.clients = new SimClients(this);
  }

  // ---- who is there

  SimSampler sampler(String name) {
    SimSampler node = new SimSampler(this, name, nextBits());
    start(node);
    return node;
  }

  SimRouter router(String name) {
    SimRouter node = new SimRouter(this, name, nextBits());
    start(node);
    return node;
  }

  long nextBits() {
    return nextBits++ << 8;
  }

  private void start(SimNode node) {
    world.tell("start %s", node);
    witness.started(node, all());
    nodes.put(node.name, node);
    node.join();
  }

  Optional<SimNode> node(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  /** All that live, also those that leave. */
  List<SimNode> all() {
    return List.copyOf(nodes.values());
  }

  /**
   * A sender was told that there is no room.
   *
   * @param message what for
   */
  void busy(String message) {
    witness.busy(all(), message.startsWith("router.retention."));
  }

  List<SimSampler> samplers() {
    return nodes.values().stream()
        .filter(n -> n instanceof SimSampler && !n.leaving)
        .map(SimSampler.class::cast)
        .toList();
  }

  List<SimRouter> routers() {
    return nodes.values().stream()
        .filter(n -> n instanceof SimRouter && !n.leaving)
        .map(SimRouter.class::cast)
        .toList();
  }

  /** A router that takes requests, beginning to ask at the n-th. */
  Optional<SimRouter> readyRouter(int n) {
    List<SimRouter> routers = routers();
    for (int i = 0; i < routers.size(); i++) {
      SimRouter r = routers.get(Math.floorMod(n + i, routers.size()));
      if (r.whyNotReady().isEmpty()) {
        return Optional.of(r);
      }
    }
    return Optional.empty();
  }

  void whenDead(SimNode node, Runnable what) {
    deathWatch.computeIfAbsent(node, n -> new ArrayList<>()).add(what);
  }

  // ---- what happens to them

  void after(long nanos, Runnable what) {
    stage.after(nanos, what);
  }

  /** Does something as soon as something else is so, if that is within some seconds. */
  void once(BooleanSupplier when, Runnable what) {
    look(when, what, 500);
  }

  private void look(BooleanSupplier when, Runnable what, int left) {
    if (when.getAsBoolean()) {
      what.run();
    } else if (left > 0) {
      after(LOOK, () -> look(when, what, left - 1));
    }
  }

  /**
   * Kills a process.
   *
   * @param silent nobody is told by the network; else connections are reset
   */
  void kill(String name, boolean silent) {
    SimNode node = nodes.remove(name);
    if (node == null) {
      return;
    }
    world.tell("kill %s%s", node, silent ? " silently" : "");
    witness.killed(node, silent);
    lost(node, false);
    node.host.dies();
    bury(node, silent);
    group.disconnect(
        node.bits,
        silent
            ? 4_500 * World.MILLI + world.below(World.SECOND)
            : 50 * World.MILLI + world.below(World.SECOND));
  }

  private void bury(SimNode node, boolean silent) {
    node.host.kill();
    net.died(node.host, silent);
    if (node instanceof SimSampler s) {
      s.bury();
    } else if (node instanceof SimRouter r) {
      forgotten += r.forgotten();
      r.bury();
    }
    boolean none = nodes.values().stream().noneMatch(SimSampler.class::isInstance);
    if (none || (node instanceof SimSampler last && last.hasDecidedLast())) {
      ledger.excuses.decisionsForgotten();
    }
    List<Runnable> watchers = deathWatch.remove(node);
    if (watchers != null) {
      watchers.forEach(Runnable::run);
    }
  }

  /** It has left in order. */
  void gone(SimNode node) {
    if (nodes.remove(node.name, node)) {
      world.tell("left %s", node);
      witness.left(node);
      bury(node, false);
      group.disconnect(node.bits, 10 * World.MILLI);
    }
  }

  void fenced(SimNode node) {
    world.tell("fenced %s", node);
    nodes.remove(node.name, node);
    bury(node, false);
    group.disconnect(node.bits, 50 * World.MILLI);
  }

  void weigh(String name, int weight) {
    if (nodes.get(name) instanceof SimSampler sampler && !sampler.leaving) {
      world.tell("weigh %s %d", sampler, weight);
      sampler.weigh(weight);
    }
  }

  /** An operator drains a sampler, which lives on, or takes that back. */
  void drained(String name, boolean drained) {
    if (nodes.get(name) instanceof SimSampler sampler && !sampler.leaving) {
      world.tell("%s %s", drained ? "operator drains" : "undrain", sampler);
      witness.drained(sampler, all(), drained);
      sampler.drained(drained);
    }
  }

  void drain(String name) {
    SimNode node = nodes.get(name);
    if (node != null && !node.leaving) {
      world.tell("drain %s", node);
      witness.leaves(node, all());
      node.drain();
    }
  }

  /** Each message takes up to so many ms. */
  void slowNetwork(int millis) {
    witness.met(Trouble.SLOW_LINKS);
    net.latency = () -> World.MILLI / 4 + world.below(millis * World.MILLI);
  }

  void breakLinks(SimNode node) {
    world.tell("break links of %s", node);
    witness.met(Trouble.LINKS_BROKEN);
    net.breakStreams(node.host, null);
  }

  /** Between two of them, if both live. */
  void breakLinks(String one, String other) {
    SimNode a = nodes.get(one);
    SimNode b = nodes.get(other);
    if (a != null && b != null) {
      witness.met(Trouble.LINKS_BROKEN);
      net.breakStreams(a.host, b.host);
    }
  }

  /** It hears of no epoch for so long. */
  void deafen(String name, long nanos) {
    world.tell("deafen %s", name);
    witness.met(Trouble.DEAF);
    group.deafen(name, nanos);
  }

  /** It does not hear of the epochs of the next second, nor can it ask for them for so long. */
  void forget(String name, long nanos) {
    world.tell("%s skips epochs", name);
    group.forget(name, nanos);
  }

  void backendDown(long nanos) {
    world.tell("backend down");
    witness.met(Trouble.BACKEND_DOWN);
    backend.down = true;
    after(nanos, () -> backend.down = false);
  }

  void backendSlow(long answerNanos, long nanos) {
    world.tell("backend slow");
    witness.met(Trouble.BACKEND_SLOW);
    backend.slowNanos = answerNanos;
    after(nanos, () -> backend.slowNanos = 0);
  }

  /** Senders wait for more before they send: each part has spans of many slots. */
  void manySlots() {
    witness.met(Trouble.MANY_SLOTS);
    clients.batchNanos = 400 * World.MILLI;
  }

  void starveShards(String name, long nanos) {
    node(name)
        .ifPresent(
            node -> {
              world.tell("starve shards of %s for %d ms", node, nanos / World.MILLI);
              ((SimSampler) node).starveShards(nanos);
            });
  }

  private void resume(SimNode node) {
    if (node instanceof SimRouter && node.host.isPaused()) {
      ledger.excuses.routerStood(node.toString(), node.host.pausedAt());
    }
    node.host.resume();
  }

  void pause(String name, long nanos) {
    SimNode node = nodes.get(name);
    if (node == null || node.host.isPaused()) {
      return;
    }
    world.tell("pause %s for %d ms", node, nanos / World.MILLI);
    node.host.pause();
    long suspected = 4_500 * World.MILLI + world.below(1_500 * World.MILLI);
    if (nanos > suspected) {
      after(
          suspected,
          () -> {
            if (node.host.isAlive() && node.host.isPaused()) {
              world.tell("suspect %s", node);
              witness.met(Trouble.LOST_WHILE_PAUSED);
              lost(node, true);
              group.suspect(node.bits);
            }
          });
    }
    boolean alone = wakesAlone || world.chance(0.6);
    after(
        nanos,
        () -> {
          if (!node.host.isAlive()) {
            healAtLast();
            return;
          }
          world.tell("resume %s", node);
          if (node instanceof SimSampler && nanos > 3 * World.SECOND) {
            witness.met(Trouble.PAUSED_PAST_LEASE);
          }
          resume(node);
          if (group.isApart(node.bits)) {
            if (alone) {
              witness.met(Trouble.WAKES_ALONE);
              group.wakeAlone(node.bits);
            }
            after(World.SECOND + world.below(5 * World.SECOND), group::heal);
          } else {
            healAtLast();
          }
        });
  }

  /**
   * Ends a side that a pause has made after all else was healed, and that others may have joined:
   * nobody else would.
   */
  private void healAtLast() {
    if (isHealedAll && !group.isWhole()) {
      after(World.SECOND, group::heal);
    }
  }

  private void lost(SimNode node, boolean lives) {
    witness.lost(node, all());
    if (node instanceof SimSampler) {
      boolean heirless = node.membership.newest().filter(e -> e.activeSamplers() > 1).isEmpty();
      ledger.excuses.samplerLost(node.name, heirless, heirless || isNoHeirReady(node), lives);
    } else {
      ledger.excuses.routerLost(node.toString());
    }
  }

  /**
   * Whether none of those that may be heirs could have stored anything: they use no epoch, or only
   * just.
   */
  private boolean isNoHeirReady(SimNode node) {
    return samplers().stream().noneMatch(s -> !s.equals(node) && s.mayKnow());
  }

  /** A sampler has nobody to give anything to and decides what it holds (protocol S3). */
  void decidesLast() {
    witness.met(Trouble.LAST_DECIDES);
    ledger.excuses.decidesLast();
  }

  void partition(Set<String> names, long nanos) {
    if (!group.isWhole() || !isPart(names)) {
      return;
    }
    ledger.excuses.parted();
    world.tell("partition %s for %d ms", new TreeSet<>(names), nanos / World.MILLI);
    witness.met(Trouble.PARTITION);
    net.cut(names);
    group.split(names);
    after(nanos, this::healPartition);
  }

  /** Whether there are nodes on both sides. */
  private boolean isPart(Set<String> names) {
    return nodes.keySet().stream().anyMatch(names::contains) && !names.containsAll(nodes.keySet());
  }

  void healPartition() {
    world.tell("heal");
    net.heal();
    after(World.SECOND + world.below(5 * World.SECOND), group::heal);
  }

  // ---- the end

  /** Runs for so long, then until quiet; what came of it. */
  Outcome run(long activeNanos, long quietLimitNanos) {
    world.runUntil(world.now() + activeNanos, () -> false);
    world.tell("no more faults");
    backend.down = false;
    backend.slowNanos = 0;
    net.heal();
    for (SimNode n : List.copyOf(nodes.values())) {
      if (n.host.isPaused()) {
        resume(n);
      }
    }
    after(World.SECOND, group::heal);
    isHealedAll = true;
    world.runUntil(world.now() + quietLimitNanos, quiet::isReached);
    boolean rests = quiet.isReached();
    Ledger.Verdict verdict = ledger.judge();
    List<String> problems = new ArrayList<>();
    if (!rests) {
      problems.add("not quiet: " + quiet.whyNot());
    }
    nodes.values().forEach(n -> n.audit(problems));
    if (abandoned > 0) {
      problems.add(abandoned + " samplers were not drained in their grace");
    }
    nodes.values().forEach(n -> bury(n, false));
    if (config.logsRefuse() && forgotten > 0) {
      problems.add(forgotten + " spans were given up by logs that are to refuse instead");
    }
    return new Outcome(
        seed, verdict, witness.met(), problems, world.trail(), world.happened(), world.story());
  }
}
