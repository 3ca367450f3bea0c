package io.ringtail.it.sim;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.forward.Forwarder;
import io.ringtail.router.forward.SimRouterAccess;
import io.ringtail.router.receive.Responder;
import java.util.List;
import java.util.Optional;

/** A router process: the real forwarder and membership. Threads: one. */
final class SimRouter extends SimNode {
  final Metrics metrics = new Metrics();
  final Forwarder forwarder;
  private boolean named;

  SimRouter(Simulation simulation, String name, long bits) {
    super(simulation, name, bits);
    Incarnation incarnation = new Incarnation(EpochOrder.NONE, bits);
    forwarder =
        SimRouterAccess.forwarder(
            ForwardConfig.defaults(),
            new Peer(name, incarnation),
            new SimLoop(host),
            address -> simulation.net.channel(host, address),
            simulation.world::now,
            simulation.world.random,
            simulation.tables,
            new SimExecutor(host, 20 * World.MILLI),
            metrics,
            simulation.config.log(),
            simulation.config.rules());
  }

  @Override
  Member member(Member.State state) {
    return new Member(
        name, new Incarnation(EpochOrder.NONE, bits), Member.Role.ROUTER, state, 0, "", "", "", 1);
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
        if (named && !inTurn) {
          simulation.witness.met(Trouble.ROUTER_SKIPS_EPOCH);
        }
        named = true;
        epoch.lost().forEach(m -> heardOfLoss(m.nodeId()));
        simulation.world.tell(
            "%s is told of %s%s", name, epoch.order(), inTurn ? "" : " out of turn");
        forwarder.onEpoch(epoch, inTurn, () -> membership.inUse(epoch));
      }

      @Override
      public void onFenced(Member newer) {}
    };
  }

  private void heardOfLoss(String lost) {
    simulation.ledger.excuses.lossHeard(toString(), lost);
  }

  void accept(byte[] body, Responder responder) {
    host.run(() -> forwarder.accept(body, 0, body.length, Header.EMPTY, responder));
  }

  Optional<String> whyNotReady() {
    return forwarder.whyNotReady();
  }

  @Override
  String whyNotQuiet() {
    if (forwarder.openRequests() > 0) {
      return name + " has open requests";
    }
    return forwarder.isSettled()
        ? ""
        : name + " keeps " + forwarder.unsettledSpans() + " spans that are not settled";
  }

  @Override
  void audit(List<String> problems) {
    if (forwarder.bytesHeld() != 0) {
      problems.add(name + " holds " + forwarder.bytesHeld() + " bytes");
    }
  }

  /** Takes no more, finishes what it has, leaves. */
  @Override
  void drain() {
    leaving = true;
    SimRouterAccess.stopTaking(forwarder);
    host.every(
        50 * World.MILLI,
        () -> {
          if (forwarder.openRequests() == 0 && forwarder.isSettled()) {
            membership.leave();
            if (membership.hasLeft()) {
              simulation.gone(this);
            }
          }
        });
  }

  /** Spans that its log has given up, which a log that refuses never does. */
  long forgotten() {
    return metrics.total("ringtail_router_forgotten_spans_total");
  }

  void bury() {
    host.bury(forwarder::close);
  }
}
