package io.ringtail.cli;

import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.run.NodeRunner;
import io.ringtail.cli.terminal.Terminal;
import io.ringtail.config.ConfigFile;
import io.ringtail.router.RouterConfig;
import io.ringtail.router.RouterNode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ringtail router}. */
@Command(
    name = "router",
    description = {
      "Runs one router: takes spans by OTLP and forwards them to the samplers that own their"
          + " traces.",
      "Prints one line \"ready\" when spans are accepted. SIGTERM stops it in order."
    })
final class RouterCommand implements Callable<Integer> {
  @Option(names = "--config", paramLabel = "FILE", required = true, description = "the config file")
  private Path path = Path.of("");

  @Override
  public Integer call() {
    ConfigFile file = ConfigFile.read(path);
    file.root().ignore("ring");
    RouterConfig config = RouterConfig.read(file.root());
    NodeConfigs.requireNoProblems(file);
    RouterNode node = node(config, file);
    return NodeRunner.run(
        new SingleNode(node::start, node::stop, node::close, node.readiness(), node.fenced()),
        Terminal.stdout().out());
  }

  private static RouterNode node(RouterConfig config, ConfigFile file) {
    try {
      return new RouterNode(
          config, NodeConfigs.memory(), NodeConfigs.rules(), NodeConfigs.surroundings(file));
    } catch (IllegalArgumentException e) { // what is configured does not fit this JVM
      throw new CommandFailedException(ExitCode.PROBLEM, String.valueOf(e.getMessage()));
    }
  }
}
