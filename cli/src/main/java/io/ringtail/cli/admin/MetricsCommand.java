package io.ringtail.cli.admin;

import io.ringtail.admin.v1.NodeMetrics;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Output;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail metrics NODE}. */
@Command(
    name = "metrics",
    description = "Prints a node's metrics as its /metrics page has them, asked through any node.",
    footer = {
      "",
      "Examples:",
      "  ringtail metrics sampler-0 | grep open_traces",
      "  ringtail metrics sampler-0 --output json | jq -r .text"
    })
public final class MetricsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "NODE",
      description = "Node id (default: the node asked).")
  private String node = "";

  @Override
  public Integer call() {
    try (AdminClient client = options.connect()) {
      NodeMetrics metrics = client.metrics(node);
      PrintWriter out = spec.commandLine().getOut();
      out.print(
          options.output() == Output.TEXT ? metrics.getText() : options.output().print(metrics));
      out.flush();
      return ExitCode.OK;
    }
  }
}
