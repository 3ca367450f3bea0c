package io.ringtail.cluster.group;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.epoch.Effect;
import io.ringtail.cluster.epoch.Epochs;
import io.ringtail.cluster.word.ClusterCodec;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One incarnation of this node in its group: the state machine, and what that wants done. Threads:
 * the membership's.
 */
final class Session {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  private final Epochs epochs;
  private final EpochListener listener;
  private final GroupChannel channel;
  private final Standing standing;
  private final ClusterMetrics metrics;
  private final LongSupplier nanoClock;

  /** What the state machine is told. */
  interface Step {
    List<Effect> on(Epochs epochs, long nowNanos);
  }

  Session(
      Epochs epochs,
      EpochListener listener,
      GroupChannel channel,
      Standing standing,
      ClusterMetrics metrics,
      LongSupplier nanoClock) {
    this.epochs = epochs;
    this.listener = listener;
    this.channel = channel;
    this.standing = standing;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /** This node as it announces itself. */
  Member self() {
    return epochs.self();
  }

  EpochListener listener() {
    return listener;
  }

  GroupChannel channel() {
    return channel;
  }

  boolean hasLeft() {
    return epochs.hasLeft();
  }

  /** An error is counted, and the next step goes on from what there is. */
  void step(Step step) {
    try {
      step.on(epochs, nanoClock.getAsLong()).forEach(this::carryOut);
      standing.look(epochs, nanoClock.getAsLong());
    } catch (RuntimeException | Error e) {
      metrics.failed(e);
    }
  }

  private void carryOut(Effect effect) {
    if (effect instanceof Effect.Send send) {
      channel.send(send.toBits(), ClusterCodec.encode(send.message()));
    } else if (effect instanceof Effect.SendAll send) {
      channel.sendAll(ClusterCodec.encode(send.message()));
    } else if (effect instanceof Effect.Apply apply) {
      apply(apply);
    } else if (effect instanceof Effect.Completed completed) {
      listener.onCompletions(completed.completions());
    } else if (effect instanceof Effect.Lost gone) {
      lost(gone.epoch());
    } else if (effect instanceof Effect.Fenced fenced) {
      fenced(fenced.newer());
    } else {
      throw new AssertionError(effect);
    }
  }

  private void apply(Effect.Apply apply) {
    Epoch epoch = apply.epoch();
    metrics.applied.inc();
    metrics.lost.inc(epoch.lost().size());
    if (!apply.inTurn()) {
      metrics.outOfTurn.inc();
    }
    log.info(
        "epoch changed order={} coordinator={} samplers={} members={} lost={} in_turn={}",
        epoch.order(),
        epoch.coordinator(),
        epoch.activeSamplers(),
        epoch.members().size(),
        epoch.lost().stream().map(Member::nodeId).toList(),
        apply.inTurn());
    if (!apply.tableAgrees()) {
      log.error(
          "ring table differs from the cluster's order={} expected={}: not ready",
          epoch.order(),
          Long.toHexString(epoch.tableChecksum()));
    }
    standing.uses(epoch);
    listener.onEpoch(epoch, apply.inTurn());
  }

  private void lost(Epoch epoch) {
    metrics.lostSelf.inc();
    standing.hasNoLease();
    log.warn("lost epoch={}: the cluster goes on without this node", epoch.order());
    listener.onLost(epoch);
  }

  private void fenced(Member newer) {
    standing.hasNoLease();
    log.error("fenced node={} newer={}: stopping", newer.nodeId(), newer.incarnation());
    listener.onFenced(newer);
  }
}
