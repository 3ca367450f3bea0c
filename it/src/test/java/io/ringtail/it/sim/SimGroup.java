package io.ringtail.it.sim;

import io.ringtail.cluster.SimMembership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A group layer worse than JGroups: views come to each process at their own time, messages late and
 * in any order, and not at all across sides or from the killed. Threads: one.
 */
final class SimGroup implements SimMembership.Group {
  private final World world;
  private final Witness witness;
  private final Host wire;
  private final Map<Long, Node> nodes = new HashMap<>();
  private List<Side> sides = new ArrayList<>();

  /** What becomes of a message: it may be lost or much delayed. */
  double loss = 0.01;

  double slow = 0.03;

  /** Messages to these hosts that tell of epochs are lost. */
  private final Map<String, Long> deafUntil = new HashMap<>();

  private final Map<String, Long> answersNothingUntil = new HashMap<>();

  /** Told of routers that are apart from the others together with a sampler that works. */
  Consumer<Set<String>> onOwnSide = routers -> {};

  /** Told when all can hear each other again. */
  Runnable onUnited = () -> {};

  private static final class Node {
    final long bits;
    final boolean sampler;
    final Host host;
    final SimMembership membership;
    long lastView;

    Node(long bits, boolean sampler, Host host, SimMembership membership) {
      this.bits = bits;
      this.sampler = sampler;
      this.host = host;
      this.membership = membership;
    }
  }

  /** Those who can talk to each other. */
  private static final class Side {
    long viewId;
    final List<Node> members = new ArrayList<>();
    boolean stale;
    boolean merged;
  }

  SimGroup(World world, Witness witness) {
    this.world = world;
    this.witness = witness;
    this.wire = new Host(world, "wire");
    sides.add(new Side());
  }

  void join(long bits, boolean sampler, Host host, SimMembership membership) {
    Node node = new Node(bits, sampler, host, membership);
    nodes.put(bits, node);
    Side side = sides.get(sides.size() == 1 ? 0 : world.random.nextInt(sides.size()));
    side.members.add(node);
    changed(side, 50);
    joined(side);
    host.every(100 * World.MILLI, membership::onTick);
  }

  /**
   * Who joins one that was taken for dead makes a cluster of its own with it, if there is a sampler
   * and a router then: a partition, which nobody has planned.
   */
  private void joined(Side side) {
    boolean apart = sides.indexOf(side) > 0;
    if (apart && side.members.stream().anyMatch(n -> n.sampler)) {
      onOwnSide.accept(
          side.members.stream()
              .filter(n -> !n.sampler)
              .map(n -> SimNode.incarnation(n.host.name(), n.bits))
              .collect(Collectors.toSet()));
    }
  }

  /** Leaves the view, soon. */
  void disconnect(long bits, long withinNanos) {
    Node node = nodes.get(bits);
    wire.after(
        withinNanos,
        () -> {
          Side side = node == null ? null : sideOf(node);
          if (node != null && side != null) {
            side.members.remove(node);
            nodes.remove(bits);
            changed(side, 10);
          }
        });
  }

  /** The rest takes this one for dead, though it lives. */
  void suspect(long bits) {
    Node node = nodes.get(bits);
    Side side = node == null ? null : sideOf(node);
    if (node == null || side == null || side.members.size() < 2) {
      return;
    }
    side.members.remove(node);
    Side own = new Side();
    own.viewId = side.viewId;
    own.members.add(node);
    sides.add(own);
    changed(side, 10);
  }

  boolean isApart(long bits) {
    Node node = nodes.get(bits);
    Side side = node == null ? null : sideOf(node);
    return side != null && sides.size() > 1 && side.members.size() == 1;
  }

  /** One that was apart gets a view in which it is alone. */
  void wakeAlone(long bits) {
    Node node = nodes.get(bits);
    Side side = node == null ? null : sideOf(node);
    if (side != null) {
      changed(side, 1);
    }
  }

  /** Those named can talk only to each other. */
  void split(Set<String> names) {
    Side old = sides.get(0);
    Side a = new Side();
    Side b = new Side();
    a.viewId = b.viewId = old.viewId;
    old.members.forEach(n -> (names.contains(n.host.name()) ? a : b).members.add(n));
    List<Side> rest = sides.subList(1, sides.size());
    List<Side> next = new ArrayList<>(List.of(a, b));
    next.addAll(rest);
    next.removeIf(s -> s.members.isEmpty());
    sides = next;
    long noticed = 4_000L + world.random.nextInt(2_000);
    changed(a, noticed);
    changed(b, noticed);
  }

  boolean isWhole() {
    return sides.size() == 1;
  }

