package io.ringtail.sampler;

import io.grpc.StatusRuntimeException;
import io.ringtail.admin.EpochsTold;
import io.ringtail.admin.NodeAdmin;
import io.ringtail.admin.report.Reasons;
import io.ringtail.admin.report.Recent;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.DestinationStatus;
import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.Holdings;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Role;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.TracesAtNode;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.export.DestinationHealth;
import io.ringtail.sampler.export.Exports;
import io.ringtail.sampler.handoff.Handoff;
import io.ringtail.trace.TraceId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a sampler tells of itself to the admin service, and changes of itself. Threads: any. */
final class SamplerAdmin implements NodeAdmin {
  private static final double NANOS = 1e9;

  private final Duration decisionWait;
  private final Handoff handoff;
  private final Exports exports;
  private final EpochsTold epochs;
  private final OperatorOrders orders;
  private final TraceAnswers traces;
  private final HeldBySlots held;

  SamplerAdmin(SamplerConfig config, SamplerParts parts, EpochsTold epochs, OperatorOrders orders) {
    String nodeId = config.node().id();
    this.decisionWait = config.tailSampling().decisionWait();
    this.handoff = parts.handoff();
    this.exports = parts.exports();
    this.epochs = epochs;
    this.orders = orders;
    this.traces = new TraceAnswers(nodeId, parts.shards(), InstantSource.system());
    this.held =
        new HeldBySlots(nodeId, parts.shards(), parts.membership()::newest, epochs, parts.tables());
  }

  @Override
  public void describe(NodeStatus.Builder status, Recent recent) {
    epochs.ref(handoff.status().epoch()).ifPresent(status::setEpoch);
    status
        .setRole(Role.SAMPLER)
        .setState(state())
        .setDrainedByOperator(orders.isDrained())
        .setSpansInPerSecond(
            recent.perSecond("ringtail_sampler_accepted_spans_total")
                + recent.perSecond("ringtail_sampler_handed_in_spans_total"))
        .setSpansOutPerSecond(recent.perSecond("ringtail_sampler_export_sent_spans_total"))
        .setBytesInPerSecond(
            recent.perSecond("ringtail_sampler_accepted_bytes_total")
                + recent.perSecond("ringtail_sampler_handoff_bytes_total", "direction", "in"))
        .setBytesOutPerSecond(recent.perSecond("ringtail_sampler_export_sent_bytes_total"))
        .setSampler(sampler(recent));
  }

  private MemberState state() {
    if (!orders.ownsSlots()) {
      return MemberState.DRAINING;
    }
    boolean named = !handoff.status().epoch().equals(EpochOrder.NONE);
    return named ? MemberState.ACTIVE : MemberState.JOINING;
  }

  private SamplerStatus sampler(Recent recent) {
    SamplerStatus.Builder status =
        SamplerStatus.newBuilder()
            .setOpenTraces(
                recent.level(
                    "ringtail_sampler_open_traces", "ringtail_sampler_open_traces_capacity"))
            .setBufferedBytes(
                recent.level(
                    "ringtail_sampler_buffered_bytes", "ringtail_sampler_buffered_bytes_capacity"))
            .setHighWaterBytes((long) recent.value("ringtail_sampler_high_water_bytes"))
            .setOldestTraceSeconds(recent.value("ringtail_sampler_oldest_trace_age_seconds"))
            .setDecisionWaitSeconds(decisionWait.toNanos() / NANOS)
            .setMayDecide(recent.value("ringtail_cluster_lease") > 0)
            .setHandoff(handoff(recent))
            .setKeptCacheSeconds(covered(recent, "kept"))
            .setDroppedCacheSeconds(covered(recent, "dropped"))
            .setKeptTraces(decided(recent, "sampled"))
            .setDroppedTraces(decided(recent, "not_sampled") + decided(recent, "dropped"))
            .addAllEarlyDecisions(recent.reasons(Reasons.Kind.EARLY_DECISION))
            .setStranger(handoff.status().stranger());
    exports.health().forEach(health -> status.addDestinations(destination(health, recent)));
    return status.build();
  }

  private static long decided(Recent recent, String decision) {
    return recent.total("ringtail_sampler_decided_traces_total", "decision", decision);
  }

  private static double covered(Recent recent, String decision) {
    return recent.value("ringtail_sampler_decision_cache_covered_seconds", "decision", decision);
  }

  private HandoffStatus handoff(Recent recent) {
    io.ringtail.sampler.handoff.HandoffStatus status = handoff.status();
    long inFlight = (long) recent.value("ringtail_sampler_handoff_in_flight_bytes");
    HandoffStatus.Builder told =
        HandoffStatus.newBuilder()
            .setActive(
                status.holds() > 0
                    || status.questions() > 0
                    || inFlight > 0
                    || !status.nothingLeft())
            .setHeldSlots(status.heldSlots())
            .setHoldSeconds(status.oldestHoldNanos() / NANOS)
            .setReplayQuestions(status.questions())
            .setReplayAnswersMissing(status.answersMissing())
            .setTracesToSend((long) recent.value("ringtail_sampler_handoff_waiting_traces"))
            .setBytesInFlight(inFlight)
            .addAllWaitingFor(waitingFor())
            .setTracesSent(
                recent.total("ringtail_sampler_handoff_traces_total", "direction", "out"))
            .setTracesReceived(
                recent.total("ringtail_sampler_handoff_traces_total", "direction", "in"))
            .setPossibleSplits(status.possibleSplits());
    if (status.possibleSplits() > 0) {
      told.setSplitHolds(
          recent.counted("ringtail_sampler_possible_splits", "no_progress", "holds"));
    }
    return told.build();
  }

  private List<String> waitingFor() {
    return handoff.waitingFor().stream()
        .map(bits -> epochs.nodeId(bits).orElseGet(() -> Long.toHexString(bits)))
        .sorted()
        .toList();
  }

  private static DestinationStatus destination(DestinationHealth health, Recent recent) {
    String[] of = {"destination", health.destination()};
    String export = "ringtail_sampler_export_";
    return DestinationStatus.newBuilder()
        .setDestination(health.destination())
        .setQueueBytes(recent.level(export + "queued_bytes", export + "queue_capacity_bytes", of))
        .setDiskBytes(recent.level(export + "disk_bytes", export + "disk_capacity_bytes", of))
        .setQueuedSpans((long) recent.value(export + "queued_spans", of))
        .setRequestsInFlight(
            recent.level(export + "requests_in_flight", export + "requests_in_flight_capacity", of))
        .setRetriesLastMinute(recent.lastMinute(export + "retries_total", of))
        .setSentSpans(recent.total(export + "sent_spans_total", of))
        .setLostSpans(
            recent.total(export + "lost_spans_total", of)
                - recent.total(
                    export + "lost_spans_total",
                    "destination",
                    health.destination(),
                    "reason",
                    "handed_over"))
        .setFailingSeconds(health.failingNanos() / NANOS)
        .setLastError(health.lastError())
        .addAllLosses(recent.reasons(Reasons.Kind.LOSS, of))
        .build();
  }

  @Override
  public CompletableFuture<TracesAtNode> trace(TraceId id) {
    return traces.of(id);
  }

  @Override
  public CompletableFuture<Holdings> holdings(Change change) {
    return held.moved(change);
  }

  @Override
  public CompletableFuture<String> apply(Change change) {
    try {
      return CompletableFuture.completedFuture(orders.apply(change));
    } catch (StatusRuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
