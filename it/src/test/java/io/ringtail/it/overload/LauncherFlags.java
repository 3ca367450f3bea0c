package io.ringtail.it.overload;

import io.ringtail.memory.JvmMemory;
import io.ringtail.memory.MemoryLimits;
import java.nio.file.Path;
import java.util.List;

/** The JVM flags of a node: those of scripts/ringtail and the image, which name no size. */
final class LauncherFlags {
  private static final Path FILE = Path.of("..", "scripts", "jvm.flags");
  private static final long MIB = 1 << 20;
  private static final int HEAP_PERCENT = 33;
  private static final long NEVER_BINDS = 1L << 40;

  private LauncherFlags() {}

  /** In a control group of any size. */
  static List<String> inGroup() {
    return List.of("-XX:Flags=" + FILE.toAbsolutePath().normalize());
  }

  /** Where there is no group: the sizes that come of the others in one of so much. */
  static List<String> asIfIn(int mib) {
    int processors = Runtime.getRuntime().availableProcessors();
    long heap = mib * MIB * HEAP_PERCENT / 100;
    MemoryLimits limits = new JvmMemory(mib * MIB, heap, NEVER_BINDS, false, processors).limits();
    return List.of(
        "-XX:Flags=" + FILE.toAbsolutePath().normalize(),
        "-Xmx" + heap / MIB + "m",
        "-XX:MaxDirectMemorySize=" + limits.directBytes() / MIB + "m");
  }
}
