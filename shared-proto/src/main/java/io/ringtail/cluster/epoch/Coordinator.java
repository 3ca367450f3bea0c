package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.TableChecksum;
import io.ringtail.cluster.word.ClusterMessage.Confirm;
import io.ringtail.cluster.word.ClusterMessage.Highest;
import io.ringtail.cluster.word.ClusterMessage.Published;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the epochs while this node is the first sampler of its view (protocol E2, P2). Pure: no
 * clock, no I/O. Threads: one.
 *
 * <p>How: it starts by finding the chain to go on with ({@link ChainSearch}) and leads that. Whom
 * the next epoch names is the {@link Roster}'s matter; when it is time: a loss is published at
 * once; all else is gathered for {@value #GATHER_NANOS} ns and waits until the last epoch is in use
 * at all it names ({@link Uptake}).
 */
final class Coordinator {
  static final long GATHER_NANOS = 100_000_000;

  private enum Phase {
    IDLE,
    SEARCHING,
    LEADING
  }

  private final long selfBits;
  private final String selfName;
  private final TableChecksum checksum;
  private final Follower follower;
  private final ChainSearch search;
  private final Roster roster = new Roster();
  private final Uptake uptake;

  private ClusterView view = ClusterView.NONE;
  private Phase phase = Phase.IDLE;
  private @Nullable Epoch base;
  private boolean mustPublish;
  private long changedAtNanos;
  private boolean changed;

  Coordinator(long selfBits, String selfName, TableChecksum checksum, Follower follower) {
    this.selfBits = selfBits;
    this.selfName = selfName;
    this.checksum = checksum;
    this.follower = follower;
    this.search = new ChainSearch(selfBits, follower);
    this.uptake = new Uptake(selfBits);
  }

  boolean isIdle() {
    return phase == Phase.IDLE;
  }

  /** Whom to ask for epochs of the chain it goes on with. */
  long holder() {
    return search.holder();
  }

  /** Whether all of the view whom the last published epoch names have it. */
  boolean isReceived() {
    return uptake.isReceived();
  }

  /** Whether it has published an epoch of its own. */
  boolean leads() {
    return phase == Phase.LEADING && uptake.published() != null;
  }

  /** Whether it stands for the lease of who has these bits: no more than it names it. */
  boolean vouchesFor(long bits) {
    Epoch newest = uptake.published();
    return phase == Phase.LEADING && newest != null && view.has(bits) && newest.names(bits);
  }

  /** Of the newest epoch it has published; {@link EpochOrder#NONE} if there is none. */
  EpochOrder newest() {
    Epoch newest = uptake.published();
    return newest == null ? EpochOrder.NONE : newest.order();
  }

  /** Who has its newest epoch, itself not. */
  Set<Long> witnesses() {
    return phase == Phase.LEADING ? uptake.receivers() : Set.of();
  }

  boolean hasDrained(long bits) {
    return roster.hasDrained(bits);
  }

  void onView(ClusterView newView, long now, List<Effect> effects) {
    ClusterView old = view;
    view = newView;
    roster.onView(newView);
    uptake.onView(newView);
    if (!newView.isCoordinator(selfBits)) {
      if (phase != Phase.IDLE || !old.coordinator().equals(newView.coordinator())) {
        stop();
      }
      return;
    }
    if (phase == Phase.LEADING && !newView.merged()) {
      note(now);
    } else {
      phase = Phase.SEARCHING;
      search.ask(newView, now, effects);
    }
    onTick(now, effects); // a loss is published at once
  }

  private void stop() {
    phase = Phase.IDLE;
    search.stop();
    roster.clear();
    uptake.forget();
    base = null;
    changed = false;
  }

  void onAnnounce(long from, Member member, long now) {
    if (roster.onAnnounce(from, member)) {
      note(now);
    }
  }

  void onDrained(long from, long now, List<Effect> effects) {
    Epoch newest = uptake.published();
    if (roster.onDrained(from)) {
      note(now);
    } else if (newest != null && from != selfBits && !newest.names(from)) {
      effects.add(new Effect.Send(from, new Published(newest))); // it has missed that it may go
    }
  }

  void onConfirm(long from, Confirm word) {
    uptake.onConfirm(from, word);
  }

  void onHighest(long from, Highest answer, long now, List<Effect> effects) {
    if (search.onHighest(from, answer)) {
      onTick(now, effects);
    }
  }

  private void note(long now) {
    if (!changed) {
      changed = true;
      changedAtNanos = now;
    }
  }

  void onTick(long now, List<Effect> effects) {
    search.onTick(now, effects).ifPresent(found -> goOn(found, now));
    if (phase == Phase.LEADING) {
      lead(now, effects);
    }
  }

  private void goOn(ChainSearch.Found found, long now) {
    base = found.newest().orElse(null);
    phase = Phase.LEADING;
    mustPublish = true;
    uptake.forget();
    changed = true;
    changedAtNanos = now;
  }

  // ---- the next epoch

  private void lead(long now, List<Effect> effects) {
    List<Member> before = base == null ? List.of() : base.members();
    if (changed || mustPublish) {
      Map<String, Member> members = roster.desired(view, base, effects);
      boolean same = same(before, members);
      List<Member> lost = roster.lost(before, members);
      if (same && !mustPublish) {
        changed = false;
      } else if ((base != null || !members.isEmpty()) && isTime(!lost.isEmpty(), now)) {
        publish(members, lost, now, effects);
      }
    }
    uptake.resend(now, effects);
  }

  private static boolean same(List<Member> before, Map<String, Member> members) {
    return before.size() == members.size()
        && before.stream().allMatch(m -> m.equals(members.get(m.nodeId())));
  }

  private boolean isTime(boolean loss, long now) {
    return loss || (now >= changedAtNanos + GATHER_NANOS && uptake.isUsed(now));
  }

  private void publish(
      Map<String, Member> desired, List<Member> lost, long now, List<Effect> effects) {
    Epoch next = next(desired, lost);
    base = next;
    mustPublish = false;
    changed = false;
    uptake.begin(next, now);
    roster.onPublished(view);
    effects.add(new Effect.SendAll(new Published(next)));
    follower.onPublished(selfBits, next);
  }

  private Epoch next(Map<String, Member> desired, List<Member> lost) {
    EpochOrder order =
        base == null
            ? new EpochOrder(view.id(), 1)
            : new EpochOrder(Math.max(view.id(), base.order().viewId()), base.order().number() + 1);
    List<Member> members =
        desired.values().stream()
            .map(m -> named(m, order))
            .sorted(Comparator.comparing(Member::nodeId))
            .toList();
    EpochId before = base == null ? EpochId.NONE : EpochId.of(base);
    return new Epoch(
        order,
        selfName,
        members,
        checksum.of(members),
        before.order(),
        lost,
        before.coordinator(),
        base == null ? List.of() : base.members());
  }

  private static Member named(Member m, EpochOrder order) {
    return m.incarnation().order().equals(EpochOrder.NONE)
        ? m.withIncarnation(new Incarnation(order, m.incarnation().bits()))
        : m;
  }
}
