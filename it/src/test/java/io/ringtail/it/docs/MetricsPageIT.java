package io.ringtail.it.docs;

import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/metrics.md} lists what a running router and sampler serve, between its two markers.
 * With {@code -Dringtail.docs.write=true} it is written anew instead of compared.
 */
class MetricsPageIT {
  private static final GeneratedPart GENERATED =
      new GeneratedPart(
          Path.of("..", "docs", "metrics.md"),
          "<!-- generated: begin -->\n",
          "<!-- generated: end -->\n");
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 500ms
        policies:
          - { name: all, type: always_sample }
      """;

  @TempDir private Path directory;

  @Test
  void metricsPage_besideARunningCluster_listsWhatItServes() throws Exception {
    try (OtlpSink sink = OtlpSink.counting(0);
        Cluster cluster =
            new Cluster(directory, Cluster.Settings.small(KEEP_ALL, sink.port())).start(1, 1);
        Sender sender = new Sender(List.of(cluster.routers().get(0).grpcPort()), 1)) {
      sender.run(new RequestBodies(1, 470, 300, 19)::request, 100_000_000L, 20);
      await().atMost(Duration.ofSeconds(60)).until(() -> sink.spans() > 0); // policies have decided
      String served =
          section("Router", cluster.routers().get(0))
              + section("Sampler", cluster.samplers().get(0));
      GENERATED.requireIs(served);
    }
  }

  private static String section(String title, Cluster.Node node) throws Exception {
    Map<String, String> help = new TreeMap<>();
    Map<String, String> type = new TreeMap<>();
    Map<String, Set<String>> labels = new TreeMap<>();
    for (String line : node.get("/metrics").body().split("\n")) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ringtail_")) {
        help.put(words[2], words[3]);
      } else if (line.startsWith("# TYPE ringtail_")) {
        type.put(words[2], words[3]);
      } else if (line.startsWith("ringtail_") && line.indexOf('{') > 0) {
        addLabels(labels, line);
      }
    }
    List<String> rows = new ArrayList<>();
    help.forEach(
        (name, text) ->
            rows.add(
                "| `%s` | %s | %s | %s |\n"
                    .formatted(
                        name,
                        type.get(name),
                        String.join(", ", labels.getOrDefault(name, Set.of())),
                        text)));
    return "\n## "
        + title
        + "\n\n| name | type | labels | meaning |\n|---|---|---|---|\n"
        + String.join("", rows)
        + "\n";
  }

  private static void addLabels(Map<String, Set<String>> labels, String line) {
    String name = line.substring(0, line.indexOf('{'));
    for (String pair : line.substring(line.indexOf('{') + 1, line.lastIndexOf('}')).split(",")) {
      if (pair.indexOf('=') > 0) {
        labels
            .computeIfAbsent(name, n -> new TreeSet<>())
            .add(pair.substring(0, pair.indexOf('=')));
      }
    }
  }
}
