package io.ringtail.cluster;

import io.ringtail.cluster.ClusterMessage.Announce;
import io.ringtail.cluster.ClusterMessage.Answer;
import io.ringtail.cluster.ClusterMessage.AskEpoch;
import io.ringtail.cluster.ClusterMessage.AskHighest;
import io.ringtail.cluster.ClusterMessage.Confirm;
import io.ringtail.cluster.ClusterMessage.Drained;
import io.ringtail.cluster.ClusterMessage.Echo;
import io.ringtail.cluster.ClusterMessage.Fence;
import io.ringtail.cluster.ClusterMessage.Highest;
import io.ringtail.cluster.ClusterMessage.Published;
import io.ringtail.cluster.ClusterMessage.Stamp;
import io.ringtail.cluster.ClusterMessage.Sums;
import io.ringtail.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One node's part in agreeing on epochs: says what it is to the coordinator of its view, follows
 * what that publishes, and coordinates when it is the first sampler itself. Pure: views, messages
 * and the clock are fed in, what is to be done comes out. Threads: one.
 *
 * <p>Messages may be lost with the view they were sent in, late and repeated: what matters is said
 * again each {@value #REPEAT_NANOS} ns until its effect is seen. A node that takes epochs from a
 * stream instead of the group (protocol E6) feeds {@link Published} as from its view's coordinator.
 */
final class Epochs {
  static final long REPEAT_NANOS = 500_000_000;
  private static final long PROMISE_NANOS = 5_000_000_000L;

  private final long selfBits;
  private final Follower follower;
  private final Coordinator coordinator;
  private final Leases leases = new Leases();
  private final Completions completions = new Completions();

  private Member self;
  private ClusterView view = ClusterView.NONE;
  private boolean tableAgrees = true;
  private boolean leaving;
  private boolean lost;
  private @Nullable Member fencedBy;
  private EpochId used = EpochId.NONE;
  private long saidAtNanos;
  private long promisedViewId;
  private long promisedUntilNanos;

  /**
   * @param tableChecksum checksum of the ring table of members that own slots
   */
  Epochs(Member self, ToLongFunction<List<Member>> tableChecksum, Rules rules) {
    this.self = self;
    this.selfBits = self.incarnation().bits();
    TableChecksum checksum = new TableChecksum(tableChecksum);
    this.follower = new Follower(selfBits, checksum, rules);
    this.coordinator = new Coordinator(selfBits, self.nodeId(), checksum, follower);
  }

  Optional<Epoch> newest() {
    return follower.newest();
  }

  /** Why this node is not part of a cluster that works; empty if it is. */
  Optional<String> whyNotJoined(int minSamplers) {
    Optional<Epoch> newest = newest();
    if (fencedBy != null) {
      return Optional.of("fenced: a newer start of " + self.nodeId() + " is in the cluster");
    }
    if (leaving) {
      return Optional.of("leaving");
    }
    if (lost) {
      return Optional.of("lost: the cluster went on without this node, which did not answer");
    }
    if (view.coordinator().isEmpty()) {
      return Optional.of("no sampler in view");
    }
    if (newest.isEmpty() || named(newest.get()).isEmpty()) {
      return Optional.of("no epoch names this node yet");
    }
    if (!tableAgrees) {
      return Optional.of("own table differs from that of epoch " + newest.get().order());
    }
    long samplers = newest.get().activeSamplers();
    return samplers < minSamplers
        ? Optional.of("too few samplers: " + samplers + " (expected at least " + minSamplers + ")")
        : Optional.empty();
  }

  /** This node as it announces itself, with the incarnation the newest epoch gave it. */
  Member self() {
    return self;
  }

  /**
   * Whether this sampler may decide (protocol L1). A minority does not, so as not to split what the
   * others own; without any active sampler all decide what they hold (S3).
   */
  Lease lease(int minSamplers, long now) {
    Optional<Epoch> newest = newest();
    if (lost || fencedBy != null || newest.flatMap(this::named).isEmpty()) {
      return Lease.NONE;
    }
    long samplers = newest.map(Epoch::activeSamplers).orElse(0L);
    return samplers > 0 && samplers < minSamplers ? Lease.NONE : leases.lease(now);
  }

  /** Whether it makes the epochs. */
  boolean coordinates() {
    return coordinator.leads();
  }

  /** Whether it decides although a cluster may go on elsewhere; to be counted. */
  boolean wentOnAlone(long now) {
    return leases.wentOnAlone(now);
  }

  /** Whether it may go without being missed: said so, and the newest epoch is without it. */
  boolean hasLeft() {
    boolean named = newest().flatMap(this::named).isPresent();
    boolean told = coordinator.isIdle() || coordinator.isReceived();
    boolean alone = view.peers().size() <= 1 || view.coordinator().isEmpty();
    return fencedBy != null || (leaving && (alone || (!named && told)));
  }

  List<Effect> onView(ClusterView given, long now) {
    List<Effect> effects = new ArrayList<>();
    ClusterView newView = given.after(view);
    boolean sameCoordinator = view.coordinator().equals(newView.coordinator());
    leases.onView(view, newView, this::isMissed, now);
    completions.onView(newView);
    if (!sameCoordinator || newView.merged()) {
      completions.onNewCoordinator();
    }
    view = newView;
    follower.onView(newView);
    coordinator.onView(newView, now, effects);
    if (!sameCoordinator || newView.merged()) {
      sayHow(now, effects);
      stamp(now, effects);
    }
    return goOn(now, effects);
  }

  private boolean isMissed(long bits) {
    return newest().filter(e -> names(e, bits)).isPresent() && !coordinator.hasDrained(bits);
  }

  List<Effect> onTick(long now) {
    List<Effect> effects = new ArrayList<>();
    coordinator.onTick(now, effects);
    if (now >= saidAtNanos + REPEAT_NANOS && !isAsSaid()) {
      sayHow(now, effects);
    }
    if (leases.isStampDue(now)) {
      stamp(now, effects);
    }
    return goOn(now, effects);
  }

  /** A new state or weight of this node. */
  List<Effect> update(Member newSelf, long now) {
    List<Effect> effects = new ArrayList<>();
    self = newSelf.withIncarnation(self.incarnation());
    sayHow(now, effects);
    return goOn(now, effects);
  }

  /** How far the handoff of this sampler is. */
  List<Effect> complete(Completion mine, long now) {
    List<Effect> effects = new ArrayList<>();
    completions.say(mine);
    stamp(now, effects);
    return goOn(now, effects);
  }

  /** An epoch that was applied is in use. */
  List<Effect> inUse(Epoch epoch, long now) {
    List<Effect> effects = new ArrayList<>();
    EpochId id = EpochId.of(epoch);
    if (newest().filter(e -> EpochId.of(e).equals(id)).isPresent()) {
      used = id;
      confirm(now, effects);
    }
    return goOn(now, effects);
  }

  /** How far this node is with the newest epoch. */
  private void confirm(long now, List<Effect> effects) {
    EpochId id = EpochId.of(newest().orElseThrow());
    Optional<Long> leader = view.coordinator();
    leader.ifPresent(to -> tell(to, new Confirm(id, id.equals(used)), now, effects));
  }

  /** Begins to leave with a word; {@link #hasLeft} tells when that is through. */
  List<Effect> leave(long now) {
    List<Effect> effects = new ArrayList<>();
    leaving = true;
    sayHow(now, effects);
    return goOn(now, effects);
  }

  List<Effect> on(long from, ClusterMessage message, long now) {
    List<Effect> effects = new ArrayList<>();
    if (message instanceof Announce m) {
      coordinator.onAnnounce(from, m.self(), now);
    } else if (message instanceof Published m) {
      boolean again = newest().filter(e -> e.sameAs(m.epoch())).isPresent();
      follower.onPublished(from, m.epoch());
      if (again && isCoordinator(from)) { // it has not heard that it came
        confirm(now, effects);
      }
    } else if (message instanceof Confirm m) {
      coordinator.onConfirm(from, m);
    } else if (message instanceof AskHighest m) {
      promise(m.viewId(), now);
      effects.add(new Effect.Send(from, follower.highest(m.viewId())));
    } else if (message instanceof Highest m) {
      coordinator.onHighest(from, m, now, effects);
    } else if (message instanceof AskEpoch m) {
      effects.add(new Effect.Send(from, new Answer(m.epoch(), follower.kept(m.epoch()))));
    } else if (message instanceof Answer m) {
      follower.onAnswer(m);
    } else if (message instanceof Drained) {
      coordinator.onDrained(from, now, effects);
    } else if (message instanceof Fence m) {
      fence(m.newer(), effects);
    } else if (message instanceof Stamp m) {
      onStamp(from, m, now, effects);
    } else if (message instanceof Echo m) {
      leases.onEcho(m.nanos());
    } else if (message instanceof Sums m) {
      if (isCoordinator(from) && completions.isNewer(m)) {
        effects.add(new Effect.Completed(m.completions()));
      }
    } else {
      throw new AssertionError(message);
    }
    coordinator.onTick(now, effects);
    return goOn(now, effects);
  }

  /**
   * Adopts nothing of an earlier view, and echoes no stamp of its coordinator, until the later view
   * comes, lest the answer be wrong when it arrives, or who is deposed go on to decide. If it does
   * not come within the time after which a silent host is lost, its coordinator is gone.
   */
  private void promise(long viewId, long now) {
    if (viewId > view.id()) {
      promisedViewId = viewId;
      promisedUntilNanos = now + PROMISE_NANOS;
    }
  }

  private void fence(Member newer, List<Effect> effects) {
    boolean mine = newer.nodeId().equals(self.nodeId()) && newer.incarnation().bits() != selfBits;
    if (mine && fencedBy == null) {
      fencedBy = newer;
      effects.add(new Effect.Fenced(newer));
    }
  }

  private boolean isCoordinator(long bits) {
    return view.coordinator().equals(Optional.of(bits));
  }

  private boolean isPromisedToALaterView(long now) {
    return view.id() < promisedViewId && now < promisedUntilNanos;
  }

  private List<Effect> goOn(long now, List<Effect> effects) {
    takeOwn(effects);
    Optional<Long> leader = view.coordinator();
    if (leader.isEmpty() || isPromisedToALaterView(now)) {
      return effects;
    }
    long from = leader.get();
    List<Effect> steps = new ArrayList<>();
    Optional<Epoch> had = newest();
    follower.advance(from, from == selfBits ? coordinator.holder() : from, now, steps);
    for (Effect step : steps) {
      note(step, effects);
      effects.add(step);
    }
    if (!newest().equals(had)) {
      confirm(now, effects);
    }
    if (from == selfBits && coordinator.leads()) {
      tellSums(now, effects);
    }
    return effects;
  }

  // ---- leases and completions

  /** Also carries the own completion. A lost one has nothing to ask for. */
  private void stamp(long now, List<Effect> effects) {
    Optional<Long> leader = view.coordinator();
    if (self.role() != Member.Role.SAMPLER || lost || fencedBy != null || leader.isEmpty()) {
      return;
    }
    leases.onStamp(now);
    List<EpochId> chain = follower.recent();
    EpochId upTo = completions.ownUpTo(chain);
    EpochOrder unfinished = completions.ownUnfinished();
    EpochId newest = newest().map(EpochId::of).orElse(EpochId.NONE);
    Stamp stamp = new Stamp(now, newest, completions.seen(), upTo, unfinished);
    if (leader.get() != selfBits) {
      effects.add(new Effect.Send(leader.get(), stamp));
      return;
    }
    leases.witnesses(coordinator.witnesses()).forEach(w -> effects.add(new Effect.Send(w, stamp)));
    if (coordinator.vouchesFor(selfBits)) {
      completions.hear(selfBits, upTo, unfinished, chain);
    }
  }

  private void onStamp(long from, Stamp m, long now, List<Effect> effects) {
    if (!isCoordinator(selfBits)) {
      EpochId newest = newest().map(EpochId::of).orElse(EpochId.NONE);
      boolean goesAlong = isCoordinator(from) && m.newest().equals(newest);
      if (goesAlong && !isPromisedToALaterView(now)) {
        effects.add(new Effect.Send(from, new Echo(m.nanos())));
      }
    } else if (coordinator.vouchesFor(from)) {
      effects.add(new Effect.Send(from, new Echo(m.nanos())));
      completions.hear(from, m.upTo(), m.unfinished(), follower.recent());
      if (m.sums() != completions.version()) {
        effects.add(new Effect.Send(from, completions.sums()));
      }
    }
  }

  private void tellSums(long now, List<Effect> effects) {
    completions
        .due(now)
        .ifPresent(
            sums -> {
              effects.add(new Effect.SendAll(sums));
              effects.add(new Effect.Completed(sums.completions()));
            });
  }

  // ---- what this node says of itself

  /** A coordinator may find that it is the older of two itself. */
  private void takeOwn(List<Effect> effects) {
    for (Effect effect : List.copyOf(effects)) {
      if (effect instanceof Effect.Send send && send.toBits() == selfBits) {
        effects.remove(effect);
        if (send.message() instanceof Fence m) {
          fence(m.newer(), effects);
        }
      }
    }
  }

  private void note(Effect effect, List<Effect> effects) {
    if (!(effect instanceof Effect.Apply applied)) {
      return;
    }
    tableAgrees = applied.tableAgrees();
    Optional<Member> me = named(applied.epoch());
    me.ifPresent(this::named);
    if (me.isEmpty() && isLossOfSelf()) {
      lost = true;
      effects.add(new Effect.Lost(applied.epoch()));
    }
    if (!applied.inTurn()) {
      completions.forgetOwn();
    }
    if (isCoordinator(selfBits)) {
      completions.renew();
    }
  }

  /** Who was lost by one chain is not lost any more if one wins that names it (protocol P2). */
  private void named(Member me) {
    self = self.withIncarnation(me.incarnation());
    lost = false;
  }

  /** A router that was lost is named again: its log goes on. */
  private boolean isLossOfSelf() {
    boolean wasNamed = !self.incarnation().order().equals(EpochOrder.NONE);
    return wasNamed && self.role() == Member.Role.SAMPLER && !lost && !leaving && fencedBy == null;
  }

  private boolean isAsSaid() {
    if (fencedBy != null) {
      return true;
    }
    Optional<Member> named = newest().flatMap(this::named);
    return leaving ? named.isEmpty() : named.equals(Optional.of(self));
  }

  private void sayHow(long now, List<Effect> effects) {
    saidAtNanos = now;
    Optional<Long> leader = view.coordinator();
    if (fencedBy == null && leader.isPresent()) {
      tell(leader.get(), leaving ? new Drained() : new Announce(self), now, effects);
    }
  }

  private void tell(long to, ClusterMessage message, long now, List<Effect> effects) {
    if (to != selfBits) {
      effects.add(new Effect.Send(to, message));
    } else if (message instanceof Confirm c) {
      coordinator.onConfirm(selfBits, c);
    } else if (message instanceof Drained) {
      coordinator.onDrained(selfBits, now, effects);
    } else if (message instanceof Announce a) {
      coordinator.onAnnounce(selfBits, a.self(), now);
    }
  }

  private static boolean names(Epoch epoch, long bits) {
    return epoch.members().stream().anyMatch(m -> m.incarnation().bits() == bits);
  }

  private Optional<Member> named(Epoch epoch) {
    return epoch.members().stream().filter(m -> m.incarnation().bits() == selfBits).findFirst();
  }
}
