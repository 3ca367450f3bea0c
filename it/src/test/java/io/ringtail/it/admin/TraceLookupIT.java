package io.ringtail.it.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.Drain;
import io.ringtail.admin.v1.TraceAtNode;
import io.ringtail.admin.v1.TraceReport;
import io.ringtail.admin.v1.TraceState;
import io.ringtail.admin.v1.Undrain;
import io.ringtail.it.harness.AdminCalls;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where a trace is, asked of a router: open, decided, not known; and still decided, by whom and
 * when, at who has its slot after a drain.
 */
class TraceLookupIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String KEPT = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String DROPPED = "4bf92f3577b34da6a3ce929d0e0e4737";
  private static final String UNKNOWN = "4bf92f3577b34da6a3ce929d0e0e4738";

  /** A trace is decided soon after its root, however long that takes to be sent. */
  private static final String ROOT = "\"spanId\":\"00f067aa0ba902b8\"";

  private static final String CHILD =
      "\"spanId\":\"00f067aa0ba902b7\",\"parentSpanId\":\"00f067aa0ba902b8\"";
  private static final String ERRORS =
      """
      tail_sampling:
        decision_wait: 60s
        decision_wait_after_root_received: 500ms
        policies:
          - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
      """;

  @TempDir private Path directory;

  @Test
  void trace_openThenDecidedThenMoved_isFoundByAnyNode() throws Exception {
    try (OtlpSink sink = OtlpSink.telling("127.0.0.1", (body, start, end) -> {});
        Cluster cluster =
            new Cluster(directory, Cluster.Settings.small(ERRORS, sink.port())).start(1, 2);
        AdminCalls router = new AdminCalls(cluster.routers().get(0))) {
      send(cluster.routers().get(0), KEPT, CHILD, 2);
      TraceAtNode open = one(router, KEPT);
      send(cluster.routers().get(0), KEPT, ROOT, 1);
      send(cluster.routers().get(0), DROPPED, ROOT, 1);
      assertThat(open.getState()).isEqualTo(TraceState.OPEN);
      assertThat(open.getSpans()).isEqualTo(1);
      assertThat(open.getBytes()).isPositive();
      assertThat(open.getDueInSeconds()).isBetween(0.0, 60.1);
      assertThat(open.getNodeId()).isEqualTo(router.trace(KEPT).getOwner().getNodeId());

      TraceAtNode kept = awaitDecided(router, KEPT);
      assertThat(kept.getState()).isEqualTo(TraceState.KEPT);
      assertThat(kept.getPolicy()).isEqualTo("errors");
      assertThat(System.currentTimeMillis() - kept.getDecidedAtMs())
          .isBetween(0L, LIMIT.toMillis());
      assertThat(awaitDecided(router, DROPPED).getState()).isEqualTo(TraceState.DROPPED);

      TraceReport unknown = router.trace(UNKNOWN);
      assertThat(unknown.getFoundList()).isEmpty();
      assertThat(unknown.getSilentList()).isEmpty();
      assertThat(unknown.getOwner().getNodeId()).startsWith("sampler-");

      assertMovesWithItsSlot(router, kept);
    }
  }

  private static void assertMovesWithItsSlot(AdminCalls router, TraceAtNode before) {
    String owner = before.getNodeId();
    Change drain = Change.newBuilder().setNodeId(owner).setDrain(Drain.newBuilder()).build();
    assertThat(router.plan(drain).getSlotsMoved()).isPositive();
    assertThat(router.apply(drain)).startsWith(owner + " gives away all it owns");
    assertThat(router.apply(drain)).isEqualTo(owner + " is drained already");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(router.trace(KEPT).getOwner().getNodeId()).isNotEqualTo(owner));
    String other = router.trace(KEPT).getOwner().getNodeId();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(router.trace(KEPT).getFoundList())
                    .anySatisfy(
                        now -> {
                          assertThat(now.getNodeId()).isEqualTo(other);
                          assertThat(now.getState()).isEqualTo(TraceState.KEPT);
                          assertThat(now.getPolicy()).isEqualTo("errors");
                          assertThat(now.getDecidedAtMs())
                              .isCloseTo(before.getDecidedAtMs(), within(5_000L));
                        }));
    Change last = Change.newBuilder().setNodeId(other).setDrain(Drain.newBuilder()).build();
    assertThatThrownBy(() -> router.apply(last))
        .hasMessageStartingWith("FAILED_PRECONDITION")
        .hasMessageContaining(other);
    Change undrain = Change.newBuilder().setNodeId(owner).setUndrain(Undrain.newBuilder()).build();
    assertThat(router.apply(undrain)).isEqualTo(owner + " takes its share of slots again");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(router.trace(KEPT).getOwner().getNodeId()).isEqualTo(owner));
  }

  private static TraceAtNode one(AdminCalls asked, String id) {
    TraceReport report = asked.trace(id);
    assertThat(report.getFoundList()).hasSize(1);
    return report.getFound(0);
  }

  /** The owner's word; its heir may know the decision, too. */
  private static TraceAtNode awaitDecided(AdminCalls asked, String id) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(asked.trace(id).getFoundList())
                    .isNotEmpty()
                    .allMatch(found -> found.getState() != TraceState.OPEN));
    return asked.trace(id).getFound(0);
  }

  private static void send(Cluster.Node router, String trace, String ids, int status)
      throws IOException, InterruptedException {
    String body =
        String.format(
            Locale.ROOT,
            """
            {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s",%s,\
            "name":"GET /","startTimeUnixNano":"1760000000000000000",\
            "endTimeUnixNano":"1760000000100000000","status":{"code":%d}}]}]}]}
            """,
            trace,
            ids,
            status);
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            "http://" + router.host() + ":" + router.httpPort() + "/v1/traces"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }
}
