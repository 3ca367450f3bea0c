package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.word.ClusterMessage.Echo;
import io.ringtail.cluster.word.ClusterMessage.Stamp;
import io.ringtail.cluster.word.ClusterMessage.Sums;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * The stamps that go to a coordinator and come back: this node's lease (protocol L1) by {@link
 * Leases}, and with them how far the handoff of each sampler is (protocol O1) by {@link
 * Completions}. Pure: no clock, no I/O. Threads: one.
 */
final class Stamping {
  private final Self self;
  private final Follower follower;
  private final Coordinator coordinator;
  private final Leases leases = new Leases();
  private final Completions completions = new Completions();
  private ClusterView view = ClusterView.NONE;

  Stamping(Self self, Follower follower, Coordinator coordinator) {
    this.self = self;
    this.follower = follower;
    this.coordinator = coordinator;
  }

  /**
   * @param missed whether the newest epoch names who has these bits, and no word of its leaving
   *     came
   */
  void onView(ClusterView newView, LongPredicate missed, long now) {
    leases.onView(view, newView, missed, coordinator::hasDrained, now);
    completions.onView(newView);
    if (!newView.coordinator().equals(view.coordinator()) || newView.merged()) {
      completions.onNewCoordinator();
      leases.onNewCoordinator();
    }
    view = newView;
  }

  /** None while the coordinator has said that it has published an epoch that has not come yet. */
  Lease lease(long now) {
    boolean missesOne = newest().order().compareTo(leases.newestSaid()) < 0;
    return missesOne || awaitsOthers(now) ? Lease.NONE : leases.lease(now);
  }

  /** Without owners all decide what they hold: nobody can be given it (protocol S3). */
  private boolean awaitsOthers(long now) {
    return leases.awaitsOthers(now) && anyOwner();
  }

  private boolean anyOwner() {
    return follower.newest().filter(e -> e.activeSamplers() > 0).isPresent();
  }

  /** Whether it decides, alone or without those it lost, after a wait for them. */
  boolean wentOnAlone(long now) {
    return leases.waitedAlone(now) || (leases.wentOnWithoutOthers(now) && anyOwner());
  }

  /** How far the handoff of this sampler is. */
  void complete(Completion mine) {
    completions.say(mine);
  }

  void onApplied(Epoch epoch, boolean inTurn) {
    leases.onApplied(epoch, view);
    if (!inTurn) {
      completions.forgetOwn();
    }
    if (view.isCoordinator(self.bits())) {
      completions.renew();
    }
  }

  void onTick(long now, List<Effect> effects) {
    leases.onTick(now);
    if (leases.isStampDue(now)) {
      stamp(now, effects);
    }
  }

  /** Also carries the own completion. */
  void stamp(long now, List<Effect> effects) {
    Optional<Long> leader = view.coordinator();
    if (!self.mayHaveLease() || leader.isEmpty()) {
      return;
    }
    leases.onStamp(now);
    List<EpochId> chain = follower.recent();
    EpochId upTo = completions.ownUpTo(chain);
    EpochOrder unfinished = completions.ownUnfinished();
    Stamp stamp = new Stamp(now, newest(), completions.seen(), upTo, unfinished);
    if (leader.get() != self.bits()) {
      effects.add(new Effect.Send(leader.get(), stamp));
      return;
    }
    leases.witnesses(coordinator.witnesses()).forEach(w -> effects.add(new Effect.Send(w, stamp)));
    if (coordinator.vouchesFor(self.bits())) {
      completions.hear(self.bits(), upTo, unfinished, chain);
    }
  }

  private EpochId newest() {
    return follower.newest().map(EpochId::of).orElse(EpochId.NONE);
  }

  /**
   * A coordinator echoes no stamp of who goes by another chain, as one that comes out of a
   * partition does: its epochs may be newer, so that it would not know that it lacks those of this
   * one.
   *
   * @param promised this node waits for a later view, and goes along with nobody of this one
   */
  void onStamp(long from, Stamp m, boolean promised, long now, List<Effect> effects) {
    boolean mayVouch = !awaitsOthers(now) && leases.mayVouch(now);
    if (!view.isCoordinator(self.bits())) {
      boolean goesAlong = view.isCoordinator(from) && m.newest().equals(newest());
      if (goesAlong && !promised && mayVouch) {
        effects.add(new Effect.Send(from, new Echo(m.nanos(), newest().order())));
      }
    } else if (coordinator.vouchesFor(from)) {
      List<EpochId> chain = follower.recent();
      boolean goesBy = m.newest().equals(EpochId.NONE) || chain.contains(m.newest());
      if (goesBy && mayVouch) {
        effects.add(new Effect.Send(from, new Echo(m.nanos(), coordinator.newest())));
      }
      completions.hear(from, m.upTo(), m.unfinished(), chain);
      if (m.sums() != completions.version()) {
        effects.add(new Effect.Send(from, completions.sums()));
      }
    }
  }

  /** Who was asked in a view that has passed says nothing of this one. */
  void onEcho(long from, Echo m) {
    boolean asked = view.isCoordinator(self.bits()) ? view.has(from) : view.isCoordinator(from);
    if (asked) {
      leases.onEcho(m.nanos(), m.newest());
    }
  }

  void onSums(long from, Sums m, List<Effect> effects) {
    if (view.isCoordinator(from) && completions.isNewer(m)) {
      effects.add(new Effect.Completed(m.completions()));
    }
  }

  /** A coordinator tells all what is new. */
  void tellSums(long now, List<Effect> effects) {
    completions
        .due(now)
        .ifPresent(
            sums -> {
              effects.add(new Effect.SendAll(sums));
              effects.add(new Effect.Completed(sums.completions()));
            });
  }
}
