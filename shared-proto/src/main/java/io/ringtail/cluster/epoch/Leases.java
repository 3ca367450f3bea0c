package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Membership;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/**
 * This sampler's lease to decide (protocol L1). Pure: no clock, no I/O. Threads: one.
 *
 * <p>How: each {@value #STAMP_NANOS} ns a stamp of the own clock goes to the coordinator, or, if
 * this is the coordinator, to a few others; the lease lasts {@value #LEASE_NANOS} ns from the
 * newest stamp that came back. So an echo that waited in a socket while the process was stopped
 * gives nothing. Who is alone has nobody to ask: none is needed from the start or after all others
 * left by word; after a loss it waits {@value #ALONE_NANOS} ns, more than sides need to find each
 * other. Also those are lost that no epoch has named yet: who was stopped may read all that came
 * and went meanwhile at once. If a sampler was among them it is <em>cut off</em>: whoever joins it
 * alone knows nothing of the others, and only a merge ends the wait.
 *
 * <p>So do several wait whose last routers are lost with one view: those may have gone on
 * elsewhere, and what lies here is a part. A router that comes ends that, and an epoch that says
 * that they left by word: it may come later than the view. Who comes back from such a wait by a
 * view needs an echo of a stamp from after that: one that was stopped, too, may answer older stamps
 * in a view that has passed, and says nothing of which chain goes on.
 *
 * <p>Who has stood still for some hundred ms stamps at once: its shards decide again only by an
 * echo from after that. Who has stood still for {@value #LOST_NANOS} ns may be lost and not know
 * it: it vouches for nobody before somebody has for it, by a stamp from after that, or {@value
 * #AWAKE_NANOS} ns are over. Else two that wake together would vouch for each other by a view that
 * has passed.
 */
final class Leases {
  static final long STAMP_NANOS = 500_000_000L;
  static final long LEASE_NANOS = Membership.LEASE_NANOS;
  static final long ALONE_NANOS = 30_000_000_000L;

  /** A tick that comes so long after the one before, three times as long as it should, was held. */
  static final long STILL_NANOS = 300_000_000L;

  /** After so long a silence the others take one for lost. */
  static final long LOST_NANOS = 4_000_000_000L;

  /** Longer than a merge takes, and short enough if all of a cluster stood still. */
  static final long AWAKE_NANOS = 10_000_000_000L;

  /** Of the others so many are asked by a coordinator: one of them may be dead and not noticed. */
  private static final int WITNESSES = 4;

  /** The last of a view, not gone by word as far as it is known. */
  private final Set<Long> lostRouters = new HashSet<>();

  /** In view still, but lost by an epoch, which may come before its view. */
  private final Set<Long> lostInView = new HashSet<>();

  /** Named by an epoch that was in use, and in view or named still. */
  private final Set<Long> known = new HashSet<>();

  private boolean alone;
  private boolean byLoss;
  private boolean cutOff;
  private long lostAtNanos;
  private long changedAtNanos;
  private boolean ticked;
  private long tickedAtNanos;
  private boolean stoodStill;
  private boolean maybeLost;
  private long awakeNanos;
  private boolean stamped;
  private long stampedAtNanos;
  private boolean echoed;
  private long newestEchoNanos;
  private boolean waited;
  private long waitedUntilNanos;
  private EpochOrder newestSaid = EpochOrder.NONE;
  private int turn;

  /**
   * @param named whether the newest epoch names who has these bits, and no word of its leaving came
   * @param left whether such a word came
   */
  void onView(
      ClusterView before, ClusterView view, LongPredicate named, LongPredicate left, long now) {
    LongPredicate missed = bits -> named.test(bits) || lostInView.contains(bits);
    LongPredicate unnamed = bits -> !known.contains(bits) && !left.test(bits);
    boolean waits = waits();
    boolean isAlone = view.peers().size() == 1;
    cutOff &= !view.merged() && isRecent(now);
    if (before.peers().stream().filter(p -> view.has(p.bits())).count() <= 1) {
      leftBehind(before, view, missed.or(unnamed), now);
    }
    if (isAlone != alone) {
      changedAtNanos = now;
    }
    alone = isAlone;
    lookForRouters(before, view, missed, now);
    lostInView.removeIf(bits -> !view.has(bits));
    if (waits && !waits()) {
      echoed = false;
      waited = true;
      waitedUntilNanos = now;
    }
  }

  private boolean waits() {
    return (alone && byLoss) || misses();
  }

