package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.cli.exit.ExitCode;
import io.ringtail.it.harness.Cluster;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** The second router, which is to go while somebody sends to it. Threads: the test's. */
final class DepartingRouter {
  private static final Duration SOON = Duration.ofMinutes(3);

  private final Cluster cluster;
  private final Commands commands;

  DepartingRouter(Cluster cluster, Commands commands) {
    this.cluster = cluster;
    this.commands = commands;
  }

  /**
   * Drained, it is not ready, serves who does not go elsewhere and refuses nobody; it is empty once
   * nothing comes and samplers have settled what came.
   */
  void drained() throws Exception {
    Cluster.Node asked = cluster.samplers().get(0);
    Cluster.Node drained = cluster.routers().get(1);
    try (Load faithful = Load.ofWholeTraces(List.of(drained))) {
      await().atMost(SOON).until(() -> faithful.sender().accepted() > 10);
      commands.expect(ExitCode.OK, asked, "drain", "router-1", "--yes");
      assertThat(commands.out())
          .contains("router-1 is not ready any more and tells its connections to go");
      await().atMost(SOON).untilAsserted(() -> awaitedInVain(asked));
      long accepted = faithful.sender().accepted();
      assertDrained(drained);
      await().atMost(SOON).until(() -> faithful.sender().accepted() > accepted);
      faithful.end();
      assertThat(faithful.sender().refused()).as(faithful.sender().reasons().toString()).isZero();
    }
    commands.expect(ExitCode.OK, asked, "drain", "router-1", "--yes", "--wait", "--output", "json");
    commands.requireJson();
    assertThat(commands.out()).contains("\"outcome\":\"router-1 is drained already\"");
    assertThat(commands.err()).contains("router-1 is empty after ");
    commands.expect(ExitCode.OK, asked, "status");
    assertThat(commands.joined())
        .contains(
            "router-1 is draining, told so by an operator, and is empty. > It may be stopped now;"
                + " ringtail undrain router-1 takes it back.");
    commands.expect(ExitCode.PROBLEM, asked, "drain", "router-0", "--yes");
    assertThat(commands.err()).contains("--force");
    commands.expect(ExitCode.OK, asked, "undrain", "router-1", "--yes");
    await().atMost(SOON).until(() -> drained.get("/readyz").statusCode() == 200);
  }

  /** Somebody still sends to the router that is drained. */
  private void awaitedInVain(Cluster.Node asked) {
    commands.expect(
        ExitCode.PROBLEM, asked, "drain", "router-1", "--yes", "--wait", "--within", "500ms");
    assertThat(commands.err())
        .containsPattern("spans a second still come from senders that have not gone elsewhere")
        .contains("router-1 is not empty after 500ms (--within); it goes on");
  }

  private void assertDrained(Cluster.Node router) throws Exception {
    HttpResponse<String> ready = router.get("/readyz");
    assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
    assertThat(ready.body()).contains("drained: by an operator");
    commands.expectBoth(ExitCode.OK, cluster.routers().get(0), cluster.samplers().get(0), "status");
    assertThat(commands.out()).contains("\"code\":\"draining\"", "\"nodes\":[\"router-1\"]");
    awaitNode(cluster.routers().get(0), "router-1 +router +draining");
  }

  private void awaitNode(Cluster.Node asked, String row) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              commands.run(asked, "nodes");
              assertThat(commands.out()).containsPattern(row);
            });
  }

  /**
   * What it has taken it answers and has settled, and it waits for that while a backend is down;
   * what comes then is refused, retryable.
   */
  void stopped(TroubledStates states) throws Exception {
    Cluster.Node asked = cluster.routers().get(0);
    Cluster.Node stops = cluster.routers().get(1);
    states.backendGoesDown();
    try (Load faithful = Load.ofWholeTraces(List.of(stops))) {
      await().atMost(SOON).until(() -> faithful.sender().accepted() > 10);
      stops.process().signal("TERM");
      states.stopping(asked, "router-1");
      states.backendDown(asked);
      assertThat(stops.process().awaitExit(SOON)).as(stops.process().log()).isZero();
      await().atMost(SOON).until(() -> faithful.sender().refused() > 0);
      faithful.end();
      assertThat(faithful.sender().accepted() + faithful.sender().refused())
          .isEqualTo(faithful.sender().sent());
      assertThat(faithful.sender().refusals().keySet())
          .as(faithful.sender().reasons().toString())
          .allMatch(status -> status.startsWith("UNAVAILABLE"));
    }
    assertThat(stops.process().log()).contains("event=stopped", "uncovered_spans=0");
  }
}
