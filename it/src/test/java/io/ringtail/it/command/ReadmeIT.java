package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.ShellCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what README says to type. A comment before a fenced block says what it is:
 *
 * <ul>
 *   <li>{@code file: NAME} is written beside the scripts.
 *   <li>{@code run} must exit 0; with {@code run: shows A, B} each of these texts must be printed,
 *       by it or by what runs beside it.
 *   <li>{@code run: in every terminal} is typed before each of the others.
 *   <li>{@code run: until ready} starts each line; it must print {@code ready}. They run until the
 *       next such block, or the end, and must exit 0 on SIGTERM.
 * </ul>
 *
 * README's ports are replaced by free ones, {@code /tmp/ringtail} by a directory of the test's own;
 * the node that is asked if none is named, and a flag for JVMs, are told by the environment.
 */
class ReadmeIT {
  private static final Pattern BLOCK =
      Pattern.compile("<!-- (file|run)(?:: ([^>]*?))? -->\n```\\w+\n(.*?)```", Pattern.DOTALL);
  private static final Pattern PORT = Pattern.compile("\\b(4317|4318|4319|4320|4321|9464|9465)\\b");
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final String SHOWS = "shows ";
  private static final String EVERYWHERE = "in every terminal";

  /** JVMs that live for seconds: their second JIT compiler costs more than it gives. */
  private static final String SMALL = "-XX:TieredStopAtLevel=1";

  @TempDir private Path directory;

  private final Map<String, Integer> ports = new HashMap<>();
  private final Deque<ShellCommand> running = new ArrayDeque<>();
  private String first = "";

  private record Block(String kind, String argument, String text) {}

  @AfterEach
  void endAll() {
    running.forEach(ShellCommand::close);
  }

  @Test
  void readme_markedBlocks_doWhatTheySay() throws Exception {
    Path top = Path.of("..").toRealPath();
    Files.createSymbolicLink(directory.resolve("bin"), top.resolve("bin"));
    recording(directory.resolve("traces.jsonl.gz"));
    List<Block> blocks = blocks(Files.readString(top.resolve("README.md")));
    int commands = 0;
    first = here("export RINGTAIL_NODE=127.0.0.1:4320 RINGTAIL_OPTS=" + SMALL + "\n");
    for (Block block : blocks) {
      if (block.kind().equals("file")) {
        Files.writeString(directory.resolve(block.argument()), here(block.text()));
      } else if (block.argument().equals(EVERYWHERE)) {
        first += block.text();
      }
    }
    for (Block block : blocks) {
      if (block.kind().equals("run") && !block.argument().equals(EVERYWHERE)) {
        commands += run(block);
      }
    }
    stopAll();
    assertThat(commands).as("commands run").isGreaterThanOrEqualTo(13);
    assertThat(Files.readString(top.resolve("README.md"))).doesNotContain("scripts/ringtail");
  }

  private static List<Block> blocks(String readme) {
    List<Block> blocks = new ArrayList<>();
    Matcher m = BLOCK.matcher(readme);
    while (m.find()) {
      blocks.add(new Block(m.group(1), m.group(2) == null ? "" : m.group(2), m.group(3)));
    }
    return blocks;
  }

  /** The text with this test's ports and directory. */
  private String here(String text) {
    return PORT.matcher(text)
        .replaceAll(port -> String.valueOf(ports.computeIfAbsent(port.group(), ReadmeIT::freePort)))
        .replace("/tmp/ringtail", directory.resolve("cluster").toString());
  }

  private static int freePort(String insteadOf) {
    try {
      return Cluster.freePort();
    } catch (IOException e) {
      throw new AssertionError("a port instead of " + insteadOf, e);
    }
  }

  private int run(Block block) throws Exception {
    if (block.argument().equals("until ready")) {
      stopAll();
      List<String> lines = block.text().lines().toList();
      for (String line : lines) {
        start(line);
      }
      return lines.size();
    }
    List<String> lines = block.text().lines().filter(l -> l.startsWith("ringtail ")).toList();
    runOnce(block);
    return Math.max(1, lines.size());
  }

  /** Only {@code dev} listens where it does without being told. */
  private void start(String line) throws Exception {
    String ports = " --grpc-port 4317 --http-port 4318 --admin-port 4320";
    String command = line.contains(" dev") ? line + ports : line;
    ShellCommand node = ShellCommand.start(first + "exec env " + here(command), directory);
    running.push(node);
    node.awaitLine("ready"::equals, "ready", TIMEOUT);
  }

  private void runOnce(Block block) throws Exception {
    try (ShellCommand command =
        ShellCommand.start("set -e\n" + first + here(block.text()), directory)) {
      assertThat(command.awaitExit(TIMEOUT)).as(command.toString()).isEqualTo(0);
      if (block.argument().startsWith(SHOWS)) {
        List<ShellCommand> all = new ArrayList<>(running);
        all.add(command);
        Arrays.stream(block.argument().substring(SHOWS.length()).split(", "))
            .forEach(text -> ShellCommand.awaitIn(all, text, TIMEOUT));
      }
    }
  }

  private void stopAll() throws Exception {
    while (!running.isEmpty()) {
      ShellCommand node = running.pop();
      assertThat(node.terminate(TIMEOUT)).as(node.toString()).isEqualTo(0);
    }
  }

  /** Three traces of one span within two seconds, as a Collector's file exporter writes them. */
  private static void recording(Path file) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      lines
          .append("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"")
          .append("5b8efff798038103d269b633813fc60" + i)
          .append("\",\"spanId\":\"eee19b7ec3c1b174\",\"name\":\"recorded\",")
          .append("\"startTimeUnixNano\":\"170000000" + i + "000000000\",")
          .append("\"endTimeUnixNano\":\"170000000" + i + "100000000\"}]}]}]}\n");
    }
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
  }
}
