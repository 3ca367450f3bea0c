package io.ringtail.cli.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.Drain;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Screen;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail drain NODE}. */
@Command(
    name = "drain",
    description = {
      "Makes a node give all it holds to the others and take nothing new; its process stays.",
      "A sampler's slots move with their traces; a router is not ready any more, and waits until what"
          + " it has taken is settled.",
      "Says first what will move, refuses if the others would be over their byte budgets, and asks.",
      "Lasts until undrain, or until the node is restarted. A stop drains by itself."
    },
    footer = {
      "",
      "Examples:",
      "  ringtail drain sampler-2",
      "  ringtail drain sampler-2 --yes --wait && systemctl stop ringtail-sampler"
    })
public final class DrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private ChangeOptions change = new ChangeOptions();

  @Parameters(paramLabel = "NODE", description = "Node id.")
  private String node = "";

  @Option(names = "--wait", description = "Wait until it is empty, and tell how far it is.")
  private boolean wait;

  @Option(
      names = "--within",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = NodeOptions.Time.class,
      description = "With --wait: exit with 1 if it takes longer (default: ${DEFAULT-VALUE}).")
  private Duration within = Duration.ZERO;

  @Override
  public Integer call() throws InterruptedException {
    Change drain = Change.newBuilder().setNodeId(node).setDrain(Drain.getDefaultInstance()).build();
    try (AdminClient client = options.connect()) {
      Changes.make(spec.commandLine(), client, options.output(), change, drain);
      if (wait) {
        Screen talk = new Screen(spec.commandLine().getErr(), Integer.MAX_VALUE, false, false);
        new DrainWait(client::status, node, within, talk, DrainWait.REAL_TIME).untilEmpty();
      }
      return ExitCode.OK;
    }
  }
}
