package io.ringtail.admin.report;

import com.sun.management.OperatingSystemMXBean;
import io.netty.util.internal.PlatformDependent;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.MemoryStatus;
import io.ringtail.memory.MemoryLimits;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the process takes of memory, and of what. Threads: any. */
public final class ProcessMemory {
  private static final Path SELF = Path.of("/proc/self/status");
  private static final Path MACHINE = Path.of("/proc/meminfo");
  private static final Pattern KIB = Pattern.compile("\\s+(\\d+) kB");
  private static final int KIB_SHIFT = 10;

  private ProcessMemory() {}

  public static MemoryStatus status() {
    Runtime jvm = Runtime.getRuntime();
    return MemoryStatus.newBuilder()
        .setHeapBytes(
            Level.newBuilder()
                .setUsed(jvm.totalMemory() - jvm.freeMemory())
                .setCapacity(jvm.maxMemory()))
        .setDirectBytes(
            Level.newBuilder()
                .setUsed(MemoryLimits.directInUse())
                .setCapacity(PlatformDependent.estimateMaxDirectMemory()))
        .setResidentBytes(bytes(SELF, "VmRSS:"))
        .setLimitBytes(limit())
        .build();
  }

  /** The JVM knows the control group's; where there is none it tells all that the machine has. */
  private static long limit() {
    long total =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os
            ? os.getTotalMemorySize()
            : 0;
    long machine = bytes(MACHINE, "MemTotal:");
    return total < machine ? total : 0;
  }

  /** A line of a file in /proc; 0 if there is none. */
  private static long bytes(Path file, String key) {
    try {
      for (String line : Files.readAllLines(file)) {
        Matcher value = KIB.matcher(line);
        if (line.startsWith(key) && value.find()) {
          return Long.parseLong(value.group(1)) << KIB_SHIFT;
        }
      }
    } catch (IOException e) {
      return 0; // not Linux, or no /proc
    }
    return 0;
  }
}
