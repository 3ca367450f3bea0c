package io.ringtail.cluster.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.word.ClusterCodec;
import io.ringtail.cluster.word.ClusterMessage;
import io.ringtail.cluster.word.GroupWord;
import io.ringtail.rules.Rules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A group layer worse than JGroups: views come to each process at their own time, messages late and
 * in any order, and not at all across sides or from the killed. Time is simulated, in ms.
 */
final class SimulatedGroup {
  private final Random random;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Map<Long, Node> processes = new HashMap<>();
  private final Set<EpochId> made = new HashSet<>();
  private final Map<Long, Long> lostAt = new HashMap<>();
  private List<Side> sides = new ArrayList<>();
  private long nowMillis = 1;
  private long eventCount;
  private long nextBits = 1;
  private int outOfTurn;

  /** How long who was lost has something to give away; drawn anew each time if negative. */
  private long clearsMillis = -1;

  private record Event(long atMillis, long sequence, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event o) {
      int byTime = Long.compare(atMillis, o.atMillis);
      return byTime != 0 ? byTime : Long.compare(sequence, o.sequence);
    }
  }

  /** Those who can talk to each other. */
  private static final class Side {
    long viewId;
    final List<Node> members = new ArrayList<>();
    boolean stale;
    boolean merged;
    boolean ofPaused; // nobody answers there
  }

  private final class Node {
    final Member self;
    final Epochs epochs;
    final Peer peer;
    boolean alive = true;
    boolean fenced;
    boolean leaving;
    boolean paused;
    boolean lost;
    long lastView;
    @Nullable Epoch newest;
    List<Completion> completions = List.of();
    final List<Runnable> waiting = new ArrayList<>();
    final Set<Incarnation> incarnations = new HashSet<>();

    Node(Member self) {
      this.self = self;
      this.epochs = new Epochs(self, SimulatedGroup::checksum, Rules.ALL);
      this.peer = new Peer(self.incarnation().bits(), self.role() == Member.Role.SAMPLER);
    }

    void doAll(List<Effect> effects) {
      for (Effect e : effects) {
        if (e instanceof Effect.Send s) {
          assertThat(s.toBits()).isNotEqualTo(peer.bits());
          deliver(this, processes.get(s.toBits()), s.message());
        } else if (e instanceof Effect.SendAll s) {
          sideOf(this)
              .ifPresent(
                  side ->
                      side.members.stream()
                          .filter(p -> p != this)
                          .forEach(p -> deliver(this, p, s.message())));
        } else if (e instanceof Effect.Apply a) {
          apply(a);
        } else if (e instanceof Effect.Completed c) {
          completions = c.completions();
        } else if (e instanceof Effect.Lost l) {
          assertThat(lost).as("told once that it is lost").isFalse();
          assertThat(l.epoch().members())
              .extracting(m -> m.incarnation().bits())
              .doesNotContain(peer.bits());
          lost = true;
          after(
              clearsMillis < 0 ? 100 + random.nextInt(2_000) : clearsMillis, () -> comeBack(this));
        } else if (e instanceof Effect.Fenced) {
          assertThat(fenced).as("fenced once").isFalse();
          fenced = true;
          after(50, () -> disconnect(this));
        }
      }
    }

    void apply(Effect.Apply a) {
      Epoch epoch = a.epoch();
      made.add(EpochId.of(epoch));
      epoch.members().stream()
          .filter(m -> m.incarnation().bits() == peer.bits())
          .forEach(
              m -> {
                incarnations.add(m.incarnation());
                lost = false;
              });
      if (epoch.members().size() > 1) { // not that of one who wakes up alone
        epoch.members().forEach(m -> lostAt.remove(m.incarnation().bits())); // P2
        epoch.lost().forEach(m -> lostAt.putIfAbsent(m.incarnation().bits(), nowMillis));
      }
      assertThat(a.tableAgrees()).isTrue();
      assertThat(epoch.predecessorMembers().containsAll(epoch.lost())).isTrue();
      if (newest == null) {
        assertThat(epoch.member(self.nodeId())).isPresent();
      } else {
        assertThat(epoch.order())
            .as(self.nodeId() + " had " + newest)
            .isGreaterThan(newest.order());
        assertThat(epoch.follows(newest)).isEqualTo(a.inTurn());
        if (!a.inTurn()) {
          outOfTurn++;
        }
      }
      newest = epoch;
      after(random.nextInt(random.nextInt(10) == 0 ? 4_000 : 400), () -> use(epoch));
      if (epoch.members().stream().anyMatch(m -> m.incarnation().bits() == peer.bits())) {
        after(random.nextInt(500), () -> complete(epoch.order()));
      }
    }

    void use(Epoch epoch) {
      if (alive && !paused) {
        doAll(epochs.inUse(epoch, nowMillis * 1_000_000));
      }
    }

    void complete(EpochOrder upTo) {
      if (alive && !paused && newest != null && newest.order().equals(upTo)) {
        Completion mine = new Completion(peer.bits(), upTo, EpochOrder.NONE);
        doAll(epochs.complete(mine, nowMillis * 1_000_000));
      }
    }

    boolean mayDecide() {
      return alive && epochs.lease(0, nowMillis * 1_000_000).isGoodAt(nowMillis * 1_000_000);
    }

    /** Its thread does nothing while it is stopped, and all that came then afterwards. */
    void perform(Runnable what) {
      if (paused) {
        waiting.add(what);
      } else if (alive) {
        what.run();
      }
    }
  }

  private record Peer(long bits, boolean sampler) {}

  SimulatedGroup(long seed) {
    this.random = new Random(seed);
  }

  static long checksum(List<Member> owners) {
    return owners.stream().map(Member::nodeId).collect(Collectors.joining(",")).hashCode();
  }

  // ---- what happens to processes

  /** Starts a process, unless one of that name is alive. */
  void join(String nodeId, boolean sampler) {
    if (live(nodeId).isEmpty()) {
      start(nodeId, sampler);
    }
  }

  /** Starts a second process of a name that is alive. */
  void twin(String nodeId, boolean sampler) {
    if (live(nodeId).isPresent() && processes.values().stream().filter(p -> p.alive).count() < 8) {
      start(nodeId, sampler);
    }
  }

  private void start(String nodeId, boolean sampler) {
    Member self =
        new Member(
            nodeId,
            new Incarnation(EpochOrder.NONE, nextBits++),
            sampler ? Member.Role.SAMPLER : Member.Role.ROUTER,
            Member.State.ACTIVE,
            sampler ? 100 : 0,
            "",
            "",
            "",
            1);
    Node p = new Node(self);
    processes.put(p.peer.bits(), p);
    if (sides.isEmpty()) {
      sides.add(new Side());
    }
    List<Side> open = sides.stream().filter(side -> !side.ofPaused).toList();
    Side side = open.get(random.nextInt(open.size()));
    side.members.add(p);
    changed(side, 50);
    tick(p);
  }

  private void tick(Node p) {
    after(
        100,
        () -> {
          if (p.paused) {
            tick(p);
          } else if (p.alive) {
            p.doAll(p.epochs.onTick(nowMillis * 1_000_000));
            if (p.leaving && p.epochs.hasLeft()) {
              disconnect(p);
            } else {
              tick(p);
            }
          }
        });
  }

  void leave(String nodeId) {
    live(nodeId)
        .ifPresent(
            p -> {
              p.leaving = true;
              p.doAll(p.epochs.leave(nowMillis * 1_000_000));
              after(2_000, () -> disconnect(p));
            });
  }

  private void disconnect(Node p) {
    p.alive = false;
    sideOf(p)
        .ifPresent(
            side -> {
              side.members.remove(p);
              changed(side, 10);
            });
  }

  void kill(String nodeId) {
    live(nodeId)
        .ifPresent(
            p -> {
              p.alive = false;
              after(50 + random.nextInt(1_000), () -> disconnect(p));
            });
  }

  /** Stops a process for a while: the others lose it after 5 s, and find it when it is back. */
  void pause(String nodeId, long millis) {
    if (sides.size() == 1) {
      live(nodeId).filter(p -> !p.paused).ifPresent(p -> pause(p, millis));
    }
  }

  private void pause(Node p, long millis) {
    p.paused = true;
    after(5_000, () -> excludeIfPaused(p));
    after(millis, () -> resume(p));
  }

  private void excludeIfPaused(Node p) {
    if (p.paused && sides.size() == 1 && sides.get(0).members.size() > 1) {
      cutOff(Set.of(p));
      sides.get(0).ofPaused = true;
    }
  }

  private void resume(Node p) {
    p.paused = false;
    List.copyOf(p.waiting).forEach(p::perform);
    p.waiting.clear();
    after(random.nextInt(4_000), this::heal);
  }

  private void comeBack(Node p) {
    if (p.alive && p.lost && !p.leaving && !p.fenced) {
      disconnect(p);
      after(
          random.nextInt(500),
          () -> {
            if (live(p.self.nodeId()).isEmpty()) {
              start(p.self.nodeId(), p.peer.sampler());
            }
          });
    }
  }

  void drainState(String nodeId) {
    live(nodeId)
        .ifPresent(
            p ->
                p.doAll(
                    p.epochs.update(
                        p.self.withState(Member.State.DRAINING), nowMillis * 1_000_000)));
  }

  void split() {
    if (sides.size() == 1) {
      cutOff(
          sides.get(0).members.stream()
              .filter(p -> random.nextBoolean())
              .map(p -> p.self.nodeId())
              .collect(Collectors.toSet()));
    }
  }

  /** Cuts off those named from the rest. */
  void cutOff(Set<String> nodeIds) {
    cutOff(
        sides.get(0).members.stream()
            .filter(p -> nodeIds.contains(p.self.nodeId()))
            .collect(Collectors.toSet()));
  }

  private void cutOff(Collection<Node> nodes) {
    Side old = sides.get(0);
    Side a = new Side();
    Side b = new Side();
    a.viewId = b.viewId = old.viewId;
    old.members.forEach(p -> (nodes.contains(p) ? a : b).members.add(p));
    sides = new ArrayList<>(List.of(a, b));
    changed(a, 50);
    changed(b, 50);
  }

  /** Who is lost from now on takes so long until it has nothing left. */
  void clearsFor(long millis) {
    clearsMillis = millis;
  }

  /** One goes over from the first side to the second; those it leaves do not notice. */
  void goOver(String nodeId) {
    Side from = sides.get(0);
    Side to = sides.get(1);
    Node p = live(nodeId).orElseThrow();
    assertThat(from.members.remove(p)).isTrue();
    to.members.add(p);
    to.viewId = Math.max(from.viewId, to.viewId);
    to.merged = true;
    changed(to, 50);
  }

  Epoch newest(String nodeId) {
    return live(nodeId).orElseThrow().epochs.newest().orElseThrow();
  }

  void heal() {
    if (sides.size() < 2) {
      return;
    }
    Side all = new Side();
    sides.forEach(s -> all.members.addAll(s.members));
    sides.forEach(s -> all.viewId = Math.max(all.viewId, s.viewId));
    Collections.rotate(all.members, random.nextInt(all.members.size() + 1));
    all.merged = true;
    sides = new ArrayList<>(List.of(all));
    changed(all, 500);
  }

  // ---- the group layer

  private void changed(Side side, int withinMillis) {
    if (side.stale) {
      return;
    }
    side.stale = true;
    after(
        withinMillis,
        () -> {
          if (!sides.contains(side)) {
            return; // split or merged since
          }
          side.stale = false;
          side.viewId++;
          List<ClusterView.Peer> peers =
              side.members.stream()
                  .map(p -> new ClusterView.Peer(p.peer.bits(), p.peer.sampler()))
                  .toList();
          ClusterView view = new ClusterView(side.viewId, peers, side.merged);
          side.merged = false;
          side.members.forEach(
              p -> after(1 + random.nextInt(150), () -> p.perform(() -> install(p, view))));
        });
  }

  private void install(Node p, ClusterView view) {
    if (p.alive && view.id() > p.lastView) {
      p.lastView = view.id();
      p.doAll(p.epochs.onView(view, nowMillis * 1_000_000));
    }
  }

  private void deliver(Node from, @Nullable Node to, ClusterMessage message) {
    int delay = random.nextInt(20) == 0 ? 600 : 40;
    after(
        1 + random.nextInt(delay),
        () -> {
          boolean lost = from.alive ? random.nextInt(50) == 0 : random.nextBoolean();
          if (to != null && to.alive && !lost && sideOf(from).equals(sideOf(to))) {
            ClusterMessage decoded = processes.size() < 100 ? roundTrip(message) : message;
            to.perform(
                () -> to.doAll(to.epochs.on(from.peer.bits(), decoded, nowMillis * 1_000_000)));
          }
        });
  }

  private Optional<Side> sideOf(Node p) {
    return sides.stream().filter(s -> s.members.contains(p)).findFirst();
  }

  private Optional<Node> live(String nodeId) {
    return processes.values().stream()
        .filter(p -> p.alive && !p.leaving && !p.fenced && p.self.nodeId().equals(nodeId))
        .findFirst();
  }

  // ---- time

  private void after(long millis, Runnable what) {
    events.add(new Event(nowMillis + millis, eventCount++, what));
  }

  void run(long millis) {
    long until = nowMillis + millis;
    while (!events.isEmpty() && events.element().atMillis <= until) {
      Event e = events.remove();
      nowMillis = e.atMillis;
      e.what.run();
    }
    nowMillis = until;
  }

  // ---- what must hold

  /** No lease of a lost one is good 3 s after anyone has its loss in use (without partitions). */
  void assertNoLeaseOutlivesLoss() {
    for (Node p : processes.values()) {
      Long at = lostAt.get(p.peer.bits());
      if (at != null && nowMillis >= at + 3_000 && !p.paused) {
        assertThat(p.mayDecide()).as(p.self.nodeId() + " lost at " + at).isFalse();
      }
    }
  }

  boolean mayDecide(String nodeId) {
    return live(nodeId).orElseThrow().mayDecide();
  }

  int epochsMade() {
    return made.size();
  }

  int outOfTurn() {
    return outOfTurn;
  }

  /** All of the one view have the same newest epoch in use, and it names exactly them. */
  void assertAgreed() {
    assertThat(sides).hasSize(1);
    List<Node> members = sides.get(0).members;
    if (members.stream().noneMatch(p -> p.peer.sampler())) {
      return; // nobody to make epochs
    }
    Set<Long> bits = members.stream().map(p -> p.peer.bits()).collect(Collectors.toSet());
    assertThat(members).extracting(p -> p.self.nodeId()).doesNotHaveDuplicates();
    Set<EpochId> newest = new HashSet<>();
    for (Node p : members) {
      assertThat(p.alive).isTrue();
      assertThat(p.epochs.newest()).as(p.self.nodeId()).isPresent();
      assertThat(p.epochs.whyNotJoined(0)).as(p.self.nodeId()).isEmpty();
      Epoch epoch = p.epochs.newest().orElseThrow();
      newest.add(EpochId.of(epoch));
      assertThat(epoch.members())
          .extracting(m -> m.incarnation().bits())
          .containsExactlyInAnyOrderElementsOf(bits);
    }
    assertThat(newest).hasSize(1);
    EpochOrder order = newest.iterator().next().order();
    for (Node p : members) {
      if (p.peer.sampler()) {
        assertThat(members.size() == 1 || p.mayDecide()).as(p.self.nodeId() + " decides").isTrue();
        assertThat(p.incarnations).as(p.self.nodeId() + " is named once").hasSize(1);
        assertThat(p.completions)
            .as(p.self.nodeId() + " knows how far all are")
            .filteredOn(c -> c.upTo().equals(order))
            .hasSize((int) members.stream().filter(m -> m.peer.sampler()).count());
      }
    }
  }

  /** Messages as they come off the wire. */
  private static ClusterMessage roundTrip(ClusterMessage message) {
    byte[] bytes = ClusterCodec.encode(message).toBytes();
    try {
      List<GroupWord> words = GroupWord.read(bytes, 0, bytes.length);
      assertThat(words).hasSize(1);
      return ClusterCodec.decode(words.get(0)).orElseThrow();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
