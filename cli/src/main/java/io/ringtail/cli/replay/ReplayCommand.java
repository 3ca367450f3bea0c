package io.ringtail.cli.replay;

import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.send.Bounds;
import io.ringtail.cli.send.Outcome;
import io.ringtail.cli.send.ResultOptions;
import io.ringtail.cli.send.SendOptions;
import io.ringtail.cli.send.Sender;
import io.ringtail.cli.send.Tally;
import io.ringtail.cli.send.Timing;
import io.ringtail.cli.send.Transport;
import io.ringtail.cli.terminal.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      "69: nobody answered at any endpoint, or not within --timeout"
    })
public final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "OTLP JSON lines, plain or gzip.")
  private Path file = Path.of("");

  @Mixin private SendOptions sending = new SendOptions();

  @Mixin private ResultOptions result = new ResultOptions();

  @Option(
      names = "--speed",
      paramLabel = "FACTOR",
      defaultValue = "1",
      description = "Times the recorded pace; 0: as fast as answered (${DEFAULT-VALUE})")
  private double speed;

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

  @Override
  public Integer call() throws InterruptedException {
    checkNumbers();
    List<Sender> senders = new ArrayList<>();
    try (TraceFile traces = open();
        Timing timing = Timing.system();
        Progress progress = new Progress(err(), Progress.stderrIsTerminal(), result.quiet())) {
      sending.open(connections, inFlight, senders);
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
    boolean json = sending.protocol() == Transport.Protocol.HTTP_JSON;
    Replay.Plan plan = new Replay.Plan(speed, json, sending.terms(places));
    Replay replay = new Replay(senders, plan, timing, new Random(), tally, progress::say);
    long start = System.nanoTime();
    progress.start(traces::share, passed -> tally.outcome().progress(passed));
    String fileProblem = run(replay, traces);
    progress.close();
    print(tally.outcome(), replay.badLines(), (System.nanoTime() - start) / 1e9);
    if (fileProblem != null) {
      throw new CommandFailedException(ExitCode.PROBLEM, file + ": " + fileProblem);
    }
    Optional<String> why = replay.whyUnreachable();
    if (why.isPresent()) {
      throw sending.unreachable(why.get());
    }
    boolean clean = tally.outcome().isClean() && replay.badLines() == 0;
    return clean ? ExitCode.OK : ExitCode.PROBLEM;
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

  private void print(Outcome outcome, long badLines, double seconds) {
    result.print(
        result.json()
            ? Report.json(outcome, badLines, seconds)
            : Report.text(outcome, badLines, seconds));
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private TraceFile open() {
    try {
      return new TraceFile(file);
    } catch (IOException e) {
      String why = e instanceof NoSuchFileException ? "no such file" : String.valueOf(e);
      throw misuse(
          file + ": cannot be read: " + (Files.isDirectory(file) ? "is a directory" : why));
    }
  }

  private void checkNumbers() {
    sending.check(connections, inFlight);
    new Bounds(spec)
        .require(speed >= 0 && !Double.isInfinite(speed), "--speed", speed, "0 or more");
  }

  private ParameterException misuse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
