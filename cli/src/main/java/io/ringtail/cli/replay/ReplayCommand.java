package io.ringtail.cli.replay;

import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.compress.Compression;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail replay}. */
@Command(
    name = "replay",
    description = {
      "Sends a file of OTLP JSON lines at the pace it was recorded.",
      "A line was recorded at the latest end of its spans. Lines keep their order and alternate over"
          + " the endpoints. Retryable refusals and broken connections are retried by the rules of"
          + " OTLP, at the next endpoint.",
      "In the end sent = accepted + rejected + lost; refused, unanswered and retried count a span"
          + " each time it happens."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0: every span of the file was accepted",
      "1: spans were lost or rejected, or the file has lines that are no export request",
      "2: wrong words on the command line, or no such file",
      "69: no endpoint could be reached within --timeout"
    })
public final class ReplayCommand implements Callable<Integer> {
  /** How the outcome is printed. */
  enum Output {
    TEXT,
    JSON
  }

  private static final Duration MAX_RETRY_DELAY = Duration.ofSeconds(5);

  /** More than any endpoint takes; keeps products of it an int. */
  private static final int MAX_PLACES = 1_000_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "OTLP JSON lines, plain or gzip.")
  private Path file = Path.of("");

  @Option(
      names = "--endpoint",
      paramLabel = "HOST:PORT",
      converter = Words.Endpoint.class,
      description = "Where to send; may be given again (127.0.0.1:4317, or 4318 for HTTP)")
  private List<InetSocketAddress> endpoints = new ArrayList<>();

  @Option(
      names = "--speed",
      paramLabel = "FACTOR",
      defaultValue = "1",
      description = "Times the recorded pace; 0: as fast as answered (${DEFAULT-VALUE})")
  private double speed;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "grpc",
      converter = Words.ProtocolName.class,
      description = "grpc, http/protobuf or http/json (${DEFAULT-VALUE})")
  private Transport.Protocol protocol = Transport.Protocol.GRPC;

  @Option(
      names = "--compression",
      paramLabel = "NAME",
      defaultValue = "none",
      converter = Words.CompressionName.class,
      description = "none, gzip or zstd (${DEFAULT-VALUE})")
  private Compression compression = Compression.NONE;

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "A header of every request; may be given again")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "1",
      description = "Connections to each endpoint (${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "8",
      description = "Requests on one connection that wait for an answer (${DEFAULT-VALUE})")
  private int inFlight;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Words.Time.class,
      description =
          "Longest wait for an answer, and to reach an endpoint at all (${DEFAULT-VALUE})")
  private Duration timeout = Duration.ZERO;

  @Option(
      names = "--max-retries",
      paramLabel = "N",
      defaultValue = "20",
      description = "Times a line is sent again before it is lost (${DEFAULT-VALUE})")
  private int maxRetries;

  @Option(
      names = "--max-elapsed",
      paramLabel = "TIME",
      defaultValue = "1m",
      converter = Words.Time.class,
      description = "Longest time a line is retried before it is lost (${DEFAULT-VALUE})")
  private Duration maxElapsed = Duration.ZERO;

  @Option(
      names = "--retry-delay",
      paramLabel = "TIME",
      defaultValue = "500ms",
      converter = Words.Time.class,
      description = "Wait before the first retry, growing to 5s, +-50 %% (${DEFAULT-VALUE})")
  private Duration retryDelay = Duration.ZERO;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (${DEFAULT-VALUE})")
  private Output output = Output.TEXT;

  @Option(names = "--quiet", description = "No progress on stderr, only trouble")
  private boolean quiet;

  @Override
  public Integer call() throws InterruptedException {
    checkNumbers();
    List<Sender> senders = new ArrayList<>();
    try (TraceFile traces = open();
        Timing timing = Timing.system();
        Progress progress = new Progress(err(), Progress.stderrIsTerminal(), quiet)) {
      openSenders(senders);
      return replay(traces, senders, timing, progress);
    } catch (IOException e) {
      throw new CommandFailedException(ExitCode.PROBLEM, file + ": " + e.getMessage());
    } finally {
      senders.forEach(Sender::close);
    }
  }

  private int replay(TraceFile traces, List<Sender> senders, Timing timing, Progress progress)
      throws InterruptedException {
    Tally tally = new Tally(progress::say);
    int places = senders.size() * connections * inFlight;
    RetryPolicy retries = new RetryPolicy(maxRetries, maxElapsed, retryDelay, MAX_RETRY_DELAY);
    Replay.Plan plan = new Replay.Plan(speed, places, retries, timeout);
    Replay replay = new Replay(senders, plan, timing, new Random(), tally);
    long start = System.nanoTime();
    progress.start(traces::share, tally::outcome);
    String fileProblem = run(replay, traces);
    progress.close();
    print(tally.outcome(), (System.nanoTime() - start) / 1e9);
    if (fileProblem != null) {
      throw new CommandFailedException(ExitCode.PROBLEM, file + ": " + fileProblem);
    }
    if (replay.isUnreachable()) {
      throw new CommandFailedException(
          ExitCode.UNREACHABLE, "no endpoint reached within " + timeout.toMillis() + " ms");
    }
    return tally.outcome().isClean() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  /** Returns why the file could not be read to its end. */
  private static @Nullable String run(Replay replay, TraceFile traces) throws InterruptedException {
    try {
      replay.run(traces);
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void print(Outcome outcome, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        output == Output.JSON ? Report.json(outcome, seconds) : Report.text(outcome, seconds));
    out.flush();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private TraceFile open() {
    try {
      return new TraceFile(file);
    } catch (IOException e) {
      String why = e instanceof NoSuchFileException ? "no such file" : String.valueOf(e);
      throw misuse(file + ": cannot be read: " + why);
    }
  }

  private void openSenders(List<Sender> senders) {
    Transport transport =
        new Transport(protocol, compression, headers, connections, inFlight, timeout);
    List<InetSocketAddress> targets =
        endpoints.isEmpty()
            ? List.of(InetSocketAddress.createUnresolved("127.0.0.1", protocol.defaultPort()))
            : endpoints;
    for (InetSocketAddress target : targets) {
      try {
        senders.add(transport.open(target));
      } catch (IllegalArgumentException e) {
        throw misuse("--header: " + e.getMessage());
      }
    }
  }

  private void checkNumbers() {
    atLeast("--connections", connections, 1);
    atLeast("--in-flight", inFlight, 1);
    if ((long) connections * inFlight * Math.max(1, endpoints.size()) > MAX_PLACES) {
      throw misuse("--connections times --in-flight: over " + MAX_PLACES + " requests at a time");
    }
    atLeast("--max-retries", maxRetries, 0);
    atLeast("--timeout", timeout.toMillis(), 1);
    if (!(speed >= 0) || Double.isInfinite(speed)) {
      throw misuse("--speed: " + speed + " (expected: 0 or more)");
    }
  }

  private void atLeast(String option, long value, long least) {
    if (value < least) {
      throw misuse(option + ": " + value + " (expected: at least " + least + ")");
    }
  }

  private ParameterException misuse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
