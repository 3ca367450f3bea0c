package io.ringtail.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A memory-limited control group of the test's own, version 1 or 2. A process that goes over it is
 * killed by the kernel, so staying alive is the proof. Needs root and a writable hierarchy.
 */
public final class MemoryGroup implements AutoCloseable {
  private static final Path V1 = Path.of("/sys/fs/cgroup/memory");
  private static final Path V2 = Path.of("/sys/fs/cgroup");

  private final Path group;
  private final boolean v1;

  private MemoryGroup(Path group, boolean v1) {
    this.group = group;
    this.v1 = v1;
  }

  /** Whether this machine lets us make one. */
  public static boolean available() {
    try (MemoryGroup probe = create("probe", 64 << 20)) {
      return Files.exists(probe.group);
    } catch (IOException e) {
      return false;
    }
  }

  public static MemoryGroup create(String name, long limitBytes) throws IOException {
    boolean v1 = Files.isDirectory(V1);
    Path group =
        (v1 ? V1 : V2).resolve("ringtail-it-" + ProcessHandle.current().pid() + "-" + name);
    Files.createDirectory(group);
    MemoryGroup made = new MemoryGroup(group, v1);
    try {
      Files.writeString(
          group.resolve(v1 ? "memory.limit_in_bytes" : "memory.max"), Long.toString(limitBytes));
    } catch (IOException e) {
      made.close();
      throw e;
    }
    return made;
  }

  /** Words to put before a command so that it runs in this group. */
  public List<String> prefix() {
    return List.of(
        "sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + " && exec \"$@\"", "sh");
  }

  /** Most memory the group has used, page cache included. */
  public long peakBytes() throws IOException {
    return Long.parseLong(
        Files.readString(group.resolve(v1 ? "memory.max_usage_in_bytes" : "memory.peak")).trim());
  }

  /** How many processes the kernel has killed for going over the limit. */
  public long kills() throws IOException {
    return Files.readAllLines(group.resolve(v1 ? "memory.oom_control" : "memory.events")).stream()
        .filter(line -> line.startsWith("oom_kill "))
        .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length()).trim()))
        .sum();
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(group);
  }
}
