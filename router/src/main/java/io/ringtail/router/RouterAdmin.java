package io.ringtail.router;

import io.grpc.StatusRuntimeException;
import io.ringtail.admin.EpochsTold;
import io.ringtail.admin.NodeAdmin;
import io.ringtail.admin.report.Recent;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Role;
import io.ringtail.admin.v1.RouterStatus;
import io.ringtail.router.forward.Forwarder;
import io.ringtail.router.retain.RetentionConfig;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** What a router tells of itself to the admin service. Threads: any. */
final class RouterAdmin implements NodeAdmin {
  private final RetentionConfig retention;
  private final Forwarder forwarder;
  private final EpochsTold epochs;
  private final BooleanSupplier stopping;
  private final OperatorOrders orders;

  RouterAdmin(
      RetentionConfig retention,
      Forwarder forwarder,
      EpochsTold epochs,
      BooleanSupplier stopping,
      OperatorOrders orders) {
    this.retention = retention;
    this.forwarder = forwarder;
    this.epochs = epochs;
    this.stopping = stopping;
    this.orders = orders;
  }

  @Override
  public void describe(NodeStatus.Builder status, Recent recent) {
    epochs.ref(forwarder.inUse()).ifPresent(status::setEpoch);
    status
        .setRole(Role.ROUTER)
        .setState(state())
        .setDrainedByOperator(orders.isDrained())
        .setSpansInPerSecond(recent.perSecond("ringtail_router_received_spans_total"))
        .setSpansOutPerSecond(recent.perSecond("ringtail_router_forwarded_spans_total"))
        .setBytesInPerSecond(recent.perSecond("ringtail_router_received_bytes_total"))
        .setBytesOutPerSecond(recent.perSecond("ringtail_router_link_sent_bytes_total"))
        .setRouter(router(recent));
  }

  private MemberState state() {
    if (stopping.getAsBoolean() || orders.isDrained()) {
      return MemberState.DRAINING;
    }
    return forwarder.members() > 0 ? MemberState.ACTIVE : MemberState.JOINING;
  }

  private RouterStatus router(Recent recent) {
    boolean measured = recent.value("ringtail_router_retention_cover_seconds") < Double.MAX_VALUE;
    return RouterStatus.newBuilder()
        .setBytesInFlight(
            recent.level(
                "ringtail_router_in_flight_bytes", "ringtail_router_in_flight_limit_bytes"))
        .setBytesHeld(
            recent.level("ringtail_router_held_bytes", "ringtail_router_held_limit_bytes"))
        .setOpenRequests((int) forwarder.openRequests())
        .setConnections(connections(recent))
        .setLinksUp(forwarder.linksUp())
        .setLinks(forwarder.linkCount())
        .addAllLinksDown(forwarder.linksDown())
        .setRetentionBytes(
            recent.level(
                "ringtail_router_retention_bytes", "ringtail_router_retention_limit_bytes"))
        .setRetentionCoverSeconds(
            measured ? recent.value("ringtail_router_retention_cover_seconds") : -1)
        .setRetentionWantedSeconds(retention.cover().toMillis() / 1e3)
        .setRetentionShort(recent.value("ringtail_router_retention_short") > 0)
        .setRetentionForgottenSpans(recent.total("ringtail_router_forgotten_spans_total"))
        .setReplaysOpen((int) recent.value("ringtail_router_replay_open_questions"))
        .setReplayedSpans(recent.total("ringtail_router_replayed_spans_total"))
        .setAnswerP50Ms(answers(recent, "0.5"))
        .setAnswerP99Ms(answers(recent, "0.99"))
        .build();
  }

  /** Of the protocol where it is longer: mostly only one is in use. */
  private static double answers(Recent recent, String quantile) {
    String name = "ringtail_router_answer_milliseconds";
    return Math.max(
        recent.value(name, "protocol", "grpc", "quantile", quantile),
        recent.value(name, "protocol", "http", "quantile", quantile));
  }

  private static int connections(Recent recent) {
    return (int)
        (recent.value("ringtail_router_connections", "protocol", "grpc")
            + recent.value("ringtail_router_connections", "protocol", "http"));
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
