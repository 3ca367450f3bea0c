package io.ringtail.admin.findings;

import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Severity;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What was refused or lost of late, by reason. */
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

  /** Of the backend: {@link Exporting} tells of these by destination. */
  private static final String EXPORT = "export_";

  private static final Map<String, String> REMEDIES =
      Map.of(
          "busy",
              "Routers are full: see what is told of samplers and backend here; else add routers.",
          "timed_out",
              "Samplers do not take their parts in time: see what is told of them and of links"
                  + " here, or add samplers.",
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

  /** Over, it is told on unless starts and stops explain it: senders were to come again. */
  private static void refusals(Gathered all, Found found) {
    Happened refused =
        Happened.of(
            all, all.answers(), NodeStatus::getRefusalsList, reason -> !REJECTED.contains(reason));
    boolean passing = IN_PASSING.containsAll(refused.reasons());
    if (refused.isNothing() || (passing && !refused.isNow())) {
      return;
    }
    String remedy =
        refused.reasons().stream()
            .filter(REMEDIES::containsKey)
            .findFirst()
            .map(REMEDIES::get)
            .orElse(
                passing
                    ? "Nodes that start or stop do this for moments; if it stays, see which are not"
                        + " ready."
                    : "See what else is told here, and the logs of these nodes.");
    Severity now = passing ? Severity.WARNING : Severity.CRITICAL;
    found.add(
        refused.isNow() ? now : Severity.NOTICE,
        Code.REFUSALS,
        refused.nodes(),
        "Refused in the last 15 min, to be sent again by their senders: "
            + refused.listed()
            + refused.when()
            + ".",
        refused.isNow() ? remedy : Words.over(remedy));
  }

  private static void rejected(Gathered all, Found found) {
    Happened rejected =
        Happened.of(
            all,
            all.answers(),
            n -> Stream.concat(n.getRefusalsList().stream(), n.getLossesList().stream()).toList(),
            REJECTED::contains);
    if (rejected.isNothing()) {
      return;
    }
    found.add(
        rejected.isNow() ? Severity.WARNING : Severity.NOTICE,
        Code.REQUESTS_REJECTED,
        rejected.nodes(),
        "Rejected for good in the last 15 min: " + rejected.listed() + rejected.when() + ".",
        "Some sender sends what cannot be taken; the routers' answers and logs say what is wrong"
            + " with it.");
  }

  private static void losses(Gathered all, Found found) {
    Happened lost =
        Happened.of(
            all,
            all.answers(),
            NodeStatus::getLossesList,
            reason -> !REJECTED.contains(reason) && !reason.startsWith(EXPORT));
    if (lost.isNothing()) {
      return;
    }
    found.add(
        lost.isNow() ? Severity.CRITICAL : Severity.WARNING,
        Code.LOSSES,
        lost.nodes(),
        "Lost in the last 15 min: " + lost.listed() + lost.when() + ".",
        "The logs of these nodes tell the first of each kind; docs/metrics.md explains the"
            + " reasons.");
  }
}
