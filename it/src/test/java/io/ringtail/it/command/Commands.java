package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.ringtail.cli.Ringtail;
import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * Admin commands, each asked of one node, run in this JVM by the words that a process would get.
 * Threads: the test's.
 */
final class Commands {
  private static final String TIMEOUT = "--timeout";

  private String out = "";
  private String err = "";

  /** The exit code; what it printed is in {@link #out} and {@link #err} until the next one. */
  int run(Cluster.Node node, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--node", "127.0.0.1:" + node.adminPort(), "--log-level", "warn"));
    if (!all.contains(TIMEOUT)) { // where many processes start at once
      all.addAll(List.of(TIMEOUT, "20s"));
    }
    StringWriter stdout = new StringWriter();
    StringWriter stderr = new StringWriter();
    CommandLine command = Ringtail.commandLine();
    command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    command.setOut(new PrintWriter(stdout, true)).setErr(new PrintWriter(stderr, true));
    int exit = command.execute(all.toArray(String[]::new));
    out = stdout.toString();
    err = stderr.toString();
    return exit;
  }

  void expect(int code, Cluster.Node node, String... words) {
    assertThat(run(node, words)).as(String.join(" ", words) + "\n" + out + err).isEqualTo(code);
  }

  /** As text by one node and as JSON by another; the JSON stays in {@link #out}. */
  void expectBoth(int code, Cluster.Node text, Cluster.Node json, String... words)
      throws IOException {
    expect(code, text, words);
    assertThat(out).isNotEmpty().doesNotStartWith("{");
    List<String> more = new ArrayList<>(List.of(words));
    more.addAll(List.of("--output", "json"));
    expect(code, json, more.toArray(String[]::new));
    requireJson();
  }

  /** What was printed last is one JSON object. */
  void requireJson() throws IOException {
    requireJson(out);
  }

  static void requireJson(String text) throws IOException {
    assertThat(text).startsWith("{");
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      parser.nextToken();
      parser.skipChildren();
      assertThat(parser.nextToken()).isNull();
    }
  }

  String out() {
    return out;
  }

  String err() {
    return err;
  }

  /** What was printed last as one line, however it was wrapped. */
  String joined() {
    return out.replaceAll("\\s+", " ");
  }
}
