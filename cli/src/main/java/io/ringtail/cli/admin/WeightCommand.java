package io.ringtail.cli.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.SetWeight;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.ring.RingMember;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail weight NODE W}. */
@Command(
    name = "weight",
    description = {
      "Gives a sampler another share of the slots, relative to the other samplers' weights.",
      "Says first what will move, refuses if a sampler would be over its byte budget, and asks.",
      "Lasts until the node is restarted, or its config file's sampler.weight changes."
    },
    footer = {
      "",
      "Examples:",
      "  ringtail weight sampler-2 50",
      "  ringtail weight sampler-2 100 -y"
    })
public final class WeightCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(index = "0", paramLabel = "NODE", description = "Node id of a sampler.")
  private String node = "";

  @Parameters(index = "1", paramLabel = "W", description = "1 to 10,000; most have 100.")
  private int weight;

  @Override
  public Integer call() {
    if (weight < 1 || weight > RingMember.MAX_WEIGHT) {
      throw new ParameterException(
          spec.commandLine(),
          "W: " + weight + " (expected 1 to " + RingMember.MAX_WEIGHT + "; drain takes all away)");
    }
    Change to =
        Change.newBuilder()
            .setNodeId(node)
            .setSetWeight(SetWeight.newBuilder().setWeight(weight))
            .build();
    try (AdminClient client = options.connect()) {
      Changes.make(spec.commandLine(), client, options.output(), change, to);
      return ExitCode.OK;
    }
  }
}
