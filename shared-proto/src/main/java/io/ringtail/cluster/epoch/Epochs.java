package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Membership;
import io.ringtail.cluster.TableChecksum;
import io.ringtail.cluster.word.ClusterMessage;
import io.ringtail.cluster.word.ClusterMessage.Announce;
import io.ringtail.cluster.word.ClusterMessage.Answer;
import io.ringtail.cluster.word.ClusterMessage.AskEpoch;
import io.ringtail.cluster.word.ClusterMessage.AskHighest;
import io.ringtail.cluster.word.ClusterMessage.Confirm;
import io.ringtail.cluster.word.ClusterMessage.Drained;
import io.ringtail.cluster.word.ClusterMessage.Echo;
import io.ringtail.cluster.word.ClusterMessage.Fence;
import io.ringtail.cluster.word.ClusterMessage.Highest;
import io.ringtail.cluster.word.ClusterMessage.Published;
import io.ringtail.cluster.word.ClusterMessage.Stamp;
import io.ringtail.cluster.word.ClusterMessage.Sums;
import io.ringtail.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * One node's part in agreeing on epochs: says what it is ({@link Self}) to the coordinator of its
 * view, follows what that publishes ({@link Follower}), asks it for a lease ({@link Stamping}), and
 * coordinates when it is the first sampler itself ({@link Coordinator}). Pure: views, messages and
 * the clock are fed in, what is to be done comes out. Threads: one.
 *
 * <p>Messages may be lost with the view they were sent in, late and repeated: what matters is said
 * again each {@value #REPEAT_NANOS} ns until its effect is seen. A node that takes epochs from a
 * stream instead of the group (protocol E6) feeds {@link Published} as from its view's coordinator.
 */
public final class Epochs {
  static final long REPEAT_NANOS = 500_000_000;
  private static final long PROMISE_NANOS = 5_000_000_000L;

  private final long selfBits;
  private final Self self;
  private final Follower follower;
  private final Coordinator coordinator;
  private final Stamping stamping;

  private ClusterView view = ClusterView.NONE;
  private boolean tableAgrees = true;
  private EpochId used = EpochId.NONE;
  private long saidAtNanos;
  private long promisedViewId;
  private long promisedUntilNanos;

  /**
   * @param tableChecksum checksum of the ring table of members that own slots
   */
  public Epochs(Member member, ToLongFunction<List<Member>> tableChecksum, Rules rules) {
    this.self = new Self(member);
    this.selfBits = self.bits();
    TableChecksum checksum = new TableChecksum(tableChecksum);
    this.follower = new Follower(selfBits, checksum, rules);
    this.coordinator = new Coordinator(selfBits, member.nodeId(), checksum, follower);
    this.stamping = new Stamping(self, follower, coordinator);
  }

  // ---- how it stands

  public Optional<Epoch> newest() {
    return follower.newest();
  }

  /** This node as it announces itself, with the incarnation the newest epoch gave it. */
  public Member self() {
    return self.member();
  }

  /** Why this node is not part of a cluster that works; empty if it is. */
  public Optional<String> whyNotJoined(int minSamplers) {
    Optional<Epoch> newest = newest();
    if (self.isFenced()) {
      return Optional.of("fenced: a newer start of " + self().nodeId() + " is in the cluster");
    }
    if (self.isLeaving()) {
      return Optional.of("leaving");
    }
    if (self.isLost()) {
      return Optional.of("lost: the cluster went on without this node, which did not answer");
    }
    if (view.coordinator().isEmpty()) {
      return Optional.of("no sampler in view");
    }
    if (newest.isEmpty() || !newest.get().names(selfBits)) {
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

  /**
   * Whether this sampler may decide (protocol L1). A minority does not, so as not to split what the
   * others own; without any active sampler all decide what they hold (S3).
   */
  public Lease lease(int minSamplers, long now) {
    if (self.isLost() || self.isFenced() || !isNamed()) {
      return Lease.NONE;
    }
    long samplers = newest().map(Epoch::activeSamplers).orElse(0L);
    return samplers > 0 && samplers < minSamplers ? Lease.NONE : stamping.lease(now);
  }

  private boolean isNamed() {
    return newest().filter(e -> e.names(selfBits)).isPresent();
  }

  /** Whether it makes the epochs. */
  public boolean coordinates() {
    return coordinator.leads();
  }

  /** Whether it decides although a cluster may go on elsewhere; to be counted. */
  public boolean wentOnAlone(long now) {
    return stamping.wentOnAlone(now);
  }

  /** Whether it may go without being missed: said so, and the newest epoch is without it. */
  public boolean hasLeft() {
    boolean told = coordinator.isIdle() || coordinator.isReceived();
    boolean alone = view.peers().size() <= 1 || view.coordinator().isEmpty();
    return self.isFenced() || (self.isLeaving() && (alone || (!isNamed() && told)));
  }

  // ---- what it is told

  public List<Effect> onView(ClusterView given, long now) {
    List<Effect> effects = new ArrayList<>();
    ClusterView newView = given.after(view);
    boolean sameCoordinator = view.coordinator().equals(newView.coordinator());
    view = newView;
    stamping.onView(newView, this::isMissed, now);
    follower.onView(newView);
    coordinator.onView(newView, now, effects);
    if (!sameCoordinator || newView.merged()) {
      sayHow(now, effects);
      stamping.stamp(now, effects);
    }
    return goOn(now, effects);
  }

  private boolean isMissed(long bits) {
    return newest().filter(e -> e.names(bits)).isPresent() && !coordinator.hasDrained(bits);
  }

  public List<Effect> onTick(long now) {
    List<Effect> effects = new ArrayList<>();
    coordinator.onTick(now, effects);
    if (now >= saidAtNanos + REPEAT_NANOS && !isHeard()) {
      sayHow(now, effects);
    }
    stamping.onTick(now, effects);
    return goOn(now, effects);
  }

  /**
   * Whether its coordinator has it as it says. One that is new, and has not made its first epoch or
   * not been heard of, may have missed what was said to it once: an older one's epoch tells
   * nothing.
   */
  private boolean isHeard() {
    Optional<Epoch> theirs = view.coordinator().flatMap(follower::publishedBy);
    return theirs.isPresent() && self.isAsSaid(theirs) && self.isAsSaid(newest());
  }

  /** A new state or weight of this node. */
  public List<Effect> update(Member newSelf, long now) {
    List<Effect> effects = new ArrayList<>();
    self.update(newSelf);
    return goOn(now, effects);
  }

  /** How far the handoff of this sampler is. */
  public List<Effect> complete(Completion mine, long now) {
    List<Effect> effects = new ArrayList<>();
    stamping.complete(mine);
    stamping.stamp(now, effects);
    return goOn(now, effects);
  }

  /** An epoch that was applied is in use. */
  public List<Effect> inUse(Epoch epoch, long now) {
    List<Effect> effects = new ArrayList<>();
    if (newest().filter(epoch::sameAs).isPresent()) {
      used = EpochId.of(epoch);
      confirm(now, effects);
    }
    return goOn(now, effects);
  }

  /** As {@link Membership#isAsSaid}. */
  public boolean isAsSaid() {
    return newest().filter(e -> EpochId.of(e).equals(used)).isPresent()
        && self.isAsWanted(newest());
  }

  /** Begins to leave with a word; {@link #hasLeft} tells when that is through. */
  public List<Effect> leave(long now) {
    List<Effect> effects = new ArrayList<>();
    self.leave();
    sayHow(now, effects);
    return goOn(now, effects);
  }

  public List<Effect> on(long from, ClusterMessage message, long now) {
    List<Effect> effects = new ArrayList<>();
    if (message instanceof Announce m) {
      coordinator.onAnnounce(from, m.self(), now);
    } else if (message instanceof Published m) {
      onPublished(from, m.epoch(), now, effects);
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
      stamping.onStamp(from, m, isPromisedToALaterView(now), now, effects);
    } else if (message instanceof Echo m) {
      stamping.onEcho(from, m);
    } else if (message instanceof Sums m) {
      stamping.onSums(from, m, effects);
    } else {
      throw new AssertionError(message);
    }
    coordinator.onTick(now, effects);
    return goOn(now, effects);
  }

  private void onPublished(long from, Epoch epoch, long now, List<Effect> effects) {
    boolean again = newest().filter(e -> e.sameAs(epoch)).isPresent();
    follower.onPublished(from, epoch);
    if (again && view.isCoordinator(from)) { // it has not heard that it came
      confirm(now, effects);
    }
  }

  private void fence(Member newer, List<Effect> effects) {
    if (self.fence(newer)) {
      effects.add(new Effect.Fenced(newer));
    }
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

  private boolean isPromisedToALaterView(long now) {
    return view.id() < promisedViewId && now < promisedUntilNanos;
  }

  // ---- what follows

  private List<Effect> goOn(long now, List<Effect> effects) {
    takeOwn(effects);
    Optional<Long> leader = view.coordinator();
    if (leader.isPresent() && !isPromisedToALaterView(now)) {
      advance(leader.get(), now, effects);
    }
    if (self.goOn(newest())) {
      sayHow(now, effects);
    }
    return effects;
  }

  private void advance(long from, long now, List<Effect> effects) {
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
      stamping.tellSums(now, effects);
    }
  }

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
    if (effect instanceof Effect.Apply applied) {
      tableAgrees = applied.tableAgrees();
      if (self.isLostBy(applied.epoch())) {
        effects.add(new Effect.Lost(applied.epoch()));
      }
      stamping.onApplied(applied.epoch(), applied.inTurn());
    }
  }

  // ---- what it says

  private void sayHow(long now, List<Effect> effects) {
    saidAtNanos = now;
    Optional<Long> leader = view.coordinator();
    if (!self.isFenced() && leader.isPresent()) {
      tell(leader.get(), self.word(), now, effects);
    }
  }

  /** How far this node is with the newest epoch. */
  private void confirm(long now, List<Effect> effects) {
    EpochId id = EpochId.of(newest().orElseThrow());
    Optional<Long> leader = view.coordinator();
    leader.ifPresent(to -> tell(to, new Confirm(id, id.equals(used)), now, effects));
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
}
