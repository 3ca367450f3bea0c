package io.ringtail.it.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.MemoryGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A {@link MemoryGroup} a node where that is allowed; elsewhere nodes run without a limit. */
final class MemoryGroups implements AutoCloseable {
  private final long limitBytes;
  private final boolean allowed = MemoryGroup.available();
  private final Map<String, MemoryGroup> groups = new TreeMap<>();

  MemoryGroups(int limitMib) {
    limitBytes = (long) limitMib << 20;
  }

  /** What to put before the command of that node. */
  List<String> prefix(String node) {
    if (!allowed) {
      return List.of();
    }
    try {
      MemoryGroup group = MemoryGroup.create(node, limitBytes);
      groups.put(node, group);
      return group.prefix();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Page cache counts too and may well be at the limit; who needs more than that is killed. */
  void assertWithinLimit() throws IOException {
    for (Map.Entry<String, MemoryGroup> group : groups.entrySet()) {
      long peak = group.getValue().peakBytes();
      System.out.printf("%s: peak %d MiB of %d%n", group.getKey(), peak >> 20, limitBytes >> 20);
      assertThat(group.getValue().kills()).as("killed in " + group.getKey()).isZero();
      assertThat(peak).as("memory of " + group.getKey()).isLessThanOrEqualTo(limitBytes);
    }
  }

  /** Once the nodes have been ended: a group goes when its last process has. */
  @Override
  public void close() {
    for (MemoryGroup group : groups.values()) {
      await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> closed(group));
    }
  }

  private static boolean closed(MemoryGroup group) throws IOException {
    group.close();
    return true;
  }
}
