package io.ringtail.cli;

import io.ringtail.cli.dev.DevOptions;
import io.ringtail.cli.dev.DevSession;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.run.NodeRunner;
import io.ringtail.cli.terminal.Terminal;
import io.ringtail.config.ConfigFile;
import io.ringtail.config.SafeUrl;
import io.ringtail.sampler.export.send.FileTransport;
import io.ringtail.sampler.policy.DevPolicies;
import io.ringtail.sampler.policy.TailSamplingConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringtail dev}. */
@Command(
    name = "dev",
    description = {
      "Runs routers and samplers in one process, joined by JGroups over loopback, and prints each"
          + " kept trace as a waterfall.",
      "Prints where it listens, then one line \"ready\" when spans are accepted. Without --policies"
          + " it keeps errors, traces over 1 s and 5 %% of the rest, 5 s after their first span.",
      "On Ctrl-C it stops accepting, decides what it holds, exports it and exits 0; a backend that"
          + " does not answer makes that "
          + DevOptions.STOP_GRACE_SECONDS
          + " s."
    })
final class DevCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "append kept traces to FILE as OTLP JSON lines")
  private @Nullable Path out;

  @Option(
      names = "--policies",
      paramLabel = "FILE",
      description =
          "YAML file with a tail_sampling: block, as for an OpenTelemetry Collector, but at its top"
              + " level")
  private @Nullable Path policies;

  @Option(
      names = "--export",
      paramLabel = "URL",
      description =
          "send kept traces to an OTLP endpoint: http://HOST:4317 by gRPC, http://HOST:4318 or a"
              + " URL with a path by HTTP; https without a port is 443")
  private @Nullable String export;

  @Option(names = "--demo", description = "make traffic of a made-up shop, 10 traces a second")
  private boolean demo;

  @Option(
      names = "--samplers",
      paramLabel = "N",
      defaultValue = "3",
      description = "samplers (default: ${DEFAULT-VALUE})")
  private int samplers;

  @Option(
      names = "--routers",
      paramLabel = "N",
      defaultValue = "1",
      description = "routers (default: ${DEFAULT-VALUE}); all but the first take any free port")
  private int routers;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      defaultValue = "4317",
      description = "of OTLP/gRPC, 0 for any free (default: ${DEFAULT-VALUE})")
  private int grpcPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "4318",
      description = "of OTLP/HTTP, 0 for any free (default: ${DEFAULT-VALUE})")
  private int httpPort;

  @Option(
      names = "--admin-port",
      paramLabel = "PORT",
      defaultValue = "4320",
      description =
          "of the first router's admin service, which the other commands ask, 0 for any free"
              + " (default: ${DEFAULT-VALUE})")
  private int adminPort;

  @Option(names = "--quiet", description = "print no waterfalls")
  private boolean quiet;

  @Override
  public Integer call() {
    inRange("--samplers", samplers, 1, 50);
    inRange("--routers", routers, 1, 50);
    inRange("--grpc-port", grpcPort, 0, 65_535);
    inRange("--http-port", httpPort, 0, 65_535);
    inRange("--admin-port", adminPort, 0, 65_535);
    DevOptions options =
        new DevOptions(
            routers,
            samplers,
            grpcPort,
            httpPort,
            adminPort,
            VersionText.number(),
            readPolicies(),
            Optional.ofNullable(out).map(this::writable),
            Optional.ofNullable(export).map(this::url));
    DevSession session = new DevSession(options, demo, quiet, Terminal.stdout());
    return NodeRunner.run(session, session.out());
  }

  private void inRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ParameterException(
          spec.commandLine(), name + ": " + value + " (expected " + min + " to " + max + ")");
    }
  }

  private TailSamplingConfig readPolicies() {
    ConfigFile file =
        policies == null
            ? ConfigFile.read("dev policies", DevPolicies.yaml())
            : ConfigFile.read(policies);
    file.root().keys(); // the rest of a Collector's file is none of our business
    TailSamplingConfig read = TailSamplingConfig.readFrom(file.root());
    NodeConfigs.requireNoProblems(file);
    return read;
  }

  /** Told now, not when the first trace is kept. */
  private Path writable(Path path) {
    FileTransport.whyNotWritable(path)
        .ifPresent(
            why -> {
              throw new CommandFailedException(ExitCode.PROBLEM, "--out: " + path + ": " + why);
            });
    return path.toAbsolutePath();
  }

  private String url(String text) {
    try {
      URI url = new URI(text);
      String scheme = String.valueOf(url.getScheme());
      boolean http = scheme.equals("http") || scheme.equals("https");
      if (url.getHost() != null && http && url.getRawUserInfo() == null) {
        return text;
      }
    } catch (URISyntaxException e) {
      // told below, as for a URL of another kind
    }
    throw new ParameterException(
        spec.commandLine(),
        "--export: \""
            + SafeUrl.of(text)
            + "\" (expected a URL without user info, such as http://127.0.0.1:4317)");
  }
}
