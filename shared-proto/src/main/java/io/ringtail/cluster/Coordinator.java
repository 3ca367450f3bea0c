package io.ringtail.cluster;

import io.ringtail.cluster.ClusterMessage.AskEpoch;
import io.ringtail.cluster.ClusterMessage.AskHighest;
import io.ringtail.cluster.ClusterMessage.Fence;
import io.ringtail.cluster.ClusterMessage.Highest;
import io.ringtail.cluster.ClusterMessage.Published;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the epochs while this node is the first sampler of its view (protocol E2, P2). Pure: no
 * clock, no I/O. Threads: one.
 *
 * <p>How: it starts by asking its view for the highest epoch (ASKING), gets that if it has not seen
 * it (FETCHING), and goes on with that chain (LEADING). Which chain, if there are several: whose
 * newest epoch names most ACTIVE samplers, then most members (one who was stopped, and is alone on
 * waking, has no routers), then the higher order. A loss is published at once; all else is gathered
 * for {@value #GATHER_NANOS} ns and waits until the last epoch is in use at all it names: for who
 * has not received it 1 s, for who still builds its tables and heirs {@value #USE_NANOS} ns.
 */
final class Coordinator {
  static final long GATHER_NANOS = 100_000_000;
  private static final long ASK_NANOS = 300_000_000;
  static final long USE_NANOS = 3_000_000_000L;
  private static final long SECOND = 1_000_000_000;

  private enum Phase {
    IDLE,
    ASKING,
    FETCHING,
    LEADING
  }

  private final long selfBits;
  private final String selfName;
  private final TableChecksum checksum;
  private final Follower follower;

  private final Map<Long, Member> announced = new HashMap<>();
  private final Set<Long> drained = new HashSet<>();

  /** Who has the last published epoch, and who has it in use. */
  private final Set<Long> received = new HashSet<>();

  private final Set<Long> using = new HashSet<>();
  private final Map<Long, Highest> answers = new HashMap<>();
  private final List<Head> heads = new ArrayList<>();

  private ClusterView view = ClusterView.NONE;
  private Phase phase = Phase.IDLE;
  private long deadlineNanos;
  private long askedAtNanos;
  private @Nullable Epoch base;
  private boolean mustPublish;
  private boolean published;
  private long publishedAtNanos;
  private long resentAtNanos;
  private long changedAtNanos;
  private boolean changed;
  private long holder;

  /** The newest epoch of a chain and one who has it. */
  private record Head(EpochId id, Highest answer, long holder) {}

  Coordinator(long selfBits, String selfName, TableChecksum checksum, Follower follower) {
    this.selfBits = selfBits;
    this.selfName = selfName;
    this.checksum = checksum;
    this.follower = follower;
    this.holder = selfBits;
  }

  boolean isIdle() {
    return phase == Phase.IDLE;
  }

  /** Whom to ask for epochs of the chain it goes on with. */
  long holder() {
    return holder;
  }

  /** Whether all of the view whom the last published epoch names have it. */
  boolean isReceived() {
    return published && base != null && namedBut(received).isEmpty();
  }

  /** Whether it has published an epoch of its own. */
  boolean leads() {
    return phase == Phase.LEADING && published;
  }

  /** Whether it stands for the lease of who has these bits: no more than it names it. */
  boolean vouchesFor(long bits) {
    return leads() && base != null && view.has(bits) && names(base, bits);
  }

  /** Who has its newest epoch, itself not. */
  Set<Long> witnesses() {
    Set<Long> others = new HashSet<>(received);
    others.remove(selfBits);
    others.removeIf(bits -> !vouchesFor(bits));
    return others;
  }

  boolean hasDrained(long bits) {
    return drained.contains(bits);
  }

  void onView(ClusterView newView, long now, List<Effect> effects) {
    ClusterView old = view;
    view = newView;
    boolean leads = newView.coordinator().equals(Optional.of(selfBits));
    announced.keySet().removeIf(bits -> !newView.has(bits));
    received.removeIf(bits -> !newView.has(bits));
    using.removeIf(bits -> !newView.has(bits));
    answers.keySet().removeIf(bits -> !newView.has(bits));
    if (!leads) {
      if (phase != Phase.IDLE || !old.coordinator().equals(newView.coordinator())) {
        stop();
      }
      return;
    }
    if (phase == Phase.LEADING && !newView.merged()) {
      note(now);
      onTick(now, effects); // a loss is published at once
      return;
    }
    boolean asksAlready = phase == Phase.ASKING && !newView.merged();
    ask(asksAlready ? deadlineNanos : now + SECOND, now, effects);
    onTick(now, effects);
  }

  private void stop() {
    phase = Phase.IDLE;
    announced.clear();
    drained.clear();
    received.clear();
    using.clear();
    answers.clear();
    heads.clear();
    base = null;
    published = false;
    changed = false;
    holder = selfBits;
  }

  private void ask(long deadline, long now, List<Effect> effects) {
    phase = Phase.ASKING;
    deadlineNanos = deadline;
    answers.clear();
    heads.clear();
    askedAtNanos = now;
    if (view.peers().size() > 1) {
      effects.add(new Effect.SendAll(new AskHighest(view.id())));
    }
  }

  private void askAgain(long now, List<Effect> effects) {
    if (now < askedAtNanos + ASK_NANOS) {
      return;
    }
    askedAtNanos = now;
    for (ClusterView.Peer p : view.peers()) {
      if (p.bits() != selfBits && !answers.containsKey(p.bits())) {
        effects.add(new Effect.Send(p.bits(), new AskHighest(view.id())));
      }
    }
  }

  void onAnnounce(long from, Member member, long now) {
    if (!member.equals(announced.put(from, member))) {
      note(now);
    }
  }

  void onDrained(long from, long now, List<Effect> effects) {
    if (drained.add(from)) {
      note(now);
    } else if (published && base != null && from != selfBits && !names(base, from)) {
      effects.add(new Effect.Send(from, new Published(base))); // it has missed that it may go
    }
  }

  private static boolean names(Epoch epoch, long bits) {
    return epoch.members().stream().anyMatch(m -> m.incarnation().bits() == bits);
  }

  void onConfirm(long from, ClusterMessage.Confirm word) {
    if (base != null && word.epoch().equals(EpochId.of(base))) {
      received.add(from);
      if (word.inUse()) {
        using.add(from);
      }
    }
  }

  void onHighest(long from, Highest answer, long now, List<Effect> effects) {
    if (phase == Phase.ASKING && answer.viewId() == view.id()) {
      answers.put(from, answer);
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
    if (phase == Phase.ASKING && (allAnswered() || now >= deadlineNanos)) {
      chooseChain(now);
    } else if (phase == Phase.ASKING) {
      askAgain(now, effects);
    }
    if (phase == Phase.FETCHING) {
      fetch(now, effects);
    }
    if (phase == Phase.LEADING) {
      lead(now, effects);
    }
  }

  private boolean allAnswered() {
    return answers.size() >= view.peers().size() - 1;
  }

  // ---- which chain

  private void chooseChain(long now) {
    answers.put(selfBits, follower.highest(view.id()));
    Set<EpochId> passed = new HashSet<>();
    answers.values().forEach(a -> a.recent().stream().skip(1).forEach(passed::add));
    heads.clear();
    answers.forEach(
        (from, a) ->
            a.recent().stream()
                .findFirst()
                .filter(id -> !passed.contains(id))
                .ifPresent(id -> heads.add(new Head(id, a, from))));
    heads.sort(
        Comparator.comparingInt((Head h) -> h.answer().activeSamplers())
            .thenComparingInt(h -> h.answer().members())
            .thenComparing(h -> h.id().order())
            .thenComparing(h -> h.id().coordinator())
            .reversed());
    answers.clear();
    phase = Phase.FETCHING;
    deadlineNanos = now + SECOND / 2;
    holder = selfBits;
  }

  private void fetch(long now, List<Effect> effects) {
    while (!heads.isEmpty()) {
      Head head = heads.get(0);
      Optional<Epoch> have = follower.kept(head.id());
      if (have.isPresent()) {
        goOn(have.get(), head.holder(), now);
        return;
      }
      if (holder != head.holder()) {
        holder = head.holder();
        deadlineNanos = now + SECOND / 2;
        effects.add(new Effect.Send(holder, new AskEpoch(head.id())));
        return;
      }
      if (now < deadlineNanos) {
        return;
      }
      heads.remove(0); // its holder is silent: the next best
    }
    goOn(follower.newest().orElse(null), selfBits, now);
  }

  private void goOn(@Nullable Epoch chosen, long from, long now) {
    base = chosen;
    holder = from;
    heads.clear();
    phase = Phase.LEADING;
    mustPublish = true;
    published = false;
    changed = true;
    changedAtNanos = now;
  }

  // ---- the next epoch

  private void lead(long now, List<Effect> effects) {
    List<Member> before = base == null ? List.of() : base.members();
    if (changed || mustPublish) {
      Map<String, Member> members = desired(effects);
      boolean same = same(before, members);
      List<Member> lost = lost(before, members);
      if (same && !mustPublish) {
        changed = false;
      } else if ((base != null || !members.isEmpty()) && isTime(!lost.isEmpty(), now)) {
        publish(members, lost, now, effects);
      }
    }
    resend(now, effects);
  }

  private static boolean same(List<Member> before, Map<String, Member> members) {
    return before.size() == members.size()
        && before.stream().allMatch(m -> m.equals(members.get(m.nodeId())));
  }

  private boolean isTime(boolean loss, long now) {
    if (loss) {
      return true;
    }
    if (now < changedAtNanos + GATHER_NANOS) {
      return false;
    }
    return !published || isUsed(now);
  }

  /**
   * Whether all that are worth waiting for have the last published epoch in use. If epochs came
   * faster than they are built, some would have no heirs, and who has none decides nothing.
   */
  private boolean isUsed(long now) {
    Set<Long> waitedFor = namedBut(using);
    if (now >= publishedAtNanos + SECOND) {
      waitedFor.retainAll(received);
    }
    return waitedFor.isEmpty() || now >= publishedAtNanos + USE_NANOS;
  }

  /** Who should be named, by node id; who is new has no order yet. */
  private Map<String, Member> desired(List<Effect> effects) {
    Map<Long, Member> named = new HashMap<>();
    if (base != null) {
      base.members().forEach(m -> named.put(m.incarnation().bits(), m));
    }
    Map<String, Member> members = new HashMap<>();
    List<Member> strangers = new ArrayList<>();
    for (ClusterView.Peer p : view.peers()) {
      Member before = named.get(p.bits());
      Member said = announced.getOrDefault(p.bits(), before);
      if (said == null || drained.contains(p.bits())) {
        continue;
      }
      if (before == null && isStranger(said)) {
        strangers.add(said);
        continue;
      }
      EpochOrder order = before == null ? EpochOrder.NONE : before.incarnation().order();
      Member member = said.withIncarnation(new Incarnation(order, p.bits()));
      Member other = members.put(member.nodeId(), member);
      if (other != null) {
        boolean laterWins = isNewer(other, member);
        Member newer = laterWins ? member : other;
        Member older = laterWins ? other : member;
        members.put(newer.nodeId(), newer);
        effects.add(new Effect.Send(older.incarnation().bits(), new Fence(newer)));
        announced.remove(older.incarnation().bits());
      }
    }
    for (Member stranger : strangers) {
      Member newer = members.get(stranger.nodeId());
      if (newer != null) {
        effects.add(new Effect.Send(stranger.incarnation().bits(), new Fence(newer)));
        announced.remove(stranger.incarnation().bits());
      }
    }
    return members;
  }

  /** A sampler once named, and lost by this chain: it comes back as another (protocol L2). */
  private static boolean isStranger(Member said) {
    return said.role() == Member.Role.SAMPLER
        && !said.incarnation().order().equals(EpochOrder.NONE);
  }

  /**
   * Of two with one node id: by the orders they know of, else who joined later.
   *
   * @return whether it is the later in the view
   */
  private boolean isNewer(Member earlierInView, Member laterInView) {
    EpochOrder e = orderOf(earlierInView);
    EpochOrder l = orderOf(laterInView);
    boolean bothNamed = !e.equals(EpochOrder.NONE) && !l.equals(EpochOrder.NONE);
    return !bothNamed || e.compareTo(l) <= 0;
  }

  private EpochOrder orderOf(Member m) {
    Member said = announced.get(m.incarnation().bits());
    EpochOrder inChain = m.incarnation().order();
    return said == null || inChain.compareTo(said.incarnation().order()) > 0
        ? inChain
        : said.incarnation().order();
  }

  private List<Member> lost(List<Member> before, Map<String, Member> members) {
    Set<Long> stay = new HashSet<>();
    members.values().forEach(m -> stay.add(m.incarnation().bits()));
    return before.stream()
        .filter(m -> !stay.contains(m.incarnation().bits()))
        .filter(m -> !drained.contains(m.incarnation().bits()))
        .toList();
  }

  private void publish(
      Map<String, Member> desired, List<Member> lost, long now, List<Effect> effects) {
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
    Epoch next =
        new Epoch(
            order,
            selfName,
            members,
            checksum.of(members),
            before.order(),
            lost,
            before.coordinator(),
            base == null ? List.of() : base.members());
    base = next;
    published = true;
    mustPublish = false;
    changed = false;
    publishedAtNanos = now;
    resentAtNanos = now;
    received.clear();
    using.clear();
    drained.removeIf(bits -> !view.has(bits));
    effects.add(new Effect.SendAll(new Published(next)));
    follower.onPublished(selfBits, next);
  }

  private static Member named(Member m, EpochOrder order) {
    return m.incarnation().order().equals(EpochOrder.NONE)
        ? m.withIncarnation(new Incarnation(order, m.incarnation().bits()))
        : m;
  }

  private void resend(long now, List<Effect> effects) {
    if (!published || base == null || now < resentAtNanos + SECOND) {
      return;
    }
    resentAtNanos = now;
    Epoch newest = base;
    for (ClusterView.Peer p : view.peers()) { // whom it does not name must learn that, too
      if (p.bits() != selfBits && !received.contains(p.bits())) {
        effects.add(new Effect.Send(p.bits(), new Published(newest)));
      }
    }
  }

  /** Whom the last epoch names, as far as they are in the view, but for those. */
  private Set<Long> namedBut(Set<Long> those) {
    Set<Long> named = new HashSet<>();
    if (base != null) {
      base.members().forEach(m -> named.add(m.incarnation().bits()));
    }
    named.removeIf(bits -> !view.has(bits) || those.contains(bits));
    return named;
  }
}
