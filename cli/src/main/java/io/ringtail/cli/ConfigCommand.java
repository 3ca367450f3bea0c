package io.ringtail.cli;

import io.ringtail.cli.admin.AdminClient;
import io.ringtail.cli.admin.NodeOptions;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Output;
import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigProblem;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail config check}, {@code print} and {@code diff}. */
@Command(
    name = "config",
    description = "Checks, prints or compares the settings of files and of running nodes.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {ConfigCommand.FINE, ConfigCommand.WRONG, ConfigCommand.MISUSED})
final class ConfigCommand implements Runnable {
  static final String FINE = "0: nothing is wrong with the file";
  static final String WRONG = "1: the file has problems, or cannot be read";
  static final String MISUSED = "2: wrong words on the command line";
  static final String UNREACHED = "69: a node was asked, and nobody answered";
  private static final String SAME = "0: the settings are the same";
  private static final String DIFFERENT =
      "1: they differ; or a file has problems, or cannot be read";

  private static final String UNCUT =
      "# Budgets in bytes as configured; a node says what it cuts of them when it starts"
          + " (event=memory-cut).";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "config check, config print or config diff?");
  }

  @Command(
      name = "check",
      description = {
        "Says everything that is wrong with a config file, and exits 1 if anything is.",
        "The router's part is always checked, the sampler's if there is sampler: or tail_sampling:."
      },
      footer = {
        "",
        "Examples:",
        "  ringtail config check ringtail.yaml",
        "  ringtail config check ringtail.yaml --output json | jq -r '.problems[].path'"
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {FINE, WRONG, MISUSED})
  int check(
      @Parameters(paramLabel = "FILE", description = "The config file.") Path path,
      @Option(
              names = "--output",
              paramLabel = "FORMAT",
              defaultValue = "text",
              description = Output.DESCRIPTION)
          Output output) {
    PrintWriter out = spec.commandLine().getOut();
    ConfigFile file = NodeConfigs.readAll(path);
    List<ConfigProblem> problems = file.problems();
    if (output == Output.TEXT) {
      problems.forEach(out::println);
    } else {
      out.print(output.print(checked(path, file)));
    }
    out.flush();
    if (!problems.isEmpty()) {
      return ExitCode.PROBLEM;
    }
    String which =
        NodeConfigs.isSamplers(file)
            ? ""
            : " (checked as a router's only: it has neither sampler: nor tail_sampling:)";
    spec.commandLine().getErr().println(path + ": nothing wrong" + which);
    return ExitCode.OK;
  }

  private static Map<String, Object> checked(Path path, ConfigFile file) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("file", path.toString());
    tree.put("ok", file.problems().isEmpty());
    tree.put(
        "tiers", NodeConfigs.isSamplers(file) ? List.of("router", "sampler") : List.of("router"));
    tree.put("problems", file.problems().stream().map(ConfigCommand::problem).toList());
    return tree;
  }

  private static Map<String, Object> problem(ConfigProblem problem) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("line", problem.line());
    tree.put("column", problem.column());
    tree.put("path", problem.path());
    tree.put("message", problem.message());
    return tree;
  }

  @Command(
      name = "print",
      description = {
        "Prints the effective configuration, defaults filled in and secrets masked: of a file, or"
            + " of a running node, with what it made of its budgets.",
        "Of a file, budgets in bytes are printed as configured: a node cuts those that its JVM has"
            + " no memory for when it starts, and says so in its log (event=memory-cut).",
        "A file with problems is not printed: they are, and the exit code is 1.",
        "A word that is the name of a file, has a / or ends with .yaml or .yml is a file; any other"
            + " is a node id, asked through --node."
      },
      footer = {
        "",
        "Examples:",
        "  ringtail config print ringtail.yaml",
        "  ringtail config print sampler-0",
        "  ringtail config print --node 10.0.3.7:4320"
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {FINE, WRONG, MISUSED, UNREACHED})
  int print(
      @Parameters(
              arity = "0..1",
              defaultValue = "",
              paramLabel = "FILE|NODE",
              description = "A config file or a node id (default: the node asked).")
          String place,
      @Mixin NodeOptions options) {
    PrintWriter out = spec.commandLine().getOut();
    if (!isFile(place)) {
      return printNode(place, options, out);
    }
    ConfigFile file = NodeConfigs.readAll(Path.of(place));
    if (!file.problems().isEmpty()) {
      file.problems().forEach(spec.commandLine().getErr()::println);
      return ExitCode.PROBLEM;
    }
    String effective = UNCUT + System.lineSeparator() + file.effective();
    if (options.output() == Output.TEXT) {
      out.print(effective);
    } else {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("node_id", "");
      tree.put("effective", effective);
      out.print(options.output().print(tree));
    }
    out.flush();
    return ExitCode.OK;
  }

  private static int printNode(String node, NodeOptions options, PrintWriter out) {
    try (AdminClient client = options.connect()) {
      var settings = client.settings(node);
      out.print(
          options.output() == Output.TEXT
              ? settings.getEffective()
              : options.output().print(settings));
      out.flush();
      return ExitCode.OK;
    }
  }

  @Command(
      name = "diff",
      description = {
        "Prints the settings in which two places differ: a node and another, or a node and a file.",
        "Exits with 1 if there are any. Sections that one tier does not have are named, not"
            + " listed.",
        "Words are read as by config print."
      },
      footer = {
        "",
        "Examples:",
        "  ringtail config diff sampler-0 sampler-1",
        "  ringtail config diff ringtail.yaml router-0 --output json | jq -r '.differences[].key'"
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {SAME, DIFFERENT, MISUSED, UNREACHED})
  int diff(
      @Parameters(index = "0", paramLabel = "A", description = "A config file or a node id.")
          String left,
      @Parameters(index = "1", paramLabel = "B", description = "A config file or a node id.")
          String right,
      @Mixin NodeOptions options) {
    SettingsDiff diff =
        SettingsDiff.of(left, effective(left, options), right, effective(right, options));
    PrintWriter out = spec.commandLine().getOut();
    if (options.output() == Output.TEXT) {
      diff.lines().forEach(out::println);
    } else {
      out.print(options.output().print(diff.tree()));
    }
    out.flush();
    diff.notes().forEach(spec.commandLine().getErr()::println);
    return diff.isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  private static String effective(String place, NodeOptions options) {
    if (!isFile(place)) {
      try (AdminClient client = options.connect()) {
        return client.settings(place).getEffective();
      }
    }
    ConfigFile file = NodeConfigs.readAll(Path.of(place));
    if (!file.problems().isEmpty()) {
      throw new CommandFailedException(
          ExitCode.PROBLEM,
          place + " has problems (ringtail config check), the first: " + file.problems().get(0));
    }
    return file.effective();
  }

  private static boolean isFile(String place) {
    return !place.isEmpty()
        && (place.contains("/")
            || place.endsWith(".yaml")
            || place.endsWith(".yml")
            || Files.exists(Path.of(place)));
  }
}
