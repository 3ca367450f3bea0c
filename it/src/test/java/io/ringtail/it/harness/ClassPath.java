package io.ringtail.it.harness;

import io.ringtail.cli.Ringtail;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What the processes of tests find their classes by. The command's, in a JVM that is to start soon,
 * are mapped from an archive (class-data sharing) that the first of them makes: a sampler is ready
 * after 1.4 s of CPU instead of 2.5, and the tests start some sixty. Java 17 archives jars alone,
 * so there is none while a module's classes are those of its directory, as before {@code package}.
 * Threads: any, of any JVM.
 */
final class ClassPath {
  private static final String COMMAND = Ringtail.class.getName();
  private static final String SMALL = "-XX:TieredStopAtLevel=1";
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final List<String> ALL =
      List.of(System.getProperty("java.class.path").split(File.pathSeparator));
  private static final List<String> JARS =
      ALL.stream().filter(entry -> entry.endsWith(".jar")).toList();

  private ClassPath() {}

  /** JVM flags: the class path of a main class, and the archive if one is for it. */
  static List<String> flags(String mainClass, List<String> jvmFlags) throws IOException {
    if (!mainClass.equals(COMMAND) || !startsSoon(jvmFlags) || !modulesAreJars()) {
      return List.of("-cp", String.join(File.pathSeparator, ALL));
    }
    return List.of(
        "-XX:SharedArchiveFile=" + archive(),
        "-Xlog:disable", // a JVM that cannot use it says nothing of it on stdout
        "-cp",
        jars());
  }

  private static String jars() {
    return String.join(File.pathSeparator, JARS);
  }

  /** Flags of the launcher, which names no small JVM, are those of tests of memory. */
  private static boolean startsSoon(List<String> jvmFlags) {
    return jvmFlags.contains(SMALL)
        && jvmFlags.stream().noneMatch(flag -> flag.startsWith("-XX:Flags="));
  }

  private static boolean modulesAreJars() {
    return ALL.stream().allMatch(entry -> entry.endsWith(".jar") || isOfTests(entry));
  }

  private static boolean isOfTests(String entry) {
    return Path.of(entry).toAbsolutePath().startsWith(TARGET);
  }

  private static synchronized Path archive() throws IOException {
    Path archive = TARGET.resolve("command-" + Integer.toHexString(state()) + ".jsa");
    try (FileChannel file =
            FileChannel.open(
                TARGET.resolve("command.jsa.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      if (lock.isValid() && !Files.exists(archive)) {
        makeUninterrupted(archive);
      }
    }
    return archive;
  }

  /** Differs if any jar does, and by JVM. */
  private static int state() throws IOException {
    List<Object> state = new ArrayList<>(List.of(System.getProperty("java.vm.version")));
    for (String jar : JARS) {
      Path path = Path.of(jar);
      state.add(jar);
      state.add(Files.size(path));
      state.add(Files.getLastModifiedTime(path));
    }
    return Objects.hash(state);
  }

  private static void makeUninterrupted(Path archive) throws IOException {
    try {
      make(archive);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("making " + archive);
    }
  }

  /** Of all that a router and a sampler have loaded by the time they are ready, and to end. */
  private static void make(Path archive) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory(TARGET, "command-jsa");
    Path made = directory.resolve("made.jsa");
    List<String> words =
        List.of(
            "-XX:ArchiveClassesAtExit=" + made,
            "-Xmx256m",
            "-XX:+UseSerialGC",
            SMALL,
            "-cp",
            jars(),
            COMMAND,
            "dev",
            "--samplers=1",
            "--grpc-port=0",
            "--http-port=0",
            "--admin-port=0");
    try (JavaProcess dev = JavaProcess.startJava("dev", directory, List.of(), words)) {
      dev.awaitLine("ready", LIMIT);
      int code = dev.terminate(LIMIT);
      if (code != 0) {
        throw new AssertionError("exit code " + code + ":\n" + dev.log());
      }
    }
    Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
  }
}
