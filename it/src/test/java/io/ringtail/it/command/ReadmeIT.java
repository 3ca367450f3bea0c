package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs what README says to type. A comment before a fenced block says what it is: {@code file:
 * NAME} is written beside the scripts, {@code run} must exit 0, {@code run: until ready} must print
 * {@code ready} and then exit 0 on SIGTERM; the latter is given free ports.
 */
class ReadmeIT {
  private static final Pattern BLOCK =
      Pattern.compile("<!-- (file|run)(?:: ([^>]*?))? -->\n```\\w+\n(.*?)```", Pattern.DOTALL);
  private static final long TIMEOUT_SECONDS = 120;

  @TempDir private Path directory;

  private record Block(String kind, String argument, String text) {}

  @Test
  void readme_markedBlocks_doWhatTheySay() throws Exception {
    Path top = Path.of("..").toRealPath();
    Files.createSymbolicLink(directory.resolve("scripts"), top.resolve("scripts"));
    List<Block> blocks = blocks(Files.readString(top.resolve("README.md")));
    for (Block block : blocks) {
      if (block.kind().equals("file")) {
        Files.writeString(directory.resolve(block.argument()), block.text());
      }
    }
    int commands = 0;
    for (Block block : blocks) {
      if (block.kind().equals("run")) {
        for (String line : block.text().lines().toList()) {
          commands++;
          run(line, block.argument().equals("until ready"));
        }
      }
    }
    assertThat(commands).isGreaterThanOrEqualTo(3);
  }

  private static List<Block> blocks(String readme) {
    List<Block> blocks = new ArrayList<>();
    Matcher m = BLOCK.matcher(readme);
    while (m.find()) {
      blocks.add(new Block(m.group(1), m.group(2) == null ? "" : m.group(2), m.group(3)));
    }
    return blocks;
  }

  private void run(String line, boolean untilReady) throws IOException, InterruptedException {
    String command = untilReady ? line + " --grpc-port 0 --http-port 0" : line;
    Path stderr = directory.resolve("stderr");
    Process process =
        new ProcessBuilder("bash", "-c", "exec " + command)
            .directory(directory.toFile())
            .redirectError(stderr.toFile())
            .start();
    try (BufferedReader stdout = process.inputReader(StandardCharsets.UTF_8)) {
      if (untilReady) {
        awaitReady(command, stdout, stderr);
        process.toHandle().destroy();
      } else {
        stdout.transferTo(Writer.nullWriter());
      }
      assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as(command).isTrue();
      assertThat(process.exitValue()).as(command + "\n" + Files.readString(stderr)).isEqualTo(0);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void awaitReady(String command, BufferedReader stdout, Path stderr)
      throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(TIMEOUT_SECONDS).toNanos();
    String line = stdout.readLine();
    while (line != null && !line.equals("ready") && System.nanoTime() < deadline) {
      line = stdout.readLine();
    }
    if (line == null || !line.equals("ready")) {
      fail(command + ": not ready\n" + Files.readString(stderr));
    }
  }
}
