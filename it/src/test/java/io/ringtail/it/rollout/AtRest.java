package io.ringtail.it.rollout;

import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.kubelet.Pod;
import io.ringtail.it.kubelet.Workloads;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Waits until all that pods have taken is decided and has come out. Threads: the run's. */
final class AtRest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final int METRICS = 9464;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** Each is 0 at a node that has nothing more to do. */
  private static final List<String> LEFT =
      List.of(
          "ringtail_sampler_held_spans",
          "ringtail_sampler_held_slots",
          "ringtail_sampler_questions_open",
          "ringtail_sampler_waiting_traces",
          "ringtail_sampler_export_queued_spans",
          "ringtail_router_replay_open_questions");

  private AtRest() {}

  /** Once the load has ended; then until nothing more comes to the sink. */
  static void reached(Workloads workloads, OtlpSink sink) throws InterruptedException {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsInstanceOf(IOException.class) // a busy pod answers later
        .until(() -> nothingLeft(workloads.pods()));
    long before;
    do {
      before = sink.spans();
      TimeUnit.SECONDS.sleep(1);
    } while (sink.spans() != before);
  }

  private static boolean nothingLeft(List<Pod> pods) throws IOException, InterruptedException {
    for (Pod pod : pods) {
      Cluster.Scrape scrape = scrape(pod);
      if (LEFT.stream().anyMatch(name -> scrape.sum(name) != 0)) {
        return false;
      }
    }
    return true;
  }

  private static Cluster.Scrape scrape(Pod pod) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + pod.address() + ":" + METRICS + "/metrics");
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(ANSWER).build();
    return new Cluster.Scrape(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
