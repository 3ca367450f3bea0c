package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cli.dev.DevOptions;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.rules.Rules;
import io.ringtail.trace.TraceId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class RingtailTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String POLICIES =
      "tail_sampling: { policies: [ { name: a, type: always_sample } ] }\n";
  private static final int SLOT = TraceId.parse(TRACE).slot();

  @TempDir private Path dir;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    CommandLine command = Ringtail.commandLine();
    command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(words);
  }

  private String file(String text) throws Exception {
    return Files.writeString(dir.resolve("ringtail.yaml"), text).toString();
  }

  @Test
  void help_any_namesTheExitCodes() {
    assertThat(run("ring", "owner", "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("Exit codes:", "69", "nobody answered");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void devHelp_tellsHowLongAStopMayTake() {
    assertThat(run("dev", "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("does not answer makes that " + DevOptions.STOP_GRACE_SECONDS + " s.");
  }

  @Test
  void configHelp_namesItsOwnExitCodes() {
    for (String[] words :
        new String[][] {
          {"config", "--help"}, {"config", "check", "--help"}, {"config", "print", "--help"}
        }) {
      out.getBuffer().setLength(0);
      assertThat(run(words)).isEqualTo(ExitCode.OK);
      assertThat(out.toString())
          .contains("1", "the file has problems", "2", "wrong words on the command line")
          .doesNotContain("wrong config file");
    }
  }

  @Test
  void version_asked_printed() {
    assertThat(run("--version")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("ringtail ");
  }

  @Test
  void words_wrong_exitTwoWithASuggestionAndNothingOnStdout() {
    assertThat(run("confg", "check")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("confg", "Did you mean: ", "config");
    assertThat(run()).isEqualTo(ExitCode.USAGE);
    assertThat(run("ring", "owner")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("Missing required parameter: 'TRACE_ID'");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void node_toGoWithoutAnUnknownRule_exitTwoSayingWhatThereIs() throws Exception {
    String config = file("node: {id: r0}\n");
    System.setProperty(Rules.PROPERTY, "H1,X9");
    try {
      assertThat(run("router", "--config", config)).isEqualTo(ExitCode.USAGE);
    } finally {
      System.clearProperty(Rules.PROPERTY);
    }
    assertThat(err.toString()).contains("-Dringtail.unsafe.rules-off: no such rule: \"X9\"");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void devOut_thatNobodyCanWrite_exitOneSayingWhy() {
    assertThat(run("dev", "--out", dir.toString())).isEqualTo(ExitCode.PROBLEM);
    assertThat(err.toString())
        .isEqualTo("ringtail: --out: " + dir + ": is a directory (expected a file)\n");
    err.getBuffer().setLength(0);
    Path lost = dir.resolve("nowhere/kept.jsonl");
    assertThat(run("dev", "--out", lost.toString())).isEqualTo(ExitCode.PROBLEM);
    assertThat(err.toString())
        .isEqualTo("ringtail: --out: " + lost + ": has no directory to be made in\n");
  }

  @Test
  void sampler_thatCannotWriteItsFile_exitOneNamingTheKey() throws Exception {
    String config =
        file(
            """
            node: { id: s0 }
            sampler: { export: { file: '%s' } }
            tail_sampling: { policies: [ { name: all, type: always_sample } ] }
            """
                .formatted(dir));
    assertThat(run("sampler", "--config", config)).isEqualTo(ExitCode.PROBLEM);
    assertThat(err.toString())
        .isEqualTo(
            "ringtail: sampler.export.file: " + dir + ": is a directory (expected a file)\n");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void configCheck_mistakes_allOnStdoutAndExitOne() throws Exception {
    String file = file("clustr: {}\nops: { http: nowhere }\ntail_sampling: { policies: [] }\n");

    assertThat(run("config", "check", file)).isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString().lines())
        .anySatisfy(l -> assertThat(l).startsWith(file + ":1:1: clustr: unknown key"))
        .anySatisfy(l -> assertThat(l).startsWith(file + ":2:14: ops.http: "))
        .anySatisfy(l -> assertThat(l).startsWith(file + ":3:"));
  }

  @Test
  void configCheck_asJsonOrYaml_hasPlaceKeyAndWords() throws Exception {
    String file = file("ops: { http: nowhere }\n");
    assertThat(run("config", "check", file, "--output", "json")).isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString())
        .isEqualTo(
            "{\"file\":\""
                + file
                + "\",\"ok\":false,\"tiers\":[\"router\"],\"problems\":[{\"line\":1,\"column\":14,"
                + "\"path\":\"ops.http\",\"message\":\"\\\"nowhere\\\" (expected host:port, such as"
                + " 127.0.0.1:4317)\"}]}\n");
    out.getBuffer().setLength(0);
    assertThat(run("config", "check", file(POLICIES), "--output", "yaml")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .startsWith("---\nfile: ")
        .endsWith("ok: true\ntiers:\n  - router\n  - sampler\nproblems: []\n");
  }

  @Test
  void configCheck_wholeConfigOfACollector_saysWhereThePoliciesGo() throws Exception {
    String file = file("processors:\n  tail_sampling: { policies: [] }\nservice: {}\n");

    assertThat(run("config", "check", file)).isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString().lines())
        .hasSize(2)
        .anySatisfy(
            l ->
                assertThat(l)
                    .contains(
                        ":2:18: processors.tail_sampling: is not read here (expected at the top"))
        .anySatisfy(l -> assertThat(l).startsWith(file + ":3:1: service: unknown key"));
  }

  @Test
  void configCheck_fixedMemberWithoutId_isTold() throws Exception {
    String file = file("cluster: { discovery: fixed, members: [ { link: '127.0.0.1:4319' } ] }");

    assertThat(run("config", "check", file)).isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString()).contains("cluster.members[0].id: missing (expected a node id)");
  }

  @Test
  void configCheck_rightFile_exitZero() throws Exception {
    assertThat(run("config", "check", file("ops: { http: 127.0.0.1:0 }"))).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .contains("nothing wrong (checked as a router's only: it has neither sampler: nor tail_");
    err.getBuffer().setLength(0);
    String policies = "tail_sampling: { policies: [ { name: all, type: always_sample } ] }";
    assertThat(run("config", "check", file(policies))).isEqualTo(ExitCode.OK);
    assertThat(err.toString()).endsWith(": nothing wrong\n");
  }

  @Test
  void configPrint_valuesLeftToTheNode_areShownAsChosenAndBudgetsSaidToBeUncut() throws Exception {
    assertThat(run("config", "print", file("sampler: { shards: 0 }\n" + POLICIES)))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .startsWith("# Budgets in bytes as configured; a node says what it cuts")
        .contains("hosts:\n  - 127.0.0.1:7800\n")
        .containsPattern("\n  shards: [1-8]\n");
  }

  @Test
  void configPrint_rightFile_effectiveYamlThatReadsBackTheSame() throws Exception {
    assertThat(run("config", "print", file("ops: { http: 127.0.0.1:0 }"))).isEqualTo(ExitCode.OK);
    String printed = out.toString();
    assertThat(printed).contains("ops:\n  http: 127.0.0.1:0\n", "cluster:\n");

    out.getBuffer().setLength(0);
    assertThat(run("config", "print", file(printed))).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).isEqualTo(printed);
  }

  @Test
  void ringOwner_members_samplersSlotOwnerAndHeirPrinted() throws Exception {
    String file = file("ring: { members: [{id: a}, {id: b, weight: 200}] }");

    assertThat(run("ring", "owner", TRACE, "--config", file, "--output", "json"))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("\"trace_id\":\"" + TRACE + "\"", "\"slot\":" + SLOT, "\"members\":2");
    assertThat(run("ring", "owner", TRACE, "--config", file)).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("slot   " + SLOT, "owner  ");
  }

  @Test
  void ringOwner_nothingToGoBy_exitTwo() throws Exception {
    assertThat(run("ring", "owner", TRACE, "--config", file("ops: {}"))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("names no samplers");
    assertThat(run("ring", "owner", "4b", "--config", file("ops: {}"))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("\"4b\" is no trace ID (expected 32 hex digits");
  }
}
