package io.ringtail.cli.probe;

import io.opentelemetry.proto.common.v1.KeyValue;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.run.StopSignal;
import io.ringtail.cli.send.Bounds;
import io.ringtail.cli.send.ResultOptions;
import io.ringtail.cli.send.SendOptions;
import io.ringtail.cli.send.Sender;
import io.ringtail.cli.send.Timing;
import io.ringtail.cli.send.Words;
import io.ringtail.config.DurationText;
import io.ringtail.config.HostPort;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import io.ringtail.ops.OpsConfig;
import io.ringtail.ops.OpsServer;
import io.ringtail.ops.Readiness;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringtail probe}. */
@Command(
    name = "probe",
    description = {
      "Sends a few marked traces through the front door and checks that each comes out behind it"
          + " whole, once, unchanged and in time.",
      "The spans of a trace go over several connections and seconds; one has an error and the trace"
          + " takes 30 s, so that usual policies keep it. Each carries ringtail.probe=true and"
          + " ringtail.probe.run. What is kept must come to --listen or --listen-http, where this"
          + " command takes OTLP as a backend, or to --file, as OTLP JSON lines. Spans of others"
          + " are accepted and counted.",
      "With --every it goes on until SIGTERM, prints each run, and serves /metrics. --spread must be"
          + " below the cluster's decision_wait, --wait above it."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0: every trace came whole, once, unchanged and in time; with --every: it was told to end",
      "1: a trace did not, or the other end cannot be watched",
      "2: wrong words on the command line",
      "69: nobody answered at any endpoint, or not within --timeout"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringtail dev --out kept.jsonl & ringtail probe --file kept.jsonl",
      "  ringtail probe --endpoint router:4317 --listen 0.0.0.0:14317",
      "  ringtail probe --endpoint router:4317 --listen 0.0.0.0:14317 --every 30s"
    })
