package io.ringtail.cli.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.Undrain;
import io.ringtail.cli.exit.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail undrain NODE}. */
@Command(
    name = "undrain",
    description = {
      "Takes a drained node back: a sampler gets its slots, and what others hold of them.",
      "One that drains because it stops cannot be taken back."
    },
    footer = {
      "",
      "Examples:",
      "  ringtail undrain sampler-2",
      "  ringtail undrain sampler-2 --yes"
    })
public final class UndrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(paramLabel = "NODE", description = "Node id.")
  private String node = "";

  @Override
  public Integer call() {
    Change undrain =
        Change.newBuilder().setNodeId(node).setUndrain(Undrain.getDefaultInstance()).build();
    try (AdminClient client = options.connect()) {
      Changes.make(spec.commandLine(), client, options.output(), change, undrain);
      return ExitCode.OK;
    }
  }
}
