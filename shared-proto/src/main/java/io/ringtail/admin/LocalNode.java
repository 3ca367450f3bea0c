package io.ringtail.admin;

import io.grpc.Status;
import io.ringtail.admin.call.Answerer;
import io.ringtail.admin.report.ProcessMemory;
import io.ringtail.admin.report.Reasons;
import io.ringtail.admin.report.Recent;
import io.ringtail.admin.v1.ApplyChangeRequest;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.NodeMetrics;
import io.ringtail.admin.v1.NodeQuestion;
import io.ringtail.admin.v1.NodeReply;
import io.ringtail.admin.v1.NodeSettings;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.SetLogLevel;
import io.ringtail.link.LinkMethod;
import io.ringtail.ops.Exposition;
import io.ringtail.trace.TraceId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Answers for this node, whoever asks: a client of its own service or another node. What both tiers
 * tell alike is told here. Threads: the admin service's, several at once.
 */
final class LocalNode implements Answerer {
  private static final long NANOS_A_MILLI = 1_000_000;

  private final AdminContext context;
  private final String nodeId;
  private final NodeAdmin tier;
  private final Recent recent;
  private final Exposition exposition;
  private final LongSupplier nanoTime;
  private final long startedNanos;

  LocalNode(AdminContext context, NodeAdmin tier, Recent recent, LongSupplier nanoTime) {
    this.context = context;
    this.nodeId = context.nodeId();
    this.tier = tier;
    this.recent = recent;
    this.exposition = new Exposition(context.metrics());
    this.nanoTime = nanoTime;
    this.startedNanos = nanoTime.getAsLong();
  }

  @Override
  public CompletableFuture<NodeReply> answer(NodeQuestion question) {
    NodeReply.Builder reply = NodeReply.newBuilder();
    return switch (question.getKindCase()) {
      case STATUS -> done(reply.setStatus(status()));
      case SETTINGS -> done(reply.setSettings(settings()));
      case METRICS -> done(reply.setMetrics(metrics()));
      case TRACE ->
          tier.trace(traceId(question.getTrace())).thenApply(t -> reply.setTraces(t).build());
      case HOLDINGS ->
          tier.holdings(question.getHoldings()).thenApply(h -> reply.setHoldings(h).build());
      case APPLY -> apply(question.getApply()).thenApply(o -> reply.setApplied(o).build());
      case KIND_NOT_SET -> throw new AssertionError(question);
    };
  }

  private static CompletableFuture<NodeReply> done(NodeReply.Builder reply) {
    return CompletableFuture.completedFuture(reply.build());
  }

  private NodeStatus status() {
    List<String> notReady = context.readiness().reasons();
    NodeStatus.Builder status =
        NodeStatus.newBuilder()
            .setNodeId(nodeId)
            .setVersion(context.surroundings().version())
            .setProtocolVersion(LinkMethod.VERSION)
            .setUptimeMs((nanoTime.getAsLong() - startedNanos) / NANOS_A_MILLI)
            .setReady(notReady.isEmpty())
            .addAllNotReady(notReady)
            .setMinSamplers(context.cluster().minSamplers())
            .setMemory(ProcessMemory.status())
            .addAllRefusals(recent.reasons(Reasons.Kind.REFUSAL))
            .addAllLosses(recent.reasons(Reasons.Kind.LOSS));
    tier.describe(status, recent);
    return status.build();
  }

  /**
   * @throws io.grpc.StatusRuntimeException if it is none
   */
  static TraceId traceId(String hex) {
    try {
      return TraceId.parse(hex);
    } catch (IllegalArgumentException e) {
      throw Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
    }
  }

  private NodeSettings settings() {
    StringBuilder text = new StringBuilder();
    context.notes().forEach(note -> text.append("# ").append(note.replace('\n', ' ')).append('\n'));
    return NodeSettings.newBuilder()
        .setNodeId(nodeId)
        .setEffective(text.append(context.surroundings().settings().get()).toString())
        .build();
  }

  private NodeMetrics metrics() {
    return NodeMetrics.newBuilder().setNodeId(nodeId).setText(exposition.text()).build();
  }

  private CompletableFuture<String> apply(ApplyChangeRequest request) {
    return Audit.logged(request, outcome(request.getChange()));
  }

  private CompletableFuture<String> outcome(Change change) {
    try {
      if (!change.getNodeId().equals(nodeId)) {
        throw Status.FAILED_PRECONDITION
            .withDescription("this is " + nodeId + ", not " + change.getNodeId())
            .asRuntimeException();
      }
      return switch (change.getKindCase()) {
        case DRAIN, UNDRAIN, SET_WEIGHT -> tier.apply(change);
        case SET_LOG_LEVEL -> CompletableFuture.completedFuture(logLevel(change.getSetLogLevel()));
        case KIND_NOT_SET ->
            throw Status.UNIMPLEMENTED
                .withDescription(nodeId + " does not know this change: it may be older")
                .asRuntimeException();
      };
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private String logLevel(SetLogLevel change) {
    try {
      return context.surroundings().logLevels().set(change.getLogger(), change.getLevel());
    } catch (IllegalArgumentException e) {
      throw Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
    }
  }
}
