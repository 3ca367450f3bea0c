package io.ringtail.cli.load;

import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.run.StopSignal;
import io.ringtail.cli.send.Bounds;
import io.ringtail.cli.send.ResultOptions;
import io.ringtail.cli.send.SendOptions;
import io.ringtail.cli.send.Sender;
import io.ringtail.cli.send.Tally;
import io.ringtail.cli.send.Timing;
import io.ringtail.cli.send.Words;
import io.ringtail.cli.terminal.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ringtail load}. */
@Command(
    name = "load",
    description = {
      "Sends made-up traces at a fixed rate and says what became of them and how long it took.",
      "Spans leave when they end, gathered by service, so that those of a trace come interleaved with"
          + " others, in several requests. Requests leave at their time whether or not earlier ones"
          + " are answered, as long as there are places in flight; latency counts from the intended"
          + " time, retries included. --ramp and the time a first trace takes come before what is"
          + " measured.",
      "In the end sent = accepted + rejected + lost; refused, unanswered and retried count a span"
          + " each time it happens. Ctrl-C ends it early."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0: every span was sent and accepted",
      "1: spans were lost or rejected, or could not be sent in the time",
      "2: wrong words on the command line",
      "69: nobody answered at any endpoint, or not within --timeout"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  ringtail load --rate 5000 --duration 30s",
      "  ringtail load --endpoint router:4317 --rate 50000 --ramp 1m --duration 10m",
      "  ringtail load --rate 2000 --duration 1m --spans 5..60 --compression gzip"
    })
public final class LoadCommand implements Callable<Integer> {
  private static final double MOST_RATE = 1e8;
  private static final int MOST_SPANS = 10_000;
  private static final int MOST_DEPTH = 1000;
  private static final int MOST_SERVICES = 10_000;
  private static final int MOST_SPAN_BYTES = 1 << 20;
  private static final int MOST_BATCH = 100_000;
  private static final long MOST_REQUEST_BYTES = 64L << 20;
  private static final double MOST_OPEN_SPANS = 2e7;
  private static final Duration LONGEST = Duration.ofDays(30);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private SendOptions sending = new SendOptions();

  @Mixin private ResultOptions result = new ResultOptions();

  @Option(
      names = "--rate",
      required = true,
      paramLabel = "N",
      description = "Spans a second, over all endpoints")
  private double rate;

  @Option(
      names = "--duration",
      required = true,
      paramLabel = "TIME",
      converter = Words.Time.class,
      description = "How long at that rate")
  private Duration duration = Duration.ZERO;

  @Option(
      names = "--ramp",
      paramLabel = "TIME",
      defaultValue = "0s",
      converter = Words.Time.class,
      description = "Before it, the rate grows from nothing (${DEFAULT-VALUE})")
  private Duration ramp = Duration.ZERO;

