package io.ringtail.admin.findings;

import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.admin.v1.Severity;
import io.ringtail.wording.Counted;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Slots on their way from one sampler to another, and what is replayed for them. */
final class Moves {
  private Moves() {}

  static void check(Gathered all, Found found) {
    holds(all, found);
    handoff(all, found);
    replay(all, found);
    splits(all, found);
  }

  private static void holds(Gathered all, Found found) {
    List<NodeStatus> lasting =
        Words.worstFirst(
            all.answers(
                n ->
                    of(n).getHeldSlots() > 0
                        && of(n).getHoldSeconds() >= Thresholds.HOLD_LASTS_SECONDS),
            n -> of(n).getHoldSeconds());
    if (lasting.isEmpty()) {
      return;
    }
    NodeStatus worst = lasting.get(0);
    List<String> waitingFor =
        lasting.stream()
            .flatMap(n -> of(n).getWaitingForList().stream())
            .distinct()
            .sorted()
            .toList();
    found.add(
        Severity.WARNING,
        Code.HOLD_LASTS,
        Gathered.ids(lasting),
        worst.getNodeId()
            + " has held "
            + Counted.of(of(worst).getHeldSlots(), "slot")
            + " for "
            + Words.seconds(of(worst).getHoldSeconds())
            + Words.likewise(lasting)
            + ": it decides nothing of them until it has heard all from "
            + (waitingFor.isEmpty() ? "the routers' logs" : Words.names(waitingFor))
            + ".",
        "See whether it reaches "
            + (waitingFor.isEmpty() ? "the routers" : Words.names(waitingFor))
            + ", and what the logs there say; without any progress the hold ends by itself"
            + " after the longer of 30 s and decision_wait + 10 s, counted as a possible split.");
  }

  private static void handoff(Gathered all, Found found) {
    List<NodeStatus> active = all.answers(n -> of(n).getActive());
    if (active.isEmpty()) {
      return;
    }
    found.add(
        Severity.NOTICE,
        Code.HANDOFF,
        Gathered.ids(active),
        "Slots are moving: "
            + Counted.of(sum(active, HandoffStatus::getTracesToSend), "trace")
            + " still to be handed over, "
            + Words.bytes(sum(active, HandoffStatus::getBytesInFlight))
            + " on the way, "
            + Counted.of(sum(active, HandoffStatus::getHeldSlots), "slot")
            + " held.",
        "Passes by itself, mostly within seconds; wait for it before the next node is stopped.");
  }

  private static void replay(Gathered all, Found found) {
    List<NodeStatus> routers = all.answers(n -> n.getRouter().getReplaysOpen() > 0);
    List<NodeStatus> samplers = all.answers(n -> of(n).getReplayQuestions() > 0);
    if (routers.isEmpty() && samplers.isEmpty()) {
      return;
    }
    long spans = routers.stream().mapToLong(n -> n.getRouter().getReplayedSpans()).sum();
    List<String> nodes =
        Stream.concat(samplers.stream(), routers.stream()).map(NodeStatus::getNodeId).toList();
    found.add(
        Severity.NOTICE,
        Code.REPLAY,
        nodes,
        "A replay is under way: "
            + Counted.of(routers.size(), "router")
            + " at it, "
            + Counted.of(spans, "span")
            + " sent again since their start, "
            + Counted.of(sum(samplers, HandoffStatus::getReplayAnswersMissing), "answer")
            + " missing.",
        "Passes by itself: spans of a lost sampler come again from the routers' logs; the next loss"
            + " is survived when it is done.");
  }

  private static void splits(Gathered all, Found found) {
    Happened ended =
        Happened.of(
            all, all.answers(n -> of(n).hasSplitHolds()), Moves::splitHolds, reason -> true);
    if (ended.isNothing()) {
      return;
    }
    found.add(
        Severity.WARNING,
        Code.POSSIBLE_SPLITS,
        ended.nodes(),
        Counted.of(ended.count("holds"), "hold")
            + " of "
            + Words.names(ended.nodes())
            + " ended for want of progress in the last 15 min"
            + ended.when()
            + ": some traces of that time may be split.",
        "It is past; the samplers' logs tell whom they waited for.");
  }

  private static List<ReasonCount> splitHolds(NodeStatus node) {
    return List.of(of(node).getSplitHolds());
  }

  private static HandoffStatus of(NodeStatus node) {
    return node.getSampler().getHandoff();
  }

  private static long sum(List<NodeStatus> nodes, ToLongFunction<HandoffStatus> what) {
    return nodes.stream().map(Moves::of).mapToLong(what).sum();
  }
}
