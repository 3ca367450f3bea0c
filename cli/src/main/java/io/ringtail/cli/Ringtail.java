package io.ringtail.cli;

import io.ringtail.cli.admin.DrainCommand;
import io.ringtail.cli.admin.LogLevelCommand;
import io.ringtail.cli.admin.MetricsCommand;
import io.ringtail.cli.admin.NodesCommand;
import io.ringtail.cli.admin.TraceCommand;
import io.ringtail.cli.admin.UndrainCommand;
import io.ringtail.cli.admin.WeightCommand;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.load.LoadCommand;
import io.ringtail.cli.manual.CompletionCommand;
import io.ringtail.cli.manual.ManPagesCommand;
import io.ringtail.cli.probe.ProbeCommand;
import io.ringtail.cli.replay.ReplayCommand;
import io.ringtail.cli.status.StatusCommand;
import io.ringtail.cli.terminal.Terminal;
import io.ringtail.memory.JvmMemory;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code ringtail} command: parses the words, sets up logging, runs one subcommand. */
@Command(
    name = "ringtail",
    description =
        "A two-tier gateway that samples OpenTelemetry traces at the tail, whole: routers hash trace"
            + " IDs over a ring of samplers, each sampler owns whole traces.",
    subcommands = {
      DevCommand.class,
      RouterCommand.class,
      SamplerCommand.class,
      ProbeCommand.class,
      LoadCommand.class,
      ReplayCommand.class,
      StatusCommand.class,
      NodesCommand.class,
      RingCommand.class,
      DrainCommand.class,
      UndrainCommand.class,
      WeightCommand.class,
      TraceCommand.class,
      MetricsCommand.class,
      LogLevelCommand.class,
      ConfigCommand.class,
      CompletionCommand.class,
      ManPagesCommand.class,
    },
    versionProvider = VersionText.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0: all went well",
      "1: the command ran and found a problem",
      "2: wrong words on the command line, or a wrong config file",
      "69: nobody answered at the address given"
    })
public final class Ringtail implements Runnable {
  /** Commands that run nodes, in this process. */
  private static final Set<String> NODES = Set.of("router", "sampler", "dev");

  private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

  /** Commands that say themselves what people want to know. */
  private static final Set<String> TALKING = Set.of("dev", "probe", "load");

  @Option(
      names = "--log-level",
      scope = ScopeType.INHERIT,
      paramLabel = "LEVEL",
      description =
          "error, warn, info, debug or trace, on stderr (or RINGTAIL_LOG_LEVEL; otherwise info, but"
              + " warn for dev, probe and load)")
  private Logging.@Nullable Verbosity verbosity;

  @Spec private CommandSpec spec;

  private Ringtail(CommandSpec placeholder) {
    this.spec = placeholder;
  }

  /** Netty notes the stack of every 128th buffer unless told otherwise; tests note them all. */
  private static void withoutLeakDetection() {
    if (System.getProperty(LEAK_DETECTION) == null) {
      System.setProperty(LEAK_DETECTION, "disabled");
    }
  }

  public static void main(String[] args) {
    withoutLeakDetection();
    CommandLine command = commandLine();
    command.setOut(new PrintWriter(Terminal.utf8Stdout(), true, StandardCharsets.UTF_8));
    int exitCode = command.execute(args);
    command.getOut().flush();
    command.getErr().flush();
    System.exit(exitCode);
  }

  /** The whole command, for running and for tests; sets up logging when it is executed. */
  public static CommandLine commandLine() {
    Ringtail ringtail = new Ringtail(CommandSpec.create());
    CommandLine command = new CommandLine(ringtail);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setExecutionStrategy(ringtail::execute);
    command.setExecutionExceptionHandler(Ringtail::failed);
    command.setParameterExceptionHandler(Ringtail::misused);
    command.setUsageHelpAutoWidth(true);
    return command;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command?");
  }

  private int execute(ParseResult words) {
    String name = words.hasSubcommand() ? words.subcommand().commandSpec().name() : "";
    if (NODES.contains(name)) {
      JvmMemory.ofProcess().tellNetty();
    }
    Logging.Verbosity otherwise =
        TALKING.contains(name) ? Logging.Verbosity.WARN : Logging.Verbosity.INFO;
    Logging.configure(verbosity == null ? fromEnvironment(otherwise) : verbosity);
    return new CommandLine.RunLast().execute(words);
  }

  private Logging.Verbosity fromEnvironment(Logging.Verbosity otherwise) {
    String wanted = System.getenv().getOrDefault(Logging.ENVIRONMENT, "");
    return Logging.fromEnvironment(wanted, otherwise, spec.commandLine().getErr());
  }

  /** One line that says what is wrong, one that says where to look. */
  private static int misused(ParameterException e, String[] words) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(command.getColorScheme().errorText("ringtail: " + e.getMessage()));
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command, ParseResult words) throws Exception {
    if (!(e instanceof CommandFailedException failure)) {
      throw e;
    }
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().root().name() + ": " + failure.getMessage());
    err.flush();
    return failure.exitCode();
  }
}
