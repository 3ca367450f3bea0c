package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whom the newest epoch names, by their bits. Threads: the handoff's. */
final class NamedNodes {
  private final long selfBits;
  private Set<Long> routers = Set.of();
  private Set<Long> routersBefore = Set.of();
  private Set<Long> samplers = Set.of();

  NamedNodes(long selfBits) {
    this.selfBits = selfBits;
  }

  /**
   * Nodes come and go.
   *
   * @return the samplers that are gone
   */
  List<Member> onEpoch(Epoch next, @Nullable Epoch previous) {
    routersBefore =
        previous == null ? bits(next.predecessorMembers(), Member.Role.ROUTER) : routers;
    routers = bits(next.members(), Member.Role.ROUTER);
    samplers = bits(next.members(), Member.Role.SAMPLER);
    List<Member> before = new ArrayList<>(next.predecessorMembers());
    before.addAll(next.lost());
    before.addAll(previous == null ? List.of() : previous.members());
    Set<Long> seen = new TreeSet<>(samplers);
    return before.stream()
        .filter(m -> m.role() == Member.Role.SAMPLER && seen.add(m.incarnation().bits()))
        .toList();
  }

  Set<Long> routers() {
    return routers;
  }

  /** Those the epoch before did not name. */
  Set<Long> newRouters() {
    Set<Long> fresh = new TreeSet<>(routers);
    fresh.removeAll(routersBefore);
    return fresh;
  }

  Set<Long> samplers() {
    return samplers;
  }

  Set<Long> otherSamplers() {
    Set<Long> others = new TreeSet<>(samplers);
    others.remove(selfBits);
    return others;
  }

  static Set<Long> bits(Collection<Member> of, Member.Role role) {
    return of.stream()
        .filter(m -> m.role() == role)
        .map(m -> m.incarnation().bits())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
