package io.ringtail.cli.dev;

import io.ringtail.cli.demo.DemoTraffic;
import io.ringtail.cli.run.RunningNode;
import io.ringtail.cli.terminal.Terminal;
import io.ringtail.cli.waterfall.Waterfall;
import io.ringtail.config.SafeUrl;
import io.ringtail.sampler.policy.PolicySpec;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run of {@code dev}: the cluster, the waterfalls and, if wanted, the traffic. */
public final class DevSession implements RunningNode {
  private static final int DEMO_TRACES_PER_SECOND = 10;

  private final DevOptions options;
  private final boolean demo;
  private final PrintStream out;
  private final KeptTracePrinter printer;
  private final DevCluster cluster;
  private @Nullable DemoTraffic traffic;
  private boolean told;

  /**
   * @param demo whether to make traffic
   * @param quiet whether to print no waterfalls
   */
  public DevSession(DevOptions options, boolean demo, boolean quiet, Terminal terminal) {
    this.options = options;
    this.demo = demo;
    this.out = terminal.out();
    this.printer =
        new KeptTracePrinter(new Waterfall(terminal.width(), terminal.colour()), terminal.out());
    this.cluster = new DevCluster(options, quiet ? trace -> {} : printer);
  }

  public PrintStream out() {
    return out;
  }

  @Override
  public void start() throws Exception {
    cluster.start();
  }

  /** When the cluster is ready it is told where, once, and the traffic begins. */
  @Override
  public synchronized List<String> notReady() {
    List<String> reasons = cluster.notReady();
    if (reasons.isEmpty() && !told) {
      told = true;
      tellWhere();
      if (demo) {
        traffic = new DemoTraffic(cluster.grpcAddresses(), System.nanoTime());
        traffic.start(DEMO_TRACES_PER_SECOND);
      }
    }
    return reasons;
  }

  private void tellWhere() {
    String policies =
        options.policies().policies().stream()
            .map(PolicySpec::name)
            .collect(Collectors.joining(", "));
    out.println("routers    " + options.routers() + ", samplers " + options.samplers());
    out.println("OTLP/gRPC  http://" + String.join(" http://", cluster.grpcAddresses()));
    cluster.httpAddresses().forEach(a -> out.println("OTLP/HTTP  http://" + a + "/v1/traces"));
    cluster.opsAddresses().forEach(a -> out.println("metrics    http://" + a + "/metrics"));
    out.println("admin      " + String.join(" ", cluster.adminAddresses()));
    out.println(
        "keeps      "
            + policies
            + "; decides after "
            + (options.policies().decisionWait().toMillis() / 1_000.0)
            + " s");
    options.out().ifPresent(path -> out.println("appends to " + path));
    options.export().ifPresent(url -> out.println("exports to " + SafeUrl.of(url)));
  }

  @Override
  public CompletableFuture<String> fenced() {
    return cluster.fenced();
  }

  @Override
  public synchronized void stop() throws Exception {
    DemoTraffic running = traffic;
    if (running != null) {
      running.close();
    }
    try {
      cluster.stop();
    } finally {
      printer.close();
    }
  }
}
