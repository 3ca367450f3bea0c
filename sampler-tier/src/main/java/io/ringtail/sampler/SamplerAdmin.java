package io.ringtail.sampler;

import io.ringtail.admin.EpochsTold;
import io.ringtail.admin.NodeAdmin;
import io.ringtail.admin.report.Reasons;
import io.ringtail.admin.report.Recent;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.DestinationStatus;
import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Role;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.sampler.export.DestinationHealth;
import io.ringtail.sampler.export.Exports;
import io.ringtail.sampler.handoff.Handoff;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a sampler tells of itself to the admin service, and changes of itself. Threads: any. */
final class SamplerAdmin implements NodeAdmin {
  private static final double NANOS = 1e9;

  private final Duration decisionWait;
  private final Handoff handoff;
  private final Exports exports;
  private final EpochsTold epochs;
  private final Supplier<MemberState> state;
  private final Function<Change, CompletableFuture<String>> apply;

  /**
   * @param state where it stands in its life
   * @param apply makes a change
   */
  SamplerAdmin(
      Duration decisionWait,
      Handoff handoff,
      Exports exports,
      EpochsTold epochs,
      Supplier<MemberState> state,
      Function<Change, CompletableFuture<String>> apply) {
    this.decisionWait = decisionWait;
    this.handoff = handoff;
    this.exports = exports;
    this.epochs = epochs;
    this.state = state;
    this.apply = apply;
  }

  @Override
  public void describe(NodeStatus.Builder status, Recent recent) {
    epochs.ref(handoff.status().epoch()).ifPresent(status::setEpoch);
    status
        .setRole(Role.SAMPLER)
        .setState(state.get())
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
    return HandoffStatus.newBuilder()
        .setActive(
            status.holds() > 0 || status.questions() > 0 || inFlight > 0 || !status.nothingLeft())
        .setHeldSlots(status.heldSlots())
        .setHoldSeconds(status.oldestHoldNanos() / NANOS)
        .setReplayQuestions(status.questions())
        .setReplayAnswersMissing(status.answersMissing())
        .setBytesInFlight(inFlight)
        .addAllWaitingFor(waitingFor())
        .setTracesSent(recent.total("ringtail_sampler_handoff_traces_total", "direction", "out"))
        .setTracesReceived(recent.total("ringtail_sampler_handoff_traces_total", "direction", "in"))
        .setPossibleSplits(status.possibleSplits())
        .build();
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
        .build();
  }

  @Override
  public CompletableFuture<String> apply(Change change) {
    return apply.apply(change);
  }
}
