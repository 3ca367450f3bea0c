package io.ringtail.admin.findings;

import io.ringtail.admin.v1.MemoryStatus;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Severity;
import java.util.List;

/** Memory of the process against what it may have. */
final class Memory {
  private Memory() {}

  static void check(Gathered all, Found found) {
    resident(all, found);
    direct(all, found);
  }

  private static void resident(Gathered all, Found found) {
    List<NodeStatus> nodes =
        Words.worstFirst(
            all.answers(n -> ofLimit(n) >= Thresholds.MEMORY_NEAR_LIMIT), Memory::ofLimit);
    if (nodes.isEmpty()) {
      return;
    }
    MemoryStatus worst = nodes.get(0).getMemory();
    found.add(
        Severity.WARNING,
        Code.MEMORY_NEAR_LIMIT,
        Gathered.ids(nodes),
        nodes.get(0).getNodeId()
            + " takes "
            + Words.bytes(worst.getResidentBytes())
            + " of the "
            + Words.bytes(worst.getLimitBytes())
            + " its container may have"
            + Words.likewise(nodes)
            + ": over it the kernel ends the process.",
        "Raise the memory limit, or give the JVM less of it: let Ringtail derive heap and budgets from"
            + " the limit instead of setting -Xmx yourself.");
  }

  private static double ofLimit(NodeStatus node) {
    MemoryStatus memory = node.getMemory();
    return memory.getLimitBytes() == 0
        ? 0
        : (double) memory.getResidentBytes() / memory.getLimitBytes();
  }

  private static void direct(Gathered all, Found found) {
    List<NodeStatus> nodes =
        Words.worstFirst(
            all.answers(n -> ofDirect(n) >= Thresholds.MEMORY_NEAR_LIMIT), Memory::ofDirect);
    if (nodes.isEmpty()) {
      return;
    }
    found.add(
        Severity.WARNING,
        Code.MEMORY_NEAR_LIMIT,
        Gathered.ids(nodes),
        nodes.get(0).getNodeId()
            + " has taken "
            + Words.bytes(nodes.get(0).getMemory().getDirectBytes())
            + " of memory outside the heap"
            + Words.likewise(nodes)
            + ": at the limit connections are closed and parts refused.",
        "Raise -XX:MaxDirectMemorySize with the memory limit, or add nodes of this tier.");
  }

  private static double ofDirect(NodeStatus node) {
    return Words.share(node.getMemory().getDirectBytes());
  }
}
