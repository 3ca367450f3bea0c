package io.ringtail.it.sim;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a run has come to rest: all requests answered, every node in the newest epoch, nothing
 * held, no log with anything in it. Threads: one.
 */
final class Quiet {
  private final Simulation simulation;
  private long since = Long.MAX_VALUE;
  private String why = "";
  private String lastWhy = "";

  Quiet(Simulation simulation) {
    this.simulation = simulation;
  }

  /** What is left to do, or was when there last was anything. */
  String whyNot() {
    return why.isEmpty() ? "lately " + lastWhy : why;
  }

  /** Whether there was nothing to do when this was asked in the last half second. */
  boolean isReached() {
    World world = simulation.world;
    why = lookForWork();
    if (!why.isEmpty()) {
      lastWhy = why;
      since = Long.MAX_VALUE;
      return false;
    }
    since = Math.min(since, world.now());
    return world.now() - since >= 500 * World.MILLI;
  }

  private String lookForWork() {
    if (!simulation.clients.isDone()) {
      return simulation.clients.open() + " requests are not answered";
    }
    if (!simulation.group.isWhole()) {
      return "the group is in several parts";
    }
    List<SimNode> nodes = simulation.all();
    Set<Long> there = new TreeSet<>();
    nodes.forEach(n -> there.add(n.bits));
    for (SimNode n : nodes) {
      Optional<Epoch> newest = n.membership.newest();
      Set<Long> named = new TreeSet<>();
      newest.ifPresent(e -> e.members().forEach(m -> named.add(m.incarnation().bits())));
      if (!named.equals(there)) {
        return n + " has not the newest epoch: " + newest.map(Epoch::order) + names(newest);
      }
      String work = n.whyNotQuiet();
      if (!work.isEmpty()) {
        return work;
      }
    }
    return "";
  }

  private static List<String> names(Optional<Epoch> epoch) {
    return epoch.stream().flatMap(e -> e.members().stream()).map(Member::nodeId).toList();
  }
}