public final class ProbeCommand implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofHours(24);
  private static final int MOST_TRACES = 1000;
  private static final int MOST_SPANS = 1000;

  /** More than there are requests under way; each connection has one sender of its own. */
  private static final int IN_FLIGHT = 64;

  private static final double NANOS = 1e9;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private SendOptions sending = new SendOptions();

  @Mixin private ResultOptions result = new ResultOptions();

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "Connections to each endpoint, used in turn (${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      converter = Words.Endpoint.class,
      description = "Take what is kept by OTLP/gRPC; port 0: any free")
  private @Nullable InetSocketAddress listen;

  @Option(
      names = "--listen-http",
      paramLabel = "HOST:PORT",
      converter = Words.Endpoint.class,
      description = "Take what is kept by OTLP/HTTP, alone or beside --listen")
  private @Nullable InetSocketAddress listenHttp;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Take what is kept from lines of OTLP JSON that are appended to FILE")
  private @Nullable Path file;

  @Option(
      names = "--traces",
      paramLabel = "N",
      defaultValue = "5",
      description = "Traces of a run (${DEFAULT-VALUE})")
  private int traces;

  @Option(
      names = "--spans",
      paramLabel = "N",
      defaultValue = "8",
      description = "Spans of a trace, each a request (${DEFAULT-VALUE})")
  private int spans;

  @Option(
      names = "--spread",
      paramLabel = "TIME",
      defaultValue = "3s",
      converter = Words.Time.class,
      description = "From a trace's first span to its last (${DEFAULT-VALUE})")
  private Duration spread = Duration.ZERO;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "1m",
      converter = Words.Time.class,
      description = "Longest wait for a trace to be whole, from its last span (${DEFAULT-VALUE})")
  private Duration waitAtMost = Duration.ZERO;

  @Option(
      names = "--settle",
      paramLabel = "TIME",
      defaultValue = "1s",
      converter = Words.Time.class,
      description = "How long then to look for spans that come twice (${DEFAULT-VALUE})")
  private Duration settle = Duration.ZERO;

  @Option(
      names = "--attribute",
      paramLabel = "KEY=VALUE",
      converter = AttributeWord.class,
      description =
          "A further attribute of every span, for policies that look for one: true, 5 and 0.5 are"
              + " what they look like, \"5\" is text; may be given again")
  private List<KeyValue> attributes = new ArrayList<>();

  @Option(
      names = "--allow-pieces",
      description = "A trace may come in several requests: something behind the samplers cuts them")
  private boolean allowPieces;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      converter = Words.Time.class,
      description = "Run again and again, from start to start, until SIGTERM")
  private @Nullable Duration every;

  @Option(
      names = "--metrics",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9466",
      converter = Words.Endpoint.class,
      description = "With --every: where /metrics is served (${DEFAULT-VALUE})")
  private InetSocketAddress metricsAddress = InetSocketAddress.createUnresolved("127.0.0.1", 9466);

  @Override
  public Integer call() throws InterruptedException {
    check();
    Arrivals arrivals = new Arrivals();
    List<Sender> senders = new ArrayList<>();
    try (Timing timing = Timing.system();
        OtherEnd end = watch(arrivals, timing)) {
      List<String> endpoints = open(senders);
      talk("watching " + end.told());
      return every == null
          ? once(new Probe(plan(), means(senders, endpoints, timing, () -> false), arrivals))
          : canary(senders, endpoints, timing, arrivals, every);
    } finally {
      senders.forEach(Sender::close);
    }
  }

  private int once(Probe probe) throws InterruptedException {
    ProbeResult found = probe.run();
    if (!found.reached()) {
      result.print(result.json() ? ProbeReport.json(found) : "");
      throw sending.unreachable(found.whyUnreachable().orElse(""));
    }
    result.print(told(found));
    return found.isFine() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  private int canary(
      List<Sender> senders,
      List<String> endpoints,
      Timing timing,
      Arrivals arrivals,
      Duration interval)
      throws InterruptedException {
    Metrics metrics = new Metrics();
    CanaryMetrics counts = new CanaryMetrics(metrics);
    try (StopSignal stop = StopSignal.install();
        OpsServer ops = serve(metrics)) {
      talk("metrics at http://" + HostPort.print(ops.address()) + "/metrics");
      Probe probe = new Probe(plan(), means(senders, endpoints, timing, stop::isGiven), arrivals);
      while (!stop.isGiven()) {
        long next = timing.nanos() + interval.toNanos();
        ProbeResult found = probe.run();
        if (!stop.isGiven()) { // a run cut short says nothing
          counts.count(found, probe.lateSpans(), wallNanos() / NANOS);
          result.print(told(found));
        }
        stop.await(Math.max(0, next - timing.nanos()));
      }
      stop.endWith(ExitCode.OK);
      return ExitCode.OK;
    }
  }

  private OpsServer serve(Metrics metrics) {
    OpsConfig config = new OpsConfig(metricsAddress.getHostString(), metricsAddress.getPort());
    try {
      return OpsServer.start(config, metrics, new Readiness());
    } catch (ListenException e) {
      throw new CommandFailedException(ExitCode.PROBLEM, e.messageFor("--metrics"));
    }
  }

  private String told(ProbeResult found) {
    if (result.json()) {
      return ProbeReport.json(found);
    }
    return found.reached()
        ? ProbeReport.text(found, DurationText.print(waitAtMost))
        : "run "
            + found.run()
            + ": nobody answered: "
            + found.whyUnreachable().orElse("")
            + System.lineSeparator();
  }

  private void talk(String line) {
    if (!result.quiet()) {
      complain(line);
    }
  }

  private void complain(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("probe: " + line);
    err.flush();
  }

  private OtherEnd watch(Arrivals arrivals, Timing timing) {
    try {
      return file == null
          ? OtherEnd.sink(listen, listenHttp, arrivals, timing)
          : OtherEnd.file(file, arrivals, timing, line -> complain(file + ": " + line));
    } catch (ListenException e) {
      String option = e.key().endsWith(".http") ? "--listen-http" : "--listen";
      throw new CommandFailedException(ExitCode.PROBLEM, e.messageFor(option));
    } catch (IOException e) {
      throw new CommandFailedException(ExitCode.PROBLEM, file + ": cannot be read: " + e);
    }
  }

  /** One sender a connection, so that which goes over which is ours to say; returns their names. */
  private List<String> open(List<Sender> senders) {
    List<String> endpoints = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      sending.open(1, IN_FLIGHT, senders);
      sending.endpoints().forEach(endpoint -> endpoints.add(HostPort.print(endpoint)));
    }
    return endpoints;
  }

  private Probe.Means means(
      List<Sender> senders, List<String> endpoints, Timing timing, BooleanSupplier stop) {
    int places = senders.size() * IN_FLIGHT;
    return new Probe.Means(
        senders,
        endpoints,
        sending.terms(places),
        timing,
        ProbeCommand::wallNanos,
        new Random(),
        stop);
  }

  private static long wallNanos() {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }

  private ProbePlan plan() {
    return new ProbePlan(traces, spans, spread, waitAtMost, settle, allowPieces, attributes);
  }

  private void check() {
    sending.check(connections, IN_FLIGHT);
    sending.checkNotJson();
    Bounds bounds = new Bounds(spec);
    boolean sink = listen != null || listenHttp != null;
    bounds.require(
        sink != (file != null),
        "--listen, --listen-http, --file",
        sink ? "both" : "none",
        "one end");
    bounds.require(
        file == null || isFollowable(file), "--file", file, "a file, or a name in a directory");
    bounds.require(traces >= 1 && traces <= MOST_TRACES, "--traces", traces, "1 to 1000");
    bounds.require(spans >= 2 && spans <= MOST_SPANS, "--spans", spans, "2 to 1000");
    bounds.require("--spread", spread, Duration.ZERO, LONGEST);
    bounds.require("--wait", waitAtMost, Duration.ofMillis(1), LONGEST);
    bounds.require("--settle", settle, Duration.ZERO, LONGEST);
    if (every != null) {
      bounds.require("--every", every, Duration.ofMillis(100), LONGEST);
    }
  }

  private static boolean isFollowable(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return !Files.isDirectory(path) && parent != null && Files.isDirectory(parent);
  }
}
