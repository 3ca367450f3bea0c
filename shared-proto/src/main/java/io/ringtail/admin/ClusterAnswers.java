package io.ringtail.admin;

import io.grpc.Status;
import io.ringtail.admin.call.Answerer;
import io.ringtail.admin.call.Failures;
import io.ringtail.admin.call.NodeCalls;
import io.ringtail.admin.findings.Findings;
import io.ringtail.admin.v1.ApplyChangeRequest;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.EpochRef;
import io.ringtail.admin.v1.Holdings;
import io.ringtail.admin.v1.MetricsQuestion;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeMetrics;
import io.ringtail.admin.v1.NodeQuestion;
import io.ringtail.admin.v1.NodeReply;
import io.ringtail.admin.v1.NodeSettings;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Ring;
import io.ringtail.admin.v1.SettingsQuestion;
import io.ringtail.admin.v1.StatusQuestion;
import io.ringtail.admin.v1.TraceOwner;
import io.ringtail.admin.v1.TraceReport;
import io.ringtail.admin.v1.TracesAtNode;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import io.ringtail.ring.RingTables;
import io.ringtail.trace.TraceHash;
import io.ringtail.trace.TraceId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What any node answers for the whole cluster: its own answer, put together with those of the other
 * members of its newest epoch. Who does not answer in time is named with the reason, and nothing
 * else waits for it. Before its first epoch a node knows only itself.
 *
 * <p>Threads: the admin service's; futures complete there too.
 */
final class ClusterAnswers {
  static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(2);

  private final String clusterName;
  private final String nodeId;
  private final Answerer self;
  private final NodeCalls calls;
  private final Owners owners;
  private final RingTables tables;
  private final RingTables planTables = new RingTables(2);
  private final InstantSource clock;

  /**
   * @param tables know the table in use
   */
  ClusterAnswers(
      String clusterName,
      String nodeId,
      Answerer self,
      NodeCalls calls,
      Owners owners,
      RingTables tables,
      InstantSource clock) {
    this.clusterName = clusterName;
    this.nodeId = nodeId;
    this.self = self;
    this.calls = calls;
    this.owners = owners;
    this.tables = tables;
    this.clock = clock;
  }

  // ---- asking

  private CompletableFuture<NodeReply> ask(
      Member to, NodeQuestion.Builder question, Duration deadline) {
    return to.nodeId().equals(nodeId) ? askSelf(question) : calls.ask(to, question, deadline);
  }

