package io.ringtail.it.overload;

import java.util.List;

/** The memory that scripts/ringtail gives a node on a machine of so much. */
final class LauncherFlags {
  private LauncherFlags() {}

  static List<String> router(int mib) {
    return flags(mib / 2, mib / 4);
  }

  static List<String> sampler(int mib) {
    return flags(mib / 4, mib / 2);
  }

  private static List<String> flags(int heapMib, int directMib) {
    return List.of(
        "-XX:+UseG1GC",
        "-Xmx" + heapMib + "m",
        "-XX:MaxDirectMemorySize=" + directMib + "m",
        "-XX:+ExitOnOutOfMemoryError");
  }
}
