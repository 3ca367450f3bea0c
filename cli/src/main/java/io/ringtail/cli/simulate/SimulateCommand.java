package io.ringtail.cli.simulate;

import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Output;
import io.ringtail.ring.RingMember;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringtail ring simulate}. */
@Command(
    name = "simulate",
    description = {
      "Prints how evenly slots would lie, how many would move, and what a resize would hand off:",
      "computed on the real ring, without a cluster. Joins, leaves and weights given together are one"
          + " resize."
    },
    footer = {
      "",
      "Examples:",
      "  ringtail ring simulate --members 9 --join 1 --rate 200000",
      "  ringtail ring simulate --members 300 --leave 1 --rate 1000000 --wait 30",
      "  ringtail ring simulate --members 4 --weight sampler-0=200"
    })
public final class SimulateCommand implements Callable<Integer> {
  private static final int MAX_MEMBERS = 1000;
  private static final int MAX_WEIGHT = 10_000;
  private static final double MEGA = 1e6;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--members",
      required = true,
      paramLabel = "N",
      description = "Samplers before: sampler-0 to sampler-(N - 1).")
  private int members;

  @Option(
      names = "--weights",
      split = ",",
      paramLabel = "W",
      description = "Their weights, taken in turn (default: 100).")
  private List<Integer> weights = List.of(100);

  @Option(names = "--join", paramLabel = "K", description = "So many more join.")
  private int join;

  @Option(names = "--leave", paramLabel = "K", description = "So many leave, the last ones.")
  private int leave;

  @Option(
      names = "--weight",
      paramLabel = "NODE=W",
      description = "This sampler's weight becomes W; may be repeated.")
  private Map<String, Integer> changes = Map.of();

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Spans a second over all routers (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--span-bytes",
      paramLabel = "N",
      defaultValue = "800",
      description = "Bytes of an encoded span (default: ${DEFAULT-VALUE}).")
  private double spanBytes;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "decision_wait, in seconds (default: ${DEFAULT-VALUE}).")
  private double waitSeconds;

  @Option(
      names = "--handoff-rate",
      paramLabel = "MB/S",
      defaultValue = "100",
      description =
          "Megabytes a second one sampler hands off or takes (default: ${DEFAULT-VALUE}).")
  private double handoffRate;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = Output.DESCRIPTION)
  private Output output = Output.TEXT;

  @Override
  public Integer call() {
    require(members >= 1 && members + join <= MAX_MEMBERS, "--members", members, "1 to 1000");
    require(join >= 0, "--join", join, "0 or more");
    require(leave >= 0 && leave < members + join, "--leave", leave, "fewer than there are");
    weights.forEach(this::requireWeight);
    changes.values().forEach(this::requireWeight);
    require(rate > 0, "--rate", rate, "above 0");
    require(spanBytes > 0, "--span-bytes", spanBytes, "above 0");
    require(waitSeconds > 0, "--wait", waitSeconds, "above 0");
    require(handoffRate > 0, "--handoff-rate", handoffRate, "above 0");
    List<RingMember> before = before();
    Resize resize = Resize.of(before, after(before));
    Traffic traffic = new Traffic(rate, spanBytes, waitSeconds, handoffRate * MEGA);
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        output == Output.TEXT
            ? text(resize, traffic) + System.lineSeparator()
            : output.print(tree(resize, traffic)));
    out.flush();
    return ExitCode.OK;
  }

  private void requireWeight(int weight) {
    require(weight >= 1 && weight <= MAX_WEIGHT, "weight", weight, "1 to 10000");
  }

  private void require(boolean fine, String what, Object value, String expected) {
    if (!fine) {
      throw new ParameterException(
          spec.commandLine(), what + ": " + value + " (expected " + expected + ")");
    }
  }

  private List<RingMember> before() {
    List<RingMember> before = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      before.add(member(i));
    }
    return before;
  }

  private RingMember member(int i) {
    return new RingMember("sampler-" + i, weights.get(i % weights.size()));
  }

  private List<RingMember> after(List<RingMember> before) {
    Map<String, RingMember> after = new LinkedHashMap<>();
    before.subList(0, Math.max(0, members - leave)).forEach(m -> after.put(m.nodeId(), m));
    for (int i = members; i < members + join; i++) {
      after.put("sampler-" + i, member(i));
    }
    changes.forEach(
        (id, weight) -> {
          require(after.containsKey(id), "--weight", id, "one that stays, as sampler-0");
          after.put(id, new RingMember(id, weight));
        });
    require(!after.isEmpty(), "--leave", leave, "fewer than there are");
    return List.copyOf(after.values());
  }

  private static String text(Resize r, Traffic t) {
    return String.format(
        Locale.ROOT,
        "samplers          %d -> %d%n"
            + "largest share     %.3f -> %.3f of a fair one%n"
            + "smallest share    %.3f -> %.3f of a fair one%n"
            + "slots moved       %d of 262144 (%.2f %%), %.2f x the unavoidable %.0f%n"
            + "held              %.0f spans, %.1f MB%n"
            + "to hand off       %.1f MB; at most %d slots from one sampler, %d to one%n"
            + "takes about       %.1f s at %.0f MB/s a sampler",
        r.before().members(),
        r.after().members(),
        r.before().largestShare(),
        r.after().largestShare(),
        r.before().smallestShare(),
        r.after().smallestShare(),
        r.movedSlots(),
        100 * r.movedShare(),
        r.movedToUnavoidable(),
        r.unavoidableSlots(),
        t.heldSpans(),
        t.heldBytes() / MEGA,
        t.bytesToMove(r) / MEGA,
        r.mostGiven(),
        r.mostTaken(),
        t.seconds(r),
        t.moveBytesPerSecond() / MEGA);
  }

  private static Map<String, Object> tree(Resize r, Traffic t) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("before", tree(r.before()));
    tree.put("after", tree(r.after()));
    tree.put("moved_slots", r.movedSlots());
    tree.put("unavoidable_slots", r.unavoidableSlots());
    tree.put("moved_to_unavoidable", r.movedToUnavoidable());
    tree.put("most_slots_given", r.mostGiven());
    tree.put("most_slots_taken", r.mostTaken());
    tree.put("held_spans", Math.round(t.heldSpans()));
    tree.put("held_bytes", Math.round(t.heldBytes()));
    tree.put("handoff_bytes", Math.round(t.bytesToMove(r)));
    tree.put("handoff_seconds", t.seconds(r));
    return tree;
  }

  private static Map<String, Object> tree(Resize.Balance balance) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("samplers", balance.members());
    tree.put("largest_share", balance.largestShare());
    tree.put("smallest_share", balance.smallestShare());
    return tree;
  }
}