  private CompletableFuture<NodeReply> askSelf(NodeQuestion.Builder question) {
    try {
      return self.answer(question.build());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * @param reply null if there is none
   * @param whyNone a sentence; empty if there is one
   */
  private record Heard(Member from, @Nullable NodeReply reply, String whyNone) {}

  /** Asks all of those at once; never fails. */
  private CompletableFuture<List<Heard>> askAll(
      List<Member> members, NodeQuestion question, Duration deadline) {
    List<CompletableFuture<Heard>> asked =
        members.stream().map(m -> heard(m, question, deadline)).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(all -> asked.stream().map(CompletableFuture::join).toList());
  }

  private CompletableFuture<Heard> heard(Member m, NodeQuestion question, Duration deadline) {
    return ask(m, question.toBuilder(), deadline)
        .handle(
            (reply, failure) ->
                failure == null ? new Heard(m, reply, "") : new Heard(m, null, why(failure)));
  }

  private static String why(Throwable failure) {
    Status status = Failures.statusOf(failure);
    String said = status.getDescription();
    return said == null ? status.getCode().toString() : said;
  }

  private List<Member> members(Predicate<Member> which) {
    Epoch epoch = owners.newest();
    return epoch == null ? List.of() : epoch.members().stream().filter(which).toList();
  }

  private static boolean isSampler(Member m) {
    return m.role() == Member.Role.SAMPLER;
  }

  /**
   * @throws io.grpc.StatusRuntimeException if there is none
   */
  private Member member(String id) {
    return members(m -> m.nodeId().equals(id)).stream()
        .findFirst()
        .orElseThrow(
            () ->
                Status.NOT_FOUND
                    .withDescription(
                        "no node "
                            + id
                            + " in the cluster as "
                            + nodeId
                            + " knows it (known: "
                            + String.join(
                                ", ", members(m -> true).stream().map(Member::nodeId).toList())
                            + ")")
                    .asRuntimeException());
  }

  // ---- status

  CompletableFuture<ClusterStatus> status(Duration deadline) {
    NodeQuestion question =
        NodeQuestion.newBuilder().setStatus(StatusQuestion.getDefaultInstance()).build();
    Epoch epoch = owners.newest();
    List<Member> others = members(m -> !m.nodeId().equals(nodeId));
    CompletableFuture<List<Heard>> heard = askAll(others, question, deadline);
    return askSelf(question.toBuilder())
        .thenCombine(heard, (own, them) -> status(epoch, own.getStatus(), them));
  }

  private ClusterStatus status(@Nullable Epoch epoch, NodeStatus own, List<Heard> them) {
    Map<String, NodeAnswer.Builder> answers = new LinkedHashMap<>();
    answers.put(nodeId, NodeAnswer.newBuilder().setStatus(own));
    for (Heard heard : them) {
      NodeReply reply = heard.reply();
      answers.put(
          heard.from().nodeId(),
          reply == null
              ? NodeAnswer.newBuilder().setNoAnswer(heard.whyNone())
              : NodeAnswer.newBuilder().setStatus(reply.getStatus()));
    }
    ClusterStatus.Builder status =
        ClusterStatus.newBuilder()
            .setCluster(clusterName)
            .setAnsweredBy(nodeId)
            .setAtMs(clock.millis());
    if (epoch != null) {
      var table = tables.of(epoch.members());
      status.setEpoch(Members.epoch(epoch, table));
      Members.all(epoch, table)
          .forEach(m -> answers.computeIfPresent(m.getNodeId(), (id, a) -> a.setMember(m)));
    }
    answers.computeIfPresent(nodeId, (id, a) -> a.hasMember() ? a : a.setMember(ofItself(own)));
    answers.values().stream()
        .map(NodeAnswer.Builder::build)
        .sorted(Comparator.comparing(NodeAnswer::getMember, Members.ORDER))
        .forEach(status::addNodes);
    return Findings.addedTo(status.setEpochsAgree(agree(status)).build());
  }

  /** Of a node that no epoch names. */
  private static io.ringtail.admin.v1.Member ofItself(NodeStatus own) {
    return io.ringtail.admin.v1.Member.newBuilder()
        .setNodeId(own.getNodeId())
        .setRole(own.getRole())
        .setState(own.getState())
        .setProtocolVersion(own.getProtocolVersion())
        .build();
  }

  /** Of those that answered; one that has none in use yet does not agree. */
  private static boolean agree(ClusterStatus.Builder status) {
    EpochRef mine = status.getEpoch();
    return status.hasEpoch()
        && status.getNodesList().stream()
            .filter(NodeAnswer::hasStatus)
            .allMatch(n -> n.getStatus().getEpoch().equals(mine));
  }

  // ---- ring and traces

  /**
   * @throws io.grpc.StatusRuntimeException if the trace ID is none
   */
  Ring ring(String traceId) {
    Ring.Builder ring = Ring.newBuilder().setSlots(TraceHash.SLOTS);
    Epoch epoch = owners.newest();
    if (epoch != null) {
      var table = tables.of(epoch.members());
      ring.setEpoch(Members.epoch(epoch, table)).addAllMembers(Members.all(epoch, table));
    }
    if (!traceId.isEmpty()) {
      ring.setOwner(owners.of(LocalNode.traceId(traceId)));
    }
    return ring.build();
  }

  /**
   * @throws io.grpc.StatusRuntimeException if the trace ID is none
   */
  CompletableFuture<TraceReport> trace(String traceId, Duration deadline) {
    TraceId id = LocalNode.traceId(traceId);
    TraceOwner owner = owners.of(id);
    NodeQuestion question = NodeQuestion.newBuilder().setTrace(id.toString()).build();
    return askAll(members(ClusterAnswers::isSampler), question, deadline)
        .thenApply(all -> report(owner, all));
  }

  private static TraceReport report(TraceOwner owner, List<Heard> all) {
    TraceReport.Builder report = TraceReport.newBuilder().setOwner(owner);
    Comparator<Heard> ownersFirst =
        Comparator.comparing((Heard h) -> !h.from().nodeId().equals(owner.getNodeId()))
            .thenComparing(h -> h.from().nodeId());
    for (Heard heard : all.stream().sorted(ownersFirst).toList()) {
      NodeReply reply = heard.reply();
      if (reply == null) {
        report.addSilent(heard.from().nodeId());
        continue;
      }
      TracesAtNode traces = reply.getTraces();
      report.addAllFound(traces.getFoundList());
      if (heard.from().nodeId().equals(owner.getNodeId())) {
        report
            .setKeptCacheSeconds(traces.getKeptCacheSeconds())
            .setDroppedCacheSeconds(traces.getDroppedCacheSeconds());
      }
    }
    return report.build();
  }

  // ---- one node

  CompletableFuture<NodeSettings> settings(String id, Duration deadline) {
    return askOne(
            id,
            NodeQuestion.newBuilder().setSettings(SettingsQuestion.getDefaultInstance()),
            deadline)
        .thenApply(NodeReply::getSettings);
  }

  CompletableFuture<NodeMetrics> metrics(String id, Duration deadline) {
    return askOne(
            id,
            NodeQuestion.newBuilder().setMetrics(MetricsQuestion.getDefaultInstance()),
            deadline)
        .thenApply(NodeReply::getMetrics);
  }

  private CompletableFuture<NodeReply> askOne(
      String id, NodeQuestion.Builder question, Duration deadline) {
    return id.isEmpty() || id.equals(nodeId)
        ? askSelf(question)
        : named(id, calls.ask(member(id), question, deadline));
  }

  /** Failures of another node say which. */
  private static <T> CompletableFuture<T> named(String id, CompletableFuture<T> reply) {
    return reply.exceptionallyCompose(
        failure -> {
          Status status = Failures.statusOf(failure);
          return CompletableFuture.failedFuture(
              status.withDescription(id + ": " + why(failure)).asRuntimeException());
        });
  }

  // ---- changes

  /** The change with the node asked filled in, if it names none. */
  private Change named(Change change) {
    if (change.getKindCase() == Change.KindCase.KIND_NOT_SET) {
      throw Status.INVALID_ARGUMENT
          .withDescription("no change, or one " + nodeId + " does not know: it may be older")
          .asRuntimeException();
    }
    return change.getNodeId().isEmpty() ? change.toBuilder().setNodeId(nodeId).build() : change;
  }

  CompletableFuture<ChangePlan> plan(Change asked, Duration deadline) {
    Change change = named(asked);
    if (change.hasSetLogLevel()) {
      return CompletableFuture.completedFuture(ChangePlan.newBuilder().setChange(change).build());
    }
    Optional<String> never = ChangePlans.whyNever(change);
    if (never.isPresent()) {
      return CompletableFuture.completedFuture(
          ChangePlan.newBuilder().setChange(change).setImpossible(never.get()).build());
    }
    Member target = member(change.getNodeId());
    Epoch epoch = owners.newest();
    if (epoch == null) {
      throw new AssertionError("members without an epoch");
    }
    if (target.role() == Member.Role.ROUTER) {
      return CompletableFuture.completedFuture(RouterPlans.plan(change, target, epoch.members()));
    }
    List<Member> samplers = epoch.members().stream().filter(ClusterAnswers::isSampler).toList();
    NodeQuestion status =
        NodeQuestion.newBuilder().setStatus(StatusQuestion.getDefaultInstance()).build();
    NodeQuestion held = NodeQuestion.newBuilder().setHoldings(change).build();
    SlotMoves moves = SlotMoves.of(epoch, change, planTables);
    return askAll(samplers, status, deadline)
        .thenCombine(
            askAll(samplers, held, deadline),
            (statuses, holdings) -> plan(change, target, moves, statuses, holdings));
  }

  private static ChangePlan plan(
      Change change, Member target, SlotMoves moves, List<Heard> statuses, List<Heard> holdings) {
    Map<String, NodeStatus> statusOf = new LinkedHashMap<>();
    Map<String, Holdings> holdingsOf = new LinkedHashMap<>();
    List<String> silent = new ArrayList<>();
    for (Heard heard : statuses) {
      NodeReply reply = heard.reply();
      if (reply != null) {
        statusOf.put(heard.from().nodeId(), reply.getStatus());
      }
    }
    for (Heard heard : holdings) {
      NodeReply reply = heard.reply();
      String id = heard.from().nodeId();
      if (reply != null) {
        holdingsOf.put(id, reply.getHoldings());
      }
      if (reply == null || !statusOf.containsKey(id)) {
        silent.add(id);
      }
    }
    return new ChangePlans(change, target, moves, statusOf, holdingsOf, silent).plan();
  }

  /** Plans it, and makes it unless the plan says no. */
  CompletableFuture<ChangeResult> apply(ApplyChangeRequest asked, Duration deadline) {
    Change change = named(asked.getChange());
    ApplyChangeRequest request = asked.toBuilder().setChange(change).build();
    return plan(change, deadline.dividedBy(2))
        .thenCompose(plan -> apply(request, plan, deadline.dividedBy(2)));
  }

  private CompletableFuture<ChangeResult> apply(
      ApplyChangeRequest request, ChangePlan plan, Duration deadline) {
    String no = plan.getImpossible();
    if (no.isEmpty() && !request.getForce()) {
      no = String.join("; ", plan.getObjectionsList());
    }
    if (!no.isEmpty()) {
      Status refused = Status.FAILED_PRECONDITION.withDescription(no);
      return Audit.logged(
              request, CompletableFuture.<String>failedFuture(refused.asRuntimeException()))
          .thenApply(never -> ChangeResult.getDefaultInstance());
    }
    return askOne(
            request.getChange().getNodeId(), NodeQuestion.newBuilder().setApply(request), deadline)
        .thenApply(
            reply ->
                ChangeResult.newBuilder().setOutcome(reply.getApplied()).setPlan(plan).build());
  }
}
