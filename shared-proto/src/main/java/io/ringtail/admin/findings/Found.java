package io.ringtail.admin.findings;

import io.ringtail.admin.v1.Finding;
import io.ringtail.admin.v1.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the checks have found so far. */
final class Found {
  private record Entry(Code code, Finding finding) {}

  private static final Comparator<Entry> WORST_FIRST =
      Comparator.comparingInt((Entry e) -> -e.finding().getSeverityValue())
          .thenComparing(Entry::code)
          .thenComparing(e -> e.finding().getNodesCount() == 0 ? "" : e.finding().getNodes(0));

  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> named = new HashSet<>();

  /**
   * @param nodes ids, the worst first; empty: the cluster
   * @param cause one sentence
   * @param remedy one sentence
   */
  void add(Severity severity, Code code, List<String> nodes, String cause, String remedy) {
    named.addAll(nodes);
    entries.add(
        new Entry(
            code,
            Finding.newBuilder()
                .setSeverity(severity)
                .setCode(code.text())
                .addAllNodes(nodes)
                .setCause(cause)
                .setRemedy(remedy)
                .build()));
  }

  /** Whether some finding so far is about this node. */
  boolean names(String node) {
    return named.contains(node);
  }

  List<Finding> worstFirst() {
    return entries.stream().sorted(WORST_FIRST).map(Entry::finding).toList();
  }
}
