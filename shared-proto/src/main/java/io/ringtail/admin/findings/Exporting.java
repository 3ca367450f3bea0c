package io.ringtail.admin.findings;

import io.ringtail.admin.v1.DestinationStatus;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.Severity;
import io.ringtail.wording.Counted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Whether what is kept arrives, destination by destination over all samplers. */
final class Exporting {
  private record At(String node, DestinationStatus destination) {
    double fullness() {
      return Math.max(
          Words.share(destination.getQueueBytes()), Words.share(destination.getDiskBytes()));
    }

    boolean failing() {
      return destination.getFailingSeconds() > 0;
    }
  }

  private Exporting() {}

  static void check(Gathered all, Found found) {
    Map<String, List<At>> byDestination = new TreeMap<>();
    for (NodeStatus node : all.samplers()) {
      for (DestinationStatus destination : node.getSampler().getDestinationsList()) {
        byDestination
            .computeIfAbsent(destination.getDestination(), d -> new ArrayList<>())
            .add(new At(node.getNodeId(), destination));
      }
    }
    byDestination.forEach(
        (name, at) -> {
          down(name, at, found);
          filling(name, at, found);
          lost(name, all, found);
        });
  }

  private static List<At> worstFirst(List<At> all, Predicate<At> which, Comparator<At> howBad) {
    return all.stream().filter(which).sorted(howBad.reversed()).toList();
  }

  private static List<String> nodes(List<At> at) {
    return at.stream().map(At::node).toList();
  }

  private static void down(String name, List<At> all, Found found) {
    List<At> failing =
        worstFirst(
            all, At::failing, Comparator.comparingDouble(a -> a.destination().getFailingSeconds()));
    if (failing.isEmpty()) {
      return;
    }
    At worst = failing.get(0);
    boolean everywhere = failing.size() == all.size();
    double seconds = worst.destination().getFailingSeconds();
    String error = worst.destination().getLastError();
    found.add(
        seconds >= Thresholds.BACKEND_DOWN_SECONDS ? Severity.CRITICAL : Severity.WARNING,
        Code.BACKEND_DOWN,
        nodes(failing),
        "The backend has taken nothing from "
            + Words.names(nodes(failing))
            + " by "
            + name
            + " for "
            + Words.seconds(seconds)
            + (error.isEmpty() ? "" : " (" + error + ")")
            + "; the queue is "
            + Words.percent(worst.fullness())
            + " full"
            + (worst.fullness() >= 1 ? " and senders are refused." : ", then senders are refused."),
        everywhere
            ? "Bring the backend back, or correct sampler.export: nothing is lost meanwhile, what"
                + " is kept waits and is sent again."
            : "The backend takes from other samplers: see the way from these to it; nothing is lost"
                + " meanwhile, what is kept waits and is sent again.");
  }

  private static void filling(String name, List<At> all, Found found) {
    List<At> filling =
        worstFirst(
            all,
            a -> !a.failing() && a.fullness() >= Thresholds.QUEUE_NEAR_LIMIT,
            Comparator.comparingDouble(At::fullness));
    if (filling.isEmpty()) {
      return;
    }
    At worst = filling.get(0);
    found.add(
        Severity.WARNING,
        Code.EXPORT_QUEUE_NEAR_LIMIT,
        nodes(filling),
        "The export queue of "
            + worst.node()
            + " to "
            + name
            + " is "
            + Words.percent(worst.fullness())
            + " full ("
            + Counted.of(filling.size(), "sampler")
            + " near the limit): the backend takes less than is kept.",
        "Give the backend more room, raise sampler.export.otlp.max-in-flight, keep less, or let the"
            + " queue go on on disk (sampler.export.disk).");
  }

  private static void lost(String name, Gathered all, Found found) {
    Happened lost =
        Happened.of(all, all.samplers(), n -> lossesOf(name, n.getSampler()), reason -> true);
    if (lost.isNothing()) {
      return;
    }
    found.add(
        lost.isNow() ? Severity.CRITICAL : Severity.WARNING,
        Code.EXPORT_LOSSES,
        lost.nodes(),
        Counted.of(lost.count("spans"), "span")
            + " of kept traces did not reach "
            + name
            + " in the last 15 min: "
            + lost.listed()
            + lost.when()
            + ".",
        "The samplers' logs say what the backend answered; mostly it refused them for good (too"
            + " large, malformed, no right). docs/metrics.md explains the reasons.");
  }

  private static List<ReasonCount> lossesOf(String name, SamplerStatus sampler) {
    return sampler.getDestinationsList().stream()
        .filter(d -> d.getDestination().equals(name))
        .flatMap(d -> d.getLossesList().stream())
        .toList();
  }
}