  void heal() {
    if (sides.size() < 2) {
      return;
    }
    witness.met(Trouble.MERGE);
    onUnited.run();
    Side all = new Side();
    sides.forEach(s -> all.members.addAll(s.members));
    sides.forEach(s -> all.viewId = Math.max(all.viewId, s.viewId));
    if (world.chance(0.5)) {
      java.util.Collections.rotate(all.members, world.random.nextInt(all.members.size() + 1));
    }
    all.merged = true;
    sides = new ArrayList<>(List.of(all));
    changed(all, 500);
  }

  /** What it asks for of the past is not answered in this time, nor is what is published now. */
  void forget(String name, long nanos) {
    deafen(name, 1_200 * World.MILLI);
    answersNothingUntil.put(name, world.now() + nanos);
  }

  /** What is published to it in this time does not arrive. */
  void deafen(String name, long nanos) {
    deafUntil.put(name, world.now() + nanos);
  }

  private void changed(Side side, long withinMillis) {
    if (side.stale) {
      return;
    }
    side.stale = true;
    wire.after(
        withinMillis * World.MILLI,
        () -> {
          if (!sides.contains(side)) {
            return; // split or merged since
          }
          side.stale = false;
          side.viewId++;
          side.members.stream().filter(n -> n.sampler).findFirst().ifPresent(this::hearsSoon);
          List<Long> peers = side.members.stream().map(n -> n.bits).toList();
          List<Boolean> samplers = side.members.stream().map(n -> n.sampler).toList();
          boolean merged = side.merged;
          long id = side.viewId;
          side.merged = false;
          for (Node n : side.members) {
            n.host.after(
                World.MILLI + world.below(world.chance(0.2) ? 150 * World.MILLI : 10 * World.MILLI),
                () -> install(n, id, peers, samplers, merged));
          }
        });
  }

  /** Unless it has come back with other bits meanwhile: nothing of the old channel comes then. */
  private void install(Node n, long id, List<Long> peers, List<Boolean> samplers, boolean merged) {
    if (n.equals(nodes.get(n.bits)) && id > n.lastView) {
      n.lastView = id;
      n.membership.onView(id, peers, samplers, merged);
    }
  }

  @Override
  public void send(long from, long to, byte[] message) {
    Node sender = nodes.get(from);
    if (sender != null) {
      deliver(sender, nodes.get(to), message);
    }
  }

  @Override
  public void sendAll(long from, byte[] message) {
    Node sender = nodes.get(from);
    Side side = sender == null ? null : sideOf(sender);
    if (sender == null || side == null) {
      return;
    }
    for (Node n : side.members) {
      if (n != sender) {
        deliver(sender, n, message);
      }
    }
  }

  private void deliver(Node from, @Nullable Node to, byte[] message) {
    long delay =
        World.MILLI / 4 + world.below(world.chance(slow) ? 500 * World.MILLI : 4 * World.MILLI);
    boolean lost = world.chance(loss);
    if (to == null || lost || isDeaf(to, message)) {
      return;
    }
    to.host.after(
        delay,
        () -> {
          Side side = sideOf(from);
          boolean dying = !from.host.isAlive() && world.chance(0.5);
          if (!dying && side != null && side.equals(sideOf(to))) {
            to.membership.onMessage(from.bits, message);
          }
        });
  }

  /**
   * Who leads its view: what is lost on its way there is sent again, or a group layer would take
   * the others for dead. Till then it would name only those it had known.
   */
  private void hearsSoon(Node coordinator) {
    long soon = world.now() + 2 * World.SECOND;
    deafUntil.computeIfPresent(coordinator.host.name(), (name, until) -> Math.min(until, soon));
    answersNothingUntil.computeIfPresent(
        coordinator.host.name(), (name, until) -> Math.min(until, soon));
  }

  private boolean isDeaf(Node to, byte[] message) {
    return deafUntil.getOrDefault(to.host.name(), 0L) > world.now()
        || (answersNothingUntil.getOrDefault(to.host.name(), 0L) > world.now()
            && SimMembership.isAnswer(message));
  }

  @Override
  public void comeBack(long bits, long newBits) {
    Node old = nodes.remove(bits);
    Side side = old == null ? null : sideOf(old);
    if (old == null || side == null) {
      return;
    }
    side.members.remove(old);
    changed(side, 10);
    Node back = new Node(newBits, old.sampler, old.host, old.membership);
    old.host.after(
        20 * World.MILLI + world.below(300 * World.MILLI),
        () -> {
          nodes.put(newBits, back);
          Side joined = sides.get(sides.size() == 1 ? 0 : world.random.nextInt(sides.size()));
          joined.members.add(back);
          changed(joined, 50);
          joined(joined);
        });
  }

  private @Nullable Side sideOf(Node n) {
    for (Side s : sides) {
      if (s.members.contains(n)) {
        return s;
      }
    }
    return null;
  }
}
