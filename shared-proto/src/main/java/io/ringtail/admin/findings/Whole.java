package io.ringtail.admin.findings;

import static io.ringtail.admin.findings.Code.NODE_SILENT;
import static io.ringtail.admin.findings.Code.NO_ROUTERS;
import static io.ringtail.admin.findings.Code.NO_SAMPLERS;
import static io.ringtail.admin.findings.Code.TOO_FEW_SAMPLERS;
import static io.ringtail.admin.findings.Code.VERSIONS_DIFFER;

import io.ringtail.admin.v1.Member;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Role;
import io.ringtail.admin.v1.Severity;
import io.ringtail.wording.Counted;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Who is there, who is not, who does not answer, and what they run. */
final class Whole {
  private Whole() {}

  static void check(Gathered all, Found found) {
    tiers(all, found);
    minority(all, found);
    silent(all, found);
    versions(all, found);
  }

  private static void tiers(Gathered all, Found found) {
    if (!all.status().hasEpoch()) {
      return; // Epochs tells it: who is there is not known then
    }
    if (all.activeSamplers().isEmpty()) {
      found.add(
          Severity.CRITICAL,
          NO_SAMPLERS,
          List.of(),
          "No sampler is active: routers refuse all spans, retryable.",
          "Start samplers with the same cluster.name, or see in their logs what keeps them from"
              + " becoming active.");
    }
    if (all.members(Role.ROUTER) == 0) {
      found.add(
          Severity.CRITICAL,
          NO_ROUTERS,
          List.of(),
          "No router is in the cluster: nobody takes spans from senders.",
          "Start routers with the same cluster.name, or see in their logs why they do not find the"
              + " samplers.");
    }
  }

  private static void minority(Gathered all, Found found) {
    List<NodeStatus> limited =
        Words.worstFirst(all.answers(n -> n.getMinSamplers() > 0), NodeStatus::getMinSamplers);
    int active = all.activeSamplers().size();
    List<NodeStatus> stopped = limited.stream().filter(n -> n.getMinSamplers() > active).toList();
    if (stopped.isEmpty()) {
      return;
    }
    found.add(
        Severity.CRITICAL,
        TOO_FEW_SAMPLERS,
        Gathered.ids(stopped),
        Counted.of(active, "sampler")
            + (active == 1 ? " is" : " are")
            + " active, fewer than the "
            + stopped.get(0).getMinSamplers()
            + " of cluster.min-samplers: routers refuse all spans and samplers decide nothing.",
        "Bring the missing samplers back; if they run, this is the smaller side of a partition:"
            + " mend the network; if there are to be fewer, lower cluster.min-samplers on all"
            + " nodes.");
  }

  private static void silent(Gathered all, Found found) {
    Map<Boolean, List<NodeAnswer>> bySeverity =
        all.silent().stream()
            .collect(Collectors.partitioningBy(n -> isActiveSampler(n.getMember())));
    silentSamplers(bySeverity.getOrDefault(true, List.of()), found);
    silentOthers(bySeverity.getOrDefault(false, List.of()), found);
  }

  private static boolean isActiveSampler(Member member) {
    return member.getRole() == Role.SAMPLER && member.getState() == MemberState.ACTIVE;
  }

  private static void silentSamplers(List<NodeAnswer> silent, Found found) {
    if (silent.isEmpty()) {
      return;
    }
    double share = silent.stream().mapToDouble(n -> n.getMember().getSlotShare()).sum();
    found.add(
        Severity.CRITICAL,
        NODE_SILENT,
        ids(silent),
        doNotAnswer(silent)
            + "; what comes for "
            + Words.percent(share)
            + " of all traces may wait and be refused.",
        "If a process is dead, the others go on without it within 5 s and replay its traces; if"
            + " this stays, the process stands still: see its log, CPU and memory, or restart it.");
  }

  private static void silentOthers(List<NodeAnswer> silent, Found found) {
    if (silent.isEmpty()) {
      return;
    }
    found.add(
        Severity.WARNING,
        NODE_SILENT,
        ids(silent),
        doNotAnswer(silent) + ".",
        "One that stops is gone in a few seconds; if this stays, see whether the process stands"
            + " still and whether the admin port is reached from the other nodes.");
  }

  private static List<String> ids(List<NodeAnswer> nodes) {
    return nodes.stream().map(n -> n.getMember().getNodeId()).toList();
  }

  private static String doNotAnswer(List<NodeAnswer> silent) {
    NodeAnswer first = silent.get(0);
    String why = first.getNoAnswer().isEmpty() ? "no reason given" : first.getNoAnswer();
    return Words.names(ids(silent))
        + (silent.size() == 1
            ? " does not answer (" + why + ")"
            : " do not answer (" + first.getMember().getNodeId() + ": " + why + ")");
  }

  private static void versions(Gathered all, Found found) {
    Map<String, List<NodeStatus>> byVersion =
        all.answers().stream()
            .collect(Collectors.groupingBy(Whole::version, TreeMap::new, Collectors.toList()));
    if (byVersion.size() < 2) {
      return;
    }
    String versions =
        byVersion.entrySet().stream()
            .map(e -> e.getKey() + " on " + Words.names(Gathered.ids(e.getValue())))
            .collect(Collectors.joining(", "));
    found.add(
        Severity.NOTICE,
        VERSIONS_DIFFER,
        List.of(),
        "Nodes run " + byVersion.size() + " versions: " + versions + ".",
        "Right while a rolling update is under way: they speak the lower protocol version;"
            + " otherwise bring all to one version.");
  }

  private static String version(NodeStatus node) {
    return node.getVersion() + " (protocol " + node.getProtocolVersion() + ")";
  }
}
