package io.ringtail.admin.findings;

import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.admin.v1.Severity;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was refused or lost within the last minute, by reason. */
final class Traffic {
  /** By what was sent: it would be refused, or dropped by a limit as configured, at any time. */
  private static final Set<String> REJECTED =
      Set.of(
          "malformed",
          "too_large",
          "unsupported",
          "bad_request",
          "invalid_id",
          "rejected",
          "abandoned");

  /** What starts and stops bring: the sender comes again and is taken. */
  private static final Set<String> IN_PASSING =
      Set.of("not_ready", "not_owner", "stopping", "withdrawn");

  private static final Map<String, String> REMEDIES =
      Map.of(
          "busy",
              "Routers are full: see what is told of samplers and backend here; else add routers.",
          "timed_out",
              "Samplers do not take their parts in time: see what is told of them and of links here,"
                  + " or add samplers.",
          "bytes", "Samplers' buffers are full: add samplers, or shorten decision_wait.",
          "memory", "Samplers' memory is full: raise their memory limit, or add samplers.",
          "queue", "Samplers' CPUs cannot keep up: add samplers or CPU.",
          "num_traces", "Raise tail_sampling.num_traces, or turn block_on_overflow off.",
          "held",
              "Passes when slots have moved; if it is frequent, samplers' buffers are too small.",
          "failed", "This is a bug or want of memory: see the nodes' logs.");

  private Traffic() {}

  static void check(Gathered all, Found found) {
    refusals(all, found);
    rejected(all, found);
    losses(all, found);
  }

  private static void refusals(Gathered all, Found found) {
    Function<NodeStatus, List<ReasonCount>> refusals = NodeStatus::getRefusalsList;
    Predicate<String> ours = reason -> !REJECTED.contains(reason);
    Map<String, Long> byReason = lastMinute(all, refusals, ours);
    if (byReason.isEmpty()) {
      return;
    }
    boolean passing = byReason.keySet().stream().allMatch(k -> IN_PASSING.contains(reasonOf(k)));
    String remedy =
        byReason.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(e -> reasonOf(e.getKey()))
            .filter(REMEDIES::containsKey)
            .findFirst()
            .map(REMEDIES::get)
            .orElse(
                passing
                    ? "Nodes that start or stop do this for moments; if it stays, see which are not ready."
                    : "See what else is told here, and the logs of these nodes.");
    found.add(
        passing ? Severity.WARNING : Severity.CRITICAL,
        Code.REFUSALS,
        nodes(all, refusals, ours),
        "Refused in the last minute, to be sent again by their senders: " + listed(byReason) + ".",
        remedy);
  }

  private static void rejected(Gathered all, Found found) {
    Function<NodeStatus, List<ReasonCount>> both =
        n -> Stream.concat(n.getRefusalsList().stream(), n.getLossesList().stream()).toList();
    Map<String, Long> byReason = lastMinute(all, both, REJECTED::contains);
    if (byReason.isEmpty()) {
      return;
    }
    found.add(
        Severity.WARNING,
        Code.REQUESTS_REJECTED,
        nodes(all, both, REJECTED::contains),
        "Rejected for good in the last minute: " + listed(byReason) + ".",
        "Some sender sends what cannot be taken; the routers' answers and logs say what is wrong with"
            + " it.");
  }

  private static void losses(Gathered all, Found found) {
    Function<NodeStatus, List<ReasonCount>> losses = NodeStatus::getLossesList;
    Predicate<String> ours = reason -> !REJECTED.contains(reason);
    Map<String, Long> byReason = lastMinute(all, losses, ours);
    if (byReason.isEmpty()) {
      return;
    }
    found.add(
        Severity.CRITICAL,
        Code.LOSSES,
        nodes(all, losses, ours),
        "Lost in the last minute: " + listed(byReason) + ".",
        "The logs of these nodes tell the first of each kind; docs/metrics.md explains the reasons.");
  }

  /** By {@code reason unit}, those that happened. */
  private static Map<String, Long> lastMinute(
      Gathered all, Function<NodeStatus, List<ReasonCount>> counts, Predicate<String> which) {
    Map<String, Long> sums = new TreeMap<>();
    for (NodeStatus node : all.answers()) {
      for (ReasonCount count : counts.apply(node)) {
        if (count.getLastMinute() > 0 && which.test(count.getReason())) {
          sums.merge(count.getReason() + " " + count.getUnit(), count.getLastMinute(), Long::sum);
        }
      }
    }
    return sums;
  }

  private static String reasonOf(String key) {
    return key.substring(0, key.indexOf(' '));
  }

  private static List<String> nodes(
      Gathered all, Function<NodeStatus, List<ReasonCount>> counts, Predicate<String> which) {
    return all.answers().stream()
        .filter(
            n ->
                counts.apply(n).stream()
                    .anyMatch(c -> c.getLastMinute() > 0 && which.test(c.getReason())))
        .map(NodeStatus::getNodeId)
        .toList();
  }

  /** {@code 120 requests (busy), 3 parts (bytes)}. */
  private static String listed(Map<String, Long> byReason) {
    return byReason.entrySet().stream()
        .map(
            e ->
                Words.number(e.getValue())
                    + e.getKey().substring(e.getKey().indexOf(' '))
                    + " ("
                    + reasonOf(e.getKey())
                    + ")")
        .collect(Collectors.joining(", "));
  }
}
