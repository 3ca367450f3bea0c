package io.ringtail.cli;

import com.google.common.base.Throwables;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.run.ConfigWatch;
import io.ringtail.cli.run.NodeRunner;
import io.ringtail.cli.terminal.Terminal;
import io.ringtail.config.ConfigFile;
import io.ringtail.sampler.SamplerConfig;
import io.ringtail.sampler.SamplerNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ringtail sampler}. */
@Command(
    name = "sampler",
    description = {
      "Runs one sampler: gathers whole traces, decides which to keep, and exports those.",
      "Prints one line \"ready\" when it is in the cluster. SIGTERM stops it in order.",
      "sampler.weight is applied while it runs, when the file changes; all else takes a restart."
    })
final class SamplerCommand implements Callable<Integer> {
  @Option(names = "--config", paramLabel = "FILE", required = true, description = "the config file")
  private Path path = Path.of("");

  @Override
  public Integer call() {
    byte[] seen = bytes();
    ConfigFile file = ConfigFile.read(path);
    file.root().ignore("ring");
    SamplerConfig config = SamplerConfig.read(file.root());
    NodeConfigs.requireNoProblems(file);
    SamplerNode node = node(config, file);
    ConfigWatch watch =
        new ConfigWatch(path, seen, new WeightReload(path, file, config, node::weight));
    watch.start();
    try {
      return NodeRunner.run(
          new SingleNode(node::start, node::stop, node::close, node.readiness(), node.fenced()),
          Terminal.stdout().out());
    } finally {
      watch.close();
    }
  }

  /** What the file is now; one that cannot be read is told of by who reads it as YAML. */
  private byte[] bytes() {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  private static SamplerNode node(SamplerConfig config, ConfigFile file) {
    try {
      return new SamplerNode(
          config,
          trace -> {},
          NodeConfigs.memory(),
          NodeConfigs.rules(),
          NodeConfigs.surroundings(file));
    } catch (IllegalArgumentException e) { // what is configured does not fit this JVM
      throw new CommandFailedException(ExitCode.PROBLEM, String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) { // a directory that cannot be used
      throw new CommandFailedException(
          ExitCode.PROBLEM, String.valueOf(Throwables.getRootCause(e).getMessage()));
    }
  }
}
