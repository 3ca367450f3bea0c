package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cli.exit.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Completion, manual and help know every command and every option. */
class ManualTest {
  private final StringWriter out = new StringWriter();

  @TempDir private Path dir;

  private int run(String... words) {
    CommandLine command = Ringtail.commandLine();
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(new StringWriter()));
    return command.execute(words);
  }

  private static List<CommandSpec> all() {
    List<CommandSpec> all = new ArrayList<>();
    add(Ringtail.commandLine(), all);
    return all;
  }

  private static void add(CommandLine command, List<CommandSpec> all) {
    all.add(command.getCommandSpec());
    command.getSubcommands().values().forEach(child -> add(child, all));
  }

  @Test
  void completion_namesEveryCommandAndOption() {
    assertThat(run("completion")).isEqualTo(ExitCode.OK);
    String script = out.toString();
    assertThat(script).startsWith("#!/usr/bin/env bash").contains("complete -F");
    List<CommandSpec> all = all();
    assertThat(all).hasSizeGreaterThan(20);
    for (CommandSpec command : all) {
      String function = "_picocli_" + command.qualifiedName("_").replace("-", "");
      assertThat(script).as(command.qualifiedName()).contains("function " + function + "() {");
      for (OptionSpec option : command.options()) {
        assertThat(script).contains(option.names());
      }
    }
  }

  @Test
  void completion_isValidBash() throws Exception {
    assertThat(run("completion")).isEqualTo(ExitCode.OK);
    Path script = Files.writeString(dir.resolve("completion"), out.toString());
    Process bash = new ProcessBuilder("bash", "-n", script.toString()).start();
    assertThat(bash.waitFor()).isZero();
  }

  @Test
  void manPages_oneForEveryCommandWithItsOptionsAndExitCodes() throws Exception {
    Path completion = dir.resolve("below/ringtail");
    assertThat(
            run("man-pages", dir.resolve("man").toString(), "--completion", completion.toString()))
        .isEqualTo(ExitCode.OK);
    assertThat(completion).content().contains("complete -F");
    for (CommandSpec command : all()) {
      Path page = dir.resolve("man").resolve(command.qualifiedName("-") + ".1");
      String text = Files.readString(page).replace("\\-", "-");
      assertThat(text)
          .as(page.toString())
          .contains(".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXIT STATUS")
          .doesNotContain("${")
          .doesNotContain("%n");
      for (OptionSpec option : command.options()) {
        assertThat(text).contains(option.names());
      }
    }
    String status = Files.readString(dir.resolve("man").resolve("ringtail-status.1"));
    assertThat(status)
        .contains(".SH EXAMPLES\n.nf\n  ringtail status\n", "critical (default: critical)");
  }

  @Test
  void manPages_whereNothingCanBeWritten_exitOne() throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "");
    assertThat(run("man-pages", file.resolve("below").toString())).isEqualTo(ExitCode.PROBLEM);
  }

  @Test
  void help_ofEveryAdminCommand_hasExamplesAndExitCodes() {
    for (CommandSpec command : all()) {
      boolean asks = command.optionsMap().containsKey("--node");
      if (asks) {
        List<String> footer = Arrays.asList(command.usageMessage().footer());
        assertThat(footer).as(command.qualifiedName()).contains("Examples:");
        assertThat(command.usageMessage().exitCodeList()).containsKeys("0", "1", "2", "69");
      }
    }
  }
}
