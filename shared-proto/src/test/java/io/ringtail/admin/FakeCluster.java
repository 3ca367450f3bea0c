package io.ringtail.admin;

import io.ringtail.admin.call.FakeGroup;
import io.ringtail.admin.call.ManualTimer;
import io.ringtail.admin.call.NodeCalls;
import io.ringtail.admin.report.Recent;
import io.ringtail.admin.v1.Role;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.MemberMail;
import io.ringtail.cluster.Membership;
import io.ringtail.metrics.Metrics;
import io.ringtail.ops.Readiness;
import io.ringtail.ring.RingTables;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The admin services of some nodes, without ports or threads; letters arrive at once. */
final class FakeCluster implements AutoCloseable {
  static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);

  final FakeGroup group = new FakeGroup();
  final ManualTimer timer = new ManualTimer();
  final RingTables tables = new RingTables(8);
  final Map<String, Node> nodes = new LinkedHashMap<>();
  final List<String> levels = new ArrayList<>();
  private long number;

  /** One node. */
  record Node(
      Member member, FakeTier tier, Readiness readiness, Owners owners, ClusterAnswers answers) {}

  /** Routers begin with r. */
  FakeCluster(String... ids) {
    addAll(ids);
    epoch(nodes.values().stream().map(Node::member).toList());
  }

  private FakeCluster() {}

  static FakeCluster beforeAnyEpoch(String... ids) {
    FakeCluster cluster = new FakeCluster();
    cluster.addAll(ids);
    return cluster;
  }

  private void addAll(String... ids) {
    long bits = 100;
    for (String id : ids) {
      boolean router = id.startsWith("r");
      add(
          new Member(
              id,
              new Incarnation(new EpochOrder(1, 1), bits++),
              router ? Member.Role.ROUTER : Member.Role.SAMPLER,
              Member.State.ACTIVE,
              router ? 0 : 100,
              router ? "" : id + ":4319",
              id + ":9464",
              "zone-" + id,
              1));
    }
  }

  private void add(Member member) {
    FakeTier tier = new FakeTier();
    tier.says.setRole(member.role() == Member.Role.ROUTER ? Role.ROUTER : Role.SAMPLER);
    Readiness readiness = new Readiness();
    Optional<MemberMail> mail = group.mail(member.incarnation().bits());
    AdminContext context =
        new AdminContext(
            ClusterConfig.defaults(),
            member.nodeId(),
            List.of("retention: 1 instead of 2"),
            membership(mail),
            tables,
            new Metrics(),
            readiness,
            new Surroundings("1.2.3", () -> "node:\n  id: " + member.nodeId() + "\n", this::level));
    LocalNode self = new LocalNode(context, tier, new Recent(context.metrics()), () -> 0);
    NodeCalls calls =
        new NodeCalls(mail, member.nodeId(), self, Runnable::run, timer.awake(), context.metrics());
    Owners owners = new Owners(tables);
    ClusterAnswers answers =
        new ClusterAnswers(
            "test", member.nodeId(), self, calls, owners, tables, InstantSource.fixed(NOW));
    nodes.put(member.nodeId(), new Node(member, tier, readiness, owners, answers));
  }

  private String level(String logger, String level) {
    if (level.equals("loud")) {
      throw new IllegalArgumentException("level: \"loud\" (expected error)");
    }
    levels.add(logger + "=" + level);
    return logger + " is " + level;
  }

  static Membership membership(Optional<MemberMail> mail) {
    return new Membership() {
      @Override
      public void start(Member self, EpochListener listener) {}

      @Override
      public void update(Member self) {}

      @Override
      public Optional<Epoch> newest() {
        return Optional.empty();
      }

      @Override
      public boolean joined() {
        return false;
      }

      @Override
      public Optional<MemberMail> mail() {
        return mail;
      }

      @Override
      public void close() {}
    };
  }

  /** All nodes are told of the next epoch, and use it. */
  Epoch epoch(List<Member> members) {
    number++;
    Epoch epoch =
        new Epoch(new EpochOrder(1, number), "s0", members, 0, EpochOrder.NONE, List.of());
    for (Node node : nodes.values()) {
      node.owners().onEpoch(epoch);
      node.tier().says.setEpoch(Members.epoch(epoch, tables.of(members)));
    }
    return epoch;
  }

  List<Member> members() {
    return nodes.values().stream().map(Node::member).toList();
  }

  Node node(String id) {
    Node node = nodes.get(id);
    if (node == null) {
      throw new AssertionError(id);
    }
    return node;
  }

  /** As a stopped process does, it takes questions and does not answer. */
  void hang(String id) {
    group.hang(node(id).member().incarnation().bits());
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
