package io.ringtail.admin.findings;

import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.Severity;
import io.ringtail.wording.Counted;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Whether samplers may decide, and whether they can wait for it as long as they should. */
final class Deciding {
  /** A trace's own size made it be decided; the others' is not touched. */
  private static final Set<String> OF_ONE_TRACE = Set.of("trace_spans", "trace_bytes", "too_large");

  private static final String STOPPING = "shutdown";
  private static final String TRACES = "traces";

  private Deciding() {}

  static void check(Gathered all, Found found) {
    cannotDecide(all, found);
    buffer(all, found);
    traces(all, found);
    early(all, found);
    cut(all, found);
  }

  private static void cannotDecide(Gathered all, Found found) {
    int active = all.activeSamplers().size();
    List<NodeStatus> nodes =
        all.answers(
            n ->
                n.hasSampler()
                    && Gathered.isActive(n)
                    && !n.getSampler().getMayDecide()
                    && !n.getSampler().getStranger()
                    && n.getMinSamplers() <= active);
    if (nodes.isEmpty()) {
      return;
    }
    found.add(
        Severity.CRITICAL,
        Code.CANNOT_DECIDE,
        Gathered.ids(nodes),
        Words.names(Gathered.ids(nodes))
            + (nodes.size() == 1 ? " decides" : " decide")
            + " nothing: the coordinator's lease is missing, and due traces wait.",
        "After a start or a change of coordinator this passes within 3 s; if it stays, the"
            + " coordinator (the first sampler) is not reached: see its log and the network between"
            + " samplers.");
  }

  private static void buffer(Gathered all, Found found) {
    List<NodeStatus> nodes =
        Words.worstFirst(
            all.answers(n -> ofHighWater(n) >= Thresholds.BUFFER_NEAR_HIGH_WATER),
            Deciding::ofHighWater);
    if (nodes.isEmpty()) {
      return;
    }
    NodeStatus worst = nodes.get(0);
    boolean over = ofHighWater(worst) >= 1;
    found.add(
        Severity.WARNING,
        Code.BUFFER_NEAR_LIMIT,
        Gathered.ids(nodes),
        worst.getNodeId()
            + " holds "
            + Words.bytes(worst.getSampler().getBufferedBytes())
            + " of open traces"
            + Words.likewise(nodes)
            + (over ? ", above" : ", near")
            + " its high water of "
            + Words.bytes(worst.getSampler().getHighWaterBytes())
            + (over
                ? ": the oldest are decided before they are complete."
                : ", where the oldest are decided before they are complete."),
        "Add samplers, give them more memory (sampler.max-buffered-bytes), or shorten"
            + " tail_sampling.decision_wait.");
  }

  private static double ofHighWater(NodeStatus node) {
    SamplerStatus sampler = node.getSampler();
    long limit =
        sampler.getHighWaterBytes() == 0
            ? sampler.getBufferedBytes().getCapacity()
            : sampler.getHighWaterBytes();
    return limit == 0 ? 0 : (double) sampler.getBufferedBytes().getUsed() / limit;
  }

  private static void traces(Gathered all, Found found) {
    List<NodeStatus> nodes =
        Words.worstFirst(
            all.answers(n -> ofTraces(n) >= Thresholds.TRACES_NEAR_LIMIT), Deciding::ofTraces);
    if (nodes.isEmpty()) {
      return;
    }
    Level worst = nodes.get(0).getSampler().getOpenTraces();
    found.add(
        Severity.WARNING,
        Code.TRACES_NEAR_LIMIT,
        Gathered.ids(nodes),
        nodes.get(0).getNodeId()
            + " holds "
            + Counted.number(worst.getUsed())
            + " undecided traces of the "
            + Counted.number(worst.getCapacity())
            + " that tail_sampling.num_traces allows"
            + Words.likewise(nodes)
            + ": beyond it the oldest are decided before they are complete, or senders refused.",
        "Raise tail_sampling.num_traces if the buffer has room (it is bounded in bytes anyway), or"
            + " add samplers.");
  }

  private static double ofTraces(NodeStatus node) {
    return Words.share(node.getSampler().getOpenTraces());
  }

  /** Unless a limit near its end has told of it. */
  private static void early(Gathered all, Found found) {
    List<NodeStatus> nodes =
        all.answers(
            n ->
                ofHighWater(n) < Thresholds.BUFFER_NEAR_HIGH_WATER
                    && ofTraces(n) < Thresholds.TRACES_NEAR_LIMIT);
    Happened early =
        early(all, nodes, reason -> !OF_ONE_TRACE.contains(reason) && !reason.equals(STOPPING));
    if (early.isNothing()) {
      return;
    }
    found.add(
        early.isNow() ? Severity.WARNING : Severity.NOTICE,
        Code.EARLY_DECISIONS,
        early.nodes(),
        Words.names(early.nodes())
            + " decided "
            + Counted.of(early.count(TRACES), "trace")
            + " in the last 15 min before they were complete, at a limit reached for moments"
            + early.when()
            + ".",
        "Bursts fill the buffer: add samplers, or raise sampler.max-buffered-bytes and"
            + " tail_sampling.num_traces.");
  }

  private static void cut(Gathered all, Found found) {
    Happened cut = early(all, all.answers(), OF_ONE_TRACE::contains);
    if (cut.isNothing()) {
      return;
    }
    long traces = cut.count(TRACES);
    found.add(
        Severity.NOTICE,
        Code.TRACES_CUT,
        cut.nodes(),
        Counted.of(traces, "trace")
            + " outgrew the limits of one trace in the last 15 min and "
            + (traces == 1 ? "was" : "were")
            + " decided before being complete"
            + cut.when()
            + ".",
        "Find who sends such traces (a loop, one ID for all); if they are right, raise"
            + " sampler.max-trace-spans and sampler.max-trace-bytes.");
  }

  private static Happened early(Gathered all, List<NodeStatus> nodes, Predicate<String> reason) {
    return Happened.of(all, nodes, n -> n.getSampler().getEarlyDecisionsList(), reason);
  }
}
