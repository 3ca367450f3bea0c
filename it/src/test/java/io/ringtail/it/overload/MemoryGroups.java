package io.ringtail.it.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.MemoryGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A {@link MemoryGroup} a node where that is allowed, which is all that says how much it may take;
 * elsewhere nodes run without a limit, with the same sizes as flags.
 */
final class MemoryGroups implements AutoCloseable {
  private static final int MIB_SHIFT = 20;

  private final int routerMib;
  private final int samplerMib;
  private final boolean allowed = MemoryGroup.available();
  private final Map<String, MemoryGroup> groups = new TreeMap<>();

  MemoryGroups(int routerMib, int samplerMib) {
    this.routerMib = routerMib;
    this.samplerMib = samplerMib;
  }

  List<String> routerFlags() {
    return allowed ? LauncherFlags.inGroup() : LauncherFlags.asIfIn(routerMib);
  }

  List<String> samplerFlags() {
    return allowed ? LauncherFlags.inGroup() : LauncherFlags.asIfIn(samplerMib);
  }

  private long limitMib(String node) {
    return node.startsWith("router") ? routerMib : samplerMib;
  }

  /** What to put before the command of that node; the image sets the variable too. */
  List<String> prefix(String node) {
    if (!allowed) {
      return List.of();
    }
    try {
      MemoryGroup group = MemoryGroup.create(node, limitMib(node) << MIB_SHIFT);
      groups.put(node, group);
      List<String> words = new ArrayList<>(group.prefix());
      words.addAll(List.of("env", "MALLOC_ARENA_MAX=2"));
      return words;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Prints what each of these has taken, and holds it against its plan. */
  void assertAsPlanned(String phase, List<Cluster.Node> nodes)
      throws IOException, InterruptedException {
    for (Cluster.Node node : nodes) {
      String name = node.process().name();
      Cluster.Scrape metrics = node.metrics();
      double direct = metrics.sum("ringtail_direct_memory_bytes");
      double planned = metrics.sum("ringtail_direct_memory_limit_bytes");
      System.out.printf(
          "%s: %s: heap %.0f of %.0f, direct %.0f of %.0f, resident %d (most %d), limit %d MiB%n",
          phase,
          name,
          mib(metrics.sum("jvm_memory_used_bytes", "area=\"heap\"")),
          mib(metrics.sum("jvm_memory_max_bytes", "area=\"heap\"")),
          mib(direct),
          mib(planned),
          node.process().residentBytes() >> MIB_SHIFT,
          node.process().peakResidentBytes() >> MIB_SHIFT,
          limitMib(name));
      if (allowed) {
        assertThat(metrics.sum("ringtail_memory_limit_bytes"))
            .as("limit " + name + " knows of")
            .isEqualTo((double) (limitMib(name) << MIB_SHIFT));
      }
      assertThat(direct).as("direct memory of " + name).isBetween(1.0, planned);
      assertThat(node.process().peakResidentBytes() >> MIB_SHIFT)
          .as("resident memory of " + name)
          .isLessThanOrEqualTo(limitMib(name));
    }
  }

  private static double mib(double bytes) {
    return bytes / (1 << MIB_SHIFT);
  }

  /** Page cache counts too and may well be at the limit; who needs more than that is killed. */
  void assertWithinLimit() throws IOException {
    for (Map.Entry<String, MemoryGroup> group : groups.entrySet()) {
      long limitMib = limitMib(group.getKey());
      long peakMib = group.getValue().peakBytes() >> MIB_SHIFT;
      System.out.printf("%s: peak %d MiB of %d%n", group.getKey(), peakMib, limitMib);
      assertThat(group.getValue().kills()).as("killed in " + group.getKey()).isZero();
      assertThat(peakMib).as("memory of " + group.getKey()).isLessThanOrEqualTo(limitMib);
    }
  }

  /** Once the nodes have been ended: a group goes when its last process has. */
  @Override
  public void close() {
    for (MemoryGroup group : groups.values()) {
      await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> closed(group));
    }
  }

  private static boolean closed(MemoryGroup group) throws IOException {
    group.close();
    return true;
  }
}
