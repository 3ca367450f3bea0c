package io.ringtail.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.MemberMail;
import io.ringtail.cluster.Members;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real channels over loopback, found through a directory: seconds, not milliseconds. The rules are
 * tested in {@code EpochsSimulationTest}; here only that JGroups carries them.
 */
@Tag("slow")
class JGroupsMembershipTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  private final List<Node> nodes = new ArrayList<>();
  private long nextBits = 1;

  private final class Node implements EpochListener {
    final Member self;
    final JGroupsMembership membership;
    final Metrics metrics = new Metrics();
    final List<Epoch> epochs = new CopyOnWriteArrayList<>();
    final List<Member> fencedBy = new CopyOnWriteArrayList<>();

    Node(String id, Member.Role role) {
      this(id, role, ClusterConfig.inDirectory("test", directory.toString()));
    }

    Node(String id, Member.Role role, ClusterConfig config) {
      Member named = Members.member(id, role, role == Member.Role.SAMPLER ? 100 : 0);
      self = named.withIncarnation(new Incarnation(EpochOrder.NONE, nextBits++));
      membership = new JGroupsMembership(config, List::size, metrics, Rules.ALL);
    }

    @Override
    public void onEpoch(Epoch epoch) {
      epochs.add(epoch);
      membership.inUse(epoch);
    }

    @Override
    public void onFenced(Member newer) {
      fencedBy.add(newer);
    }

    boolean names(String... ids) {
      return membership
          .newest()
          .map(e -> e.members().stream().map(Member::nodeId).toList().equals(Arrays.asList(ids)))
          .orElse(false);
    }
  }

  @AfterEach
  void closeAll() {
    nodes.parallelStream().forEach(n -> n.membership.close());
  }

  /** Cut up by the group, as one is larger than what it sends at once. */
  @Test
  void letters_ofAnySize_comeWholeToTheOneMeant() throws Exception {
    Node r0 = node("r0", Member.Role.ROUTER);
    Node s0 = node("s0", Member.Role.SAMPLER);
    Node s1 = node("s1", Member.Role.SAMPLER);
    Map<Integer, Long> came = new ConcurrentHashMap<>();
    MemberMail there = s1.membership.mail().orElseThrow();
    there.read((from, letter) -> came.put(Arrays.hashCode(letter), from));
    s0.membership.mail().orElseThrow().read((from, letter) -> came.put(0, from));
    MemberMail here = r0.membership.mail().orElseThrow();
    assertThat(here.send(s1.self.incarnation().bits(), new byte[1])).as("not joined").isFalse();
    startTogether(r0, s0, s1);
    awaitNamed(List.of(r0, s0, s1), "r0", "s0", "s1");

    Map<Integer, Long> sent = new HashMap<>();
    for (int bytes : new int[] {0, 1, 59_999, 60_000, 200_001, MemberMail.MAX_LETTER_BYTES}) {
      byte[] letter = new byte[bytes];
      Arrays.fill(letter, (byte) bytes);
      sent.put(Arrays.hashCode(letter), r0.self.incarnation().bits());
      assertThat(here.send(s1.self.incarnation().bits(), letter)).isTrue();
    }
    await().atMost(PATIENCE).until(() -> came.size() == sent.size());
    assertThat(came).isEqualTo(sent);
    assertThat(here.send(4_711, new byte[1])).as("nobody").isFalse();
  }

  @Test
  void cluster_formedKilledAndLeft_epochsAgree() throws Exception {
    Node r0 = node("r0", Member.Role.ROUTER);
    Node s0 = node("s0", Member.Role.SAMPLER);
    Node s1 = node("s1", Member.Role.SAMPLER);
    Node s2 = node("s2", Member.Role.SAMPLER);
    startTogether(r0, s0, s1, s2);
    awaitNamed(List.of(r0, s0, s1, s2), "r0", "s0", "s1", "s2");
    assertThat(s0.membership.joined()).isTrue();

    Node leads = coordinator(r0);
    Node other = leads == s1 ? s2 : s1;
    other.membership.kill();
    List<Node> rest = without(other);
    awaitNamed(rest, rest.stream().map(n -> n.self.nodeId()).sorted().toArray(String[]::new));
    Epoch afterKill = r0.membership.newest().orElseThrow();
    assertThat(afterKill.lost()).extracting(Member::nodeId).containsExactly(other.self.nodeId());

    leads.membership.update(leads.self.withState(Member.State.DRAINING));
    await().atMost(PATIENCE).until(leads.membership::isAsSaid);
    leads.membership.close(); // the coordinator leaves with a word
    List<Node> last = rest.stream().filter(n -> n != leads).toList();
    awaitNamed(last, last.stream().map(n -> n.self.nodeId()).sorted().toArray(String[]::new));
    assertThat(r0.epochs)
        .filteredOn(e -> e.order().compareTo(afterKill.order()) > 0)
        .allSatisfy(e -> assertThat(e.lost()).isEmpty());
    assertThat(r0.epochs).isSortedAccordingTo((a, b) -> a.order().compareTo(b.order()));
  }

  @Test
  void cluster_secondStartOfOneName_fencesTheOlder() throws Exception {
    Node older = node("s0", Member.Role.SAMPLER);
    startTogether(older);
    awaitNamed(List.of(older), "s0");
    await().atMost(PATIENCE).until(() -> older.membership.mayDecide(System.nanoTime()));
    Node newer = node("s0", Member.Role.SAMPLER);
    startTogether(newer);
    await().atMost(PATIENCE).until(() -> !older.fencedBy.isEmpty() && newer.membership.joined());
    assertThat(older.membership.joined()).isFalse();
    assertThat(older.membership.mayDecide(System.nanoTime())).isFalse();
    assertThat(newer.fencedBy).isEmpty();
  }

  @Test
  void update_whileItComesBackAsAnother_isSaidThen() throws Exception {
    Node s0 = node("s0", Member.Role.SAMPLER);
    startTogether(s0);
    awaitNamed(List.of(s0), "s0");
    s0.membership.comeBack(99);
    s0.membership.update(s0.self.withState(Member.State.DRAINING));
    await().atMost(PATIENCE).until(() -> isDraining(s0, 99));
  }

  /** It looks around for 200 ms before it binds its port, in which that is taken. */
  @Test
  void update_whileItComesBack_isSaidAlsoIfItCannotJoinAtFirst() throws Exception {
    int port = StackFile.freePort("127.0.0.1");
    ClusterConfig there = ClusterConfig.inDirectory("test", directory.toString());
    Node s0 = new Node("s0", Member.Role.SAMPLER, at(port, there));
    nodes.add(s0);
    startTogether(s0);
    awaitNamed(List.of(s0), "s0");
    s0.membership.comeBack(99);
    s0.membership.update(s0.self.withState(Member.State.DRAINING));
    try (ServerSocket taken = new ServerSocket()) {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(1))
          .ignoreExceptionsInstanceOf(BindException.class)
          .until(
              () -> {
                taken.bind(new InetSocketAddress("127.0.0.1", port));
                return true;
              });
      await().atMost(PATIENCE).until(() -> failures(s0) > 0);
    }
    await().atMost(PATIENCE).until(() -> isDraining(s0, 99));
  }

  private static ClusterConfig at(int port, ClusterConfig config) {
    return new ClusterConfig(
        config.name(),
        config.bindHost(),
        port,
        config.discovery(),
        config.hosts(),
        config.directory(),
        config.dns(),
        config.stack(),
        config.members(),
        config.minSamplers());
  }

  private static long failures(Node of) {
    return of.metrics.registry().counter("ringtail_cluster_failures_total").getCount();
  }

  private static boolean isDraining(Node node, long bits) {
    return node.membership.newest().stream()
        .flatMap(e -> e.members().stream())
        .anyMatch(m -> m.incarnation().bits() == bits && m.state() == Member.State.DRAINING);
  }

  private Node node(String id, Member.Role role) {
    Node node = new Node(id, role);
    nodes.add(node);
    return node;
  }

  private static void startTogether(Node... starting) {
    CompletableFuture.allOf(
            Arrays.stream(starting)
                .map(n -> CompletableFuture.runAsync(() -> start(n), r -> new Thread(r).start()))
                .toArray(CompletableFuture<?>[]::new))
        .join();
  }

  private static void start(Node n) {
    try {
      n.membership.start(n.self, n);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitNamed(List<Node> nodes, String... ids) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> nodes.stream().allMatch(n -> n.names(ids) && n.membership.joined()));
  }

  private Node coordinator(Node of) {
    String id = of.membership.newest().orElseThrow().coordinator();
    return nodes.stream().filter(n -> n.self.nodeId().equals(id)).findFirst().orElseThrow();
  }

  private List<Node> without(Node gone) {
    return nodes.stream().filter(n -> n != gone).toList();
  }
}
