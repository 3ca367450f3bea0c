package io.ringtail.it.resize;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One process sees a wall clock that can be put forward while it runs, by libfaketime where that is
 * installed. All others are as in {@link Surroundings#PLAIN}.
 */
final class SteppedClock implements Surroundings {
  private static final List<Path> LIBRARIES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"));

  private final String process;
  private final Path clock;

  SteppedClock(String process, Path directory) throws IOException {
    this.process = process;
    Files.createDirectories(directory);
    this.clock = directory.resolve("clock");
    stepClock(Duration.ZERO);
  }

  static boolean available() {
    return LIBRARIES.stream().anyMatch(Files::exists);
  }

  @Override
  public String host(String name) {
    return PLAIN.host(name);
  }

  @Override
  public List<String> prefix(String name) {
    if (!name.equals(process)) {
      return List.of();
    }
    Path library = LIBRARIES.stream().filter(Files::exists).findFirst().orElseThrow();
    return List.of(
        "env",
        "LD_PRELOAD=" + library,
        "FAKETIME_TIMESTAMP_FILE=" + clock,
        "FAKETIME_CACHE_DURATION=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1");
  }

  @Override
  public void cut() throws IOException, InterruptedException {
    PLAIN.cut();
  }

  @Override
  public void heal() throws IOException, InterruptedException {
    PLAIN.heal();
  }

  @Override
  public void stepClock(Duration by) throws IOException {
    Files.writeString(clock, "+" + by.toSeconds() + "s\n");
  }

  @Override
  public void close() {}
}