  @Option(
      names = "--spans",
      paramLabel = "N|N..M",
      defaultValue = "20",
      converter = Range.Word.class,
      description = "Spans of a trace (${DEFAULT-VALUE})")
  private Range spans = new Range(20, 20);

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "4",
      description = "Spans from the root to the deepest leaf (${DEFAULT-VALUE})")
  private int depth;

  @Option(
      names = "--trace-duration",
      paramLabel = "TIME",
      defaultValue = "1s",
      converter = Words.Time.class,
      description = "The longest trace's; others take half of it or more (${DEFAULT-VALUE})")
  private Duration traceDuration = Duration.ZERO;

  @Option(
      names = "--services",
      paramLabel = "N",
      defaultValue = "8",
      description = "Services that send, each requests of its own (${DEFAULT-VALUE})")
  private int services;

  @Option(
      names = "--span-bytes",
      paramLabel = "N",
      defaultValue = "500",
      description = "About the encoded size of a span (${DEFAULT-VALUE})")
  private int spanBytes;

  @Option(
      names = "--errors",
      paramLabel = "PERCENT",
      defaultValue = "1",
      description = "Of the traces, with an error in one span (${DEFAULT-VALUE})")
  private double errors;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "512",
      description = "Most spans of a request (${DEFAULT-VALUE})")
  private int batch;

  @Option(
      names = "--linger",
      paramLabel = "TIME",
      defaultValue = "200ms",
      converter = Words.Time.class,
      description = "Longest wait of a span for its request to fill (${DEFAULT-VALUE})")
  private Duration linger = Duration.ZERO;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "Connections to each endpoint (${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "32",
      description = "Requests on one connection that wait for an answer (${DEFAULT-VALUE})")
  private int inFlight;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of shapes and times; IDs are new in every run (default: a new one)")
  private @Nullable Long seed;

  @Override
  public Integer call() throws InterruptedException {
    check();
    List<Sender> senders = new ArrayList<>();
    try (StopSignal stop = StopSignal.install();
        Timing timing = Timing.system();
        Progress progress =
            new Progress(
                spec.commandLine().getErr(), Progress.stderrIsTerminal(), result.quiet())) {
      sending.open(connections, inFlight, senders);
      int exitCode = run(senders, timing, progress, stop);
      stop.endWith(exitCode);
      return exitCode;
    } finally {
      senders.forEach(Sender::close);
    }
  }

  private int run(List<Sender> senders, Timing timing, Progress progress, StopSignal stop)
      throws InterruptedException {
    Random random = new Random();
    Tally tally = new Tally(progress::say);
    LoadPlan plan = plan(random);
    long epochNanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    Traffic traffic = new Traffic(plan, epochNanos, random.nextLong());
    int places = senders.size() * connections * inFlight;
    Load load =
        new Load(
            plan,
            traffic,
            new Load.Means(senders, sending.terms(places), timing, random, tally, stop::isGiven));
    progress.start(load::share, passed -> tally.outcome().progress(passed));
    LoadResult measured = load.run();
    progress.close();
    LoadReport report = new LoadReport(measured, tally.outcome());
    result.print(result.json() ? report.json() : report.text());
    Optional<String> why = load.whyUnreachable();
    if (why.isPresent()) {
      throw sending.unreachable(why.get());
    }
    return report.isClean() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  private LoadPlan plan(Random random) {
    return new LoadPlan(
        new TraceShape(spans, depth, traceDuration.toNanos(), services, spanBytes, errors / 100),
        rate,
        ramp.toNanos(),
        duration.toNanos(),
        batch,
        linger.toNanos(),
        seed == null ? random.nextInt(1_000_000) : seed);
  }

  private void check() {
    sending.check(connections, inFlight);
    sending.checkNotJson();
    Bounds bounds = new Bounds(spec);
    bounds.require(rate > 0 && rate <= MOST_RATE, "--rate", rate, "above 0, at most 100000000");
    bounds.require("--duration", duration, Duration.ofMillis(1), LONGEST);
    bounds.require("--ramp", ramp, Duration.ZERO, LONGEST);
    bounds.require("--trace-duration", traceDuration, Duration.ofMillis(1), LONGEST);
    bounds.require("--linger", linger, Duration.ZERO, LONGEST);
    bounds.require(spans.min() >= 1 && spans.max() <= MOST_SPANS, "--spans", spans, "1 to 10000");
    bounds.require(
        depth >= Math.min(2, spans.max()) && depth <= MOST_DEPTH,
        "--depth",
        depth,
        "2 to 1000: a root, and what it calls");
    bounds.require(
        services >= 1 && services <= MOST_SERVICES, "--services", services, "1 to 10000");
    bounds.require(
        spanBytes >= 1 && spanBytes <= MOST_SPAN_BYTES, "--span-bytes", spanBytes, "1 to 1048576");
    bounds.require(errors >= 0 && errors <= 100, "--errors", errors, "0 to 100");
    bounds.require(batch >= 1 && batch <= MOST_BATCH, "--batch", batch, "1 to 100000");
    bounds.require(
        (long) batch * spanBytes <= MOST_REQUEST_BYTES,
        "--batch",
        batch,
        "a request of at most 64 MiB: " + MOST_REQUEST_BYTES / spanBytes + " such spans");
    double seconds = traceDuration.toNanos() / 1e9;
    bounds.require(
        rate * seconds <= MOST_OPEN_SPANS,
        "--trace-duration",
        traceDuration.toSeconds() + "s",
        "at most " + (long) (MOST_OPEN_SPANS / rate) + "s at this rate: open traces are kept");
  }
}
