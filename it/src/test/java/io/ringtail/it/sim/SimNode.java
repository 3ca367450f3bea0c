package io.ringtail.it.sim;

import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.SimMembership;
import java.util.List;

/** What routers and samplers have in common: a process and a place in the cluster. */
abstract class SimNode {
  final Simulation simulation;
  final String name;

  /** Of its present incarnation. */
  long bits;

  final Host host;
  final SimMembership membership;
  boolean leaving;

  SimNode(Simulation simulation, String name, long bits) {
    this.simulation = simulation;
    this.name = name;
    this.bits = bits;
    this.host = new Host(simulation.world, name);
    this.membership =
        new SimMembership(
            simulation.group,
            owners -> simulation.tables.of(owners).checksum(),
            simulation.world::now,
            b -> simulation.fenced(this),
            simulation.config.rules());
  }

  void join() {
    if (Boolean.getBoolean("cluster")) membership.watcher = t -> simulation.world.tell("    %s", t);
    membership.start(member(Member.State.ACTIVE), listener());
    simulation.group.join(bits, this instanceof SimSampler, host, membership);
  }

  /** Begins to stop in order. */
  abstract void drain();

  abstract Member member(Member.State state);

  abstract EpochListener listener();

  /** Says what does not add up, once all is quiet. */
  abstract void audit(List<String> problems);

  /** What is left to do; empty if nothing is. */
  abstract String whyNotQuiet();

  @Override
  public String toString() {
    return incarnation(name, bits);
  }

  /** How the judge knows it. */
  static String incarnation(String name, long bits) {
    return name + "/" + Long.toHexString(bits);
  }
}
