package io.ringtail.cli.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who asks for a change, for the audit line of the node that makes it. */
final class Actor {
  private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
  private static final String UNKNOWN = "unknown";

  private Actor() {}

  /** {@code user@host}; not proved by anything. */
  static String ofProcess() {
    return System.getProperty("user.name", UNKNOWN) + "@" + host();
  }

  /** Not by the resolver, which may take seconds. */
  private static String host() {
    try {
      return Files.readString(HOSTNAME).strip();
    } catch (IOException e) {
      return System.getenv().getOrDefault("HOSTNAME", UNKNOWN);
    }
  }
}
