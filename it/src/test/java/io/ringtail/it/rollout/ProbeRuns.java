package io.ringtail.it.rollout;

import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.kubelet.Manifest;
import io.ringtail.it.kubelet.Pod;
import io.ringtail.it.kubelet.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ringtail probe} beside the cluster, and what {@code helm test} runs within it. Threads:
 * the test's.
 */
final class ProbeRuns {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int PORT = 14_317;

  private final Path directory;
  private final String host;
  private final PassOn passOn;
  private int runs;

  /**
   * @param host where this process is reached
   * @param passOn told where a probe listens
   */
  ProbeRuns(Path directory, String host, PassOn passOn) {
    this.directory = directory;
    this.host = host;
    this.passOn = passOn;
  }

  /**
   * One run of the probe as a process of this machine.
   *
   * @param routers {@code host:port} of each
   * @return what it found; empty if all came whole
   */
  String run(List<String> routers) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("probe", "--listen", host + ":" + PORT));
    routers.forEach(router -> words.addAll(List.of("--endpoint", router)));
    passOn.to(host + ":" + PORT);
    try (JavaProcess probe =
        JavaProcess.start(
            "probe-" + ++runs,
            directory,
            List.of(),
            List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"),
            "io.ringtail.cli.Ringtail",
            words)) {
      int code = probe.awaitExit(LIMIT);
      return code == 0
          ? ""
          : "exit code " + code + ": " + String.join("; ", probe.lastLines()) + passOn.failure();
    } finally {
      passOn.close();
    }
  }

  /**
   * Runs the pods of a chart's tests one after the other, as {@code helm test} does.
   *
   * @return what failed, with what it said; empty if all passed
   */
  List<String> runTests(List<Manifest> tests, Workloads workloads)
      throws IOException, InterruptedException {
    List<String> failed = new ArrayList<>();
    for (Manifest test : tests) {
      Pod.End end = workloads.runOnce(test);
      System.out.printf("%s peak %d MiB%n", end.pod(), end.peakBytes() >> 20);
      if (!end.isClean()) {
        failed.add(end + ": " + Files.readString(end.log()) + passOn.failure());
      }
    }
    passOn.close();
    return failed;
  }
}
