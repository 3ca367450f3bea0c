package io.ringtail.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A text given to bash, as someone types it; what it prints goes to two files. Ended by its own
 * process only: the text says {@code exec} if that is to be the command itself. Threads: one.
 */
public final class ShellCommand implements AutoCloseable {
  private static final long POLL_MILLIS = 50;

  private final String text;
  private final Process process;
  private final Path stdout;
  private final Path stderr;

  private ShellCommand(String text, Process process, Path stdout, Path stderr) {
    this.text = text;
    this.process = process;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /**
   * Starts it.
   *
   * @param directory to run in; the two files are made there
   */
  public static ShellCommand start(String text, Path directory) throws IOException {
    Path stdout = Files.createTempFile(directory, "stdout", "");
    Path stderr = Files.createTempFile(directory, "stderr", "");
    Process process =
        new ProcessBuilder("bash", "-c", text)
            .directory(directory.toFile())
            .redirectOutput(stdout.toFile())
            .redirectError(stderr.toFile())
            .start();
    process.getOutputStream().close();
    return new ShellCommand(text, process, stdout, stderr);
  }

  /**
   * Waits for a line on stdout; fails with all it has printed if that does not come.
   *
   * @param name of what is waited for, for the message
   */
  public void awaitLine(Predicate<String> wanted, String name, Duration timeout) {
    if (!await(() -> read(stdout).lines().anyMatch(wanted), process::isAlive, timeout)) {
      throw new AssertionError("no line \"" + name + "\" of " + this);
    }
  }

  /** Waits until one of them has printed {@code wanted}, on stdout. */
  public static void awaitIn(List<ShellCommand> commands, String wanted, Duration timeout) {
    BooleanSupplier printed =
        () -> commands.stream().anyMatch(command -> read(command.stdout).contains(wanted));
    if (!await(printed, () -> true, timeout)) {
      throw new AssertionError("nowhere \"" + wanted + "\" in " + commands);
    }
  }

  private static boolean await(BooleanSupplier done, BooleanSupplier mayCome, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (mayCome.getAsBoolean() && System.nanoTime() < deadline) {
      if (done.getAsBoolean()) {
        return true;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return done.getAsBoolean();
  }

  /** Of the bash that was started, and of what it has become by {@code exec}. */
  public long pid() {
    return process.pid();
  }

  /** Sends SIGTERM and waits; the exit code. */
  public int terminate(Duration timeout) throws InterruptedException {
    process.toHandle().destroy();
    return awaitExit(timeout);
  }

  /** Waits for the exit code. */
  public int awaitExit(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running after " + timeout + ": " + this);
    }
    return process.exitValue();
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was typed, and what has been printed so far. */
  @Override
  public String toString() {
    return text + "\n--- stdout\n" + read(stdout) + "--- stderr\n" + read(stderr);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