  /** All others are gone; who is in view is new, or nobody. */
  private void leftBehind(ClusterView before, ClusterView view, LongPredicate missed, long now) {
    for (ClusterView.Peer peer : before.peers()) {
      if (!view.has(peer.bits()) && missed.test(peer.bits())) {
        byLoss = true;
        if (peer.sampler()) {
          cutOff = true;
          lostAtNanos = now;
        }
      }
    }
  }

  private void lookForRouters(
      ClusterView before, ClusterView view, LongPredicate missed, long now) {
    if (view.peers().stream().anyMatch(p -> !p.sampler())) {
      lostRouters.clear();
      return;
    }
    for (ClusterView.Peer peer : before.peers()) {
      if (!peer.sampler() && missed.test(peer.bits())) {
        lostRouters.add(peer.bits());
        lostAtNanos = now;
      }
    }
  }

  /** Whose word only the coordinator had when the view came is not lost. */
  void onApplied(Epoch epoch, ClusterView view) {
    epoch.drained().forEach(m -> lostRouters.remove(m.incarnation().bits()));
    known.removeIf(bits -> !view.has(bits));
    epoch.members().forEach(m -> known.add(m.incarnation().bits()));
    lostInView.removeIf(epoch::names);
    epoch.lost().stream()
        .map(m -> m.incarnation().bits())
        .filter(view::has)
        .forEach(lostInView::add);
  }

  /** Whether those that were lost are to be waited for: the last routers, or all others. */
  boolean awaitsOthers(long now) {
    return misses() && isRecent(now);
  }

  /** Whether it decides although they were lost. */
  boolean wentOnWithoutOthers(long now) {
    return misses() && !isRecent(now);
  }

  private boolean misses() {
    return cutOff || !lostRouters.isEmpty();
  }

  private boolean isRecent(long now) {
    return now - lostAtNanos < ALONE_NANOS;
  }

  /** What another coordinator has published is not asked of this one. */
  void onNewCoordinator() {
    newestSaid = EpochOrder.NONE;
  }

  /** Each 100 ms. */
  void onTick(long now) {
    stoodStill |= ticked && now - tickedAtNanos > STILL_NANOS;
    lookForStop(now);
    ticked = true;
    tickedAtNanos = now;
  }

  /** What others have said meanwhile may be read before the first tick. */
  private void lookForStop(long now) {
    if (ticked && now - tickedAtNanos >= LOST_NANOS) {
      maybeLost = true;
      awakeNanos = now;
    }
  }

  /** Whether it may tell others that they belong to what goes on. */
  boolean mayVouch(long now) {
    lookForStop(now);
    maybeLost &= now - awakeNanos < AWAKE_NANOS;
    return !maybeLost;
  }

  boolean isStampDue(long now) {
    return !stamped || stoodStill || now - stampedAtNanos >= STAMP_NANOS;
  }

  void onStamp(long now) {
    stoodStill = false;
    stamped = true;
    stampedAtNanos = now;
  }

  /** Those of {@code others} whom a coordinator asks this time. */
  List<Long> witnesses(Set<Long> others) {
    List<Long> all = new ArrayList<>(new TreeSet<>(others));
    List<Long> chosen = new ArrayList<>();
    for (int i = 0; i < Math.min(WITNESSES, all.size()); i++) {
      chosen.add(all.get(Math.floorMod(turn++, all.size())));
    }
    return chosen;
  }

  /**
   * @param newest that the coordinator had published when it answered
   */
  void onEcho(long stampNanos, EpochOrder newest) {
    boolean own = stamped && stampNanos - stampedAtNanos <= 0;
    boolean past = waited && stampNanos - waitedUntilNanos < 0;
    if (own && !past && (!echoed || stampNanos - newestEchoNanos > 0)) {
      echoed = true;
      newestEchoNanos = stampNanos;
      newestSaid = newest;
      maybeLost &= stampNanos - awakeNanos < 0;
      byLoss &= alone || stampNanos - changedAtNanos < 0; // who answers now goes along with it
    }
  }

  /** By the newest echo; {@link EpochOrder#NONE} if it did not say. */
  EpochOrder newestSaid() {
    return newestSaid;
  }

  Lease lease(long now) {
    if (alone) {
      return !byLoss || waitedAlone(now) ? Lease.UNENDING : Lease.NONE;
    }
    return echoed ? Lease.until(newestEchoNanos + LEASE_NANOS) : Lease.NONE;
  }

  /** Whether it decides although it may be the rest of a cluster that goes on elsewhere. */
  boolean waitedAlone(long now) {
    return alone && byLoss && now - changedAtNanos >= ALONE_NANOS;
  }
}
