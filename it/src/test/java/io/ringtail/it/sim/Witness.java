package io.ringtail.it.sim;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.handoff.HandoffStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Notes what troubles a run meets, by what its nodes are at when something happens. Threads: one.
 */
final class Witness {
  private static final long SOON = 3 * World.SECOND;

  private final World world;
  private final Set<Trouble> met = EnumSet.noneOf(Trouble.class);
  private final List<Long> samplersLost = new ArrayList<>();
  private final Map<String, Long> killed = new HashMap<>();
  private long routerGone = -SOON;

  Witness(World world) {
    this.world = world;
  }

  void met(Trouble trouble) {
    met.add(trouble);
  }

  private void metIf(boolean what, Trouble trouble) {
    if (what) {
      met.add(trouble);
    }
  }

  Set<Trouble> met() {
    return met;
  }

  void started(SimNode node, List<SimNode> others) {
    Long before = killed.get(node.name);
    if (node instanceof SimRouter) {
      metIf(before != null, Trouble.ROUTER_BACK);
      return;
    }
    metIf(before != null && world.now() - before < World.SECOND, Trouble.BACK_AT_ONCE);
    metIf(
        others.stream().anyMatch(n -> n instanceof SimSampler && n.leaving),
        Trouble.JOINS_WHILE_ONE_LEAVES);
  }

  void killed(SimNode node, boolean silent) {
    killed.put(node.name, world.now());
    metIf(silent, Trouble.SILENT);
  }

  /**
   * A node is dead for the others.
   *
   * @param others who goes on
   */
  void lost(SimNode node, List<SimNode> others) {
    if (!(node instanceof SimSampler sampler)) {
      met(Trouble.ROUTER_LOST);
      routerGone = world.now();
      return;
    }
    HandoffStatus status = sampler.handoff.status();
    boolean named = !status.epoch().equals(EpochOrder.NONE);
    metIf(named && !status.completeUpTo().equals(status.epoch()), Trouble.SENDER_LOST);
    metIf(status.holds() > 0 && status.questions() == 0, Trouble.RECEIVER_LOST);
    List<SimSampler> rest =
        others.stream()
            .filter(n -> n instanceof SimSampler && !n.equals(node))
            .map(SimSampler.class::cast)
            .toList();
    metIf(rest.isEmpty(), Trouble.ONLY_SAMPLER_LOST);
    metIf(
        !samplersLost.isEmpty() && rest.stream().anyMatch(s -> s.handoff.status().questions() > 0),
        Trouble.LOST_DURING_REPLAY);
    metIf(isSampleLostSince(2 * SOON), Trouble.TWO_LOST);
    metIf(world.now() - routerGone < SOON, Trouble.ROUTER_GONE_THEN_LOSS);
    samplersLost.add(world.now());
  }

  private boolean isSampleLostSince(long nanos) {
    return samplersLost.stream().anyMatch(at -> world.now() - at < nanos);
  }

  void left(SimNode node) {
    if (node instanceof SimRouter) {
      routerGone = world.now();
    }
  }

  void leaves(SimNode node, List<SimNode> others) {
    if (node instanceof SimSampler) {
      metIf(isSampleLostSince(SOON), Trouble.DRAIN_AFTER_LOSS);
      metIf(anyHolds(others), Trouble.LEAVES_WHILE_OTHERS_MOVE);
    }
  }

  /** An operator drains a sampler or takes that back. */
  void drained(SimSampler sampler, List<SimNode> all, boolean drained) {
    HandoffStatus status = sampler.handoff.status();
    if (drained) {
      met(Trouble.DRAINED_BY_OPERATOR);
      metIf(
          all.stream()
              .noneMatch(
                  n ->
                      n instanceof SimSampler s
                          && !n.equals(sampler)
                          && !n.leaving
                          && !s.isDrained()),
          Trouble.NONE_ACTIVE);
    } else {
      metIf(
          sampler.isDrained() && !status.completeUpTo().equals(status.epoch()),
          Trouble.UNDRAINED_MIDWAY);
      metIf(status.noneActive(), Trouble.UNDRAINED_FROM_NONE);
    }
  }

  /**
   * A sender was told to come again, as there is no room.
   *
   * @param inLog else at a sampler, or for what is on its way
   */
  void busy(List<SimNode> nodes, boolean inLog) {
    if (inLog) {
      met(Trouble.LOG_FULL);
      metIf(!samplersLost.isEmpty(), Trouble.LOG_FULL_AFTER_LOSS);
      return;
    }
    metIf(anyHolds(nodes), Trouble.FULL_WITH_HOLDS);
  }

  private static boolean anyHolds(List<SimNode> nodes) {
    return nodes.stream()
        .anyMatch(n -> n instanceof SimSampler s && s.handoff.status().holds() > 0);
  }

  /**
   * A sampler has taken an epoch into use.
   *
   * @param before the one before, NONE if it is the first
   * @param tinyCache whether it remembers next to no decisions
   */
  void uses(HandoffStatus status, EpochOrder before, boolean inTurn, boolean tinyCache) {
    boolean first = before.equals(EpochOrder.NONE);
    metIf(!first && !inTurn, Trouble.SAMPLER_SKIPS_EPOCH);
    metIf(!first && status.completeUpTo().compareTo(before) < 0, Trouble.MOVED_ON);
    metIf(
        tinyCache && !samplersLost.isEmpty() && status.questions() > 0,
        Trouble.DECISIONS_FORGOTTEN);
  }
}
