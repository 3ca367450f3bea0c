package io.ringtail.it.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One JVM running a main class from this class path. Its stdout is read line by line, its stderr
 * goes to a file. Ended by its own process id only. Threads: the owner's.
 */
public final class JavaProcess implements AutoCloseable {
  private static final long CLOCK_TICKS_PER_SECOND = 100;

  private final String name;
  private final Process process;
  private final Path stderr;
  private final Thread reader;
  private final BlockingQueue<String> stdout = new LinkedBlockingQueue<>();

  private JavaProcess(String name, Process process, Path stderr) {
    this.name = name;
    this.process = process;
    this.stderr = stderr;
    reader = new Thread(this::readStdout, name + "-stdout");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts {@code mainClass}.
   *
   * @param jvmFlags heap size and the like
   * @param prefix words put before the java command, such as a control-group wrapper; may be empty
   */
  public static JavaProcess start(
      String name,
      Path directory,
      List<String> prefix,
      List<String> jvmFlags,
      String mainClass,
      List<String> arguments)
      throws IOException {
    List<String> words = new ArrayList<>(jvmFlags);
    words.addAll(ClassPath.flags(mainClass, jvmFlags));
    words.add(mainClass);
    words.addAll(arguments);
    return startJava(name, directory, prefix, words);
  }

  /** Starts a JVM with these words after those that any gets. */
  static JavaProcess startJava(String name, Path directory, List<String> prefix, List<String> words)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(javaCommand());
    command.addAll(launcherFlags());
    command.addAll(words);
    Path stderr = directory.resolve(name + ".err");
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(stderr.toFile()))
            .start();
    return new JavaProcess(name, process, stderr);
  }

  /**
   * As scripts/ringtail sets them: without, Netty on a JDK of 24 or later does not use Unsafe, and
   * each buffer it gives back stops all threads for a moment.
   */
  private static List<String> launcherFlags() {
    return Runtime.version().feature() < 24
        ? List.of()
        : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
  }

  private static String javaCommand() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private void readStdout() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        stdout.add(line);
      }
    } catch (IOException e) {
      stdout.add("stdout closed: " + e.getMessage());
    }
  }

  /**
   * Waits for a line of stdout that contains {@code text}; fails with the log if it does not come.
   */
  public String awaitLine(String text, Duration timeout) throws InterruptedException {
    List<String> lines = linesUntil(text, timeout);
    return lines.get(lines.size() - 1);
  }

  /** As {@link #awaitLine}: the lines up to and with that one that have not been read yet. */
  public List<String> linesUntil(String text, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    List<String> lines = new ArrayList<>();
    while (true) {
      boolean mayCome = reader.isAlive();
      String line = stdout.poll(100, TimeUnit.MILLISECONDS);
      if (line != null) {
        lines.add(line);
      }
      if (line != null && line.contains(text)) {
        return lines;
      }
      if (line == null && (System.nanoTime() >= deadline || !mayCome)) {
        throw new AssertionError(
            name + ": no line with \"" + text + "\" within " + timeout + "; stderr:\n" + log());
      }
    }
  }

  /** What it has written to stderr so far. */
  public String log() {
    try {
      return Files.readString(stderr);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** CPU time used so far, user and system, from the operating system. */
  public double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12]))
        / (double) CLOCK_TICKS_PER_SECOND;
  }

  public long residentBytes() throws IOException {
    return statusKilobytes("VmRSS:") * 1024;
  }

  public long peakResidentBytes() throws IOException {
    return statusKilobytes("VmHWM:") * 1024;
  }

  private long statusKilobytes(String key) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.substring(key.length()).replace("kB", "").trim());
      }
    }
    throw new IOException("no " + key + " for " + name);
  }

  /** The lines of stdout that have not been read yet, of a process that has ended. */
  public List<String> lastLines() throws InterruptedException {
    reader.join();
    List<String> lines = new ArrayList<>();
    stdout.drainTo(lines);
    return lines;
  }

  /** Sends SIGINT, as Ctrl-C does, and waits; the exit code. */
  public int interrupt(Duration timeout) throws IOException, InterruptedException {
    signal("INT");
    return awaitExit(timeout);
  }

  /** Sends a signal by its name, such as {@code STOP} and {@code CONT}. */
  public void signal(String signal) throws IOException, InterruptedException {
    String[] kill = {"kill", "-" + signal, String.valueOf(pid())};
    int exit = new ProcessBuilder(kill).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new AssertionError(String.join(" ", kill) + ": exit code " + exit);
    }
  }

  /** Sends SIGTERM and waits; the exit code. */
  public int terminate(Duration timeout) throws InterruptedException {
    process.toHandle().destroy(); // Process.destroy would close its stdout too
    return awaitExit(timeout);
  }

  public int awaitExit(Duration timeout) throws InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(name + ": still running after " + timeout + "; stderr:\n" + log());
    }
    return process.exitValue();
  }

  /** {@code kill -9}. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
