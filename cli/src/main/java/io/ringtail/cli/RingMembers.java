package io.ringtail.cli;

import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Member;
import io.ringtail.config.ConfigSection;
import io.ringtail.ring.RingMember;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The samplers a config file names: {@code ring.members}, a list of {@code {id, weight}}, or else
 * the samplers of a fixed cluster, {@code cluster.members}.
 */
final class RingMembers {
  private static final int DEFAULT_WEIGHT = 100;

  private RingMembers() {}

  static List<RingMember> read(ConfigSection root) {
    if (!root.has("ring")) {
      return ofCluster(ClusterConfig.read(root.section("cluster")));
    }
    List<RingMember> members = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ConfigSection entry : root.section("ring").sections("members")) {
      String id = entry.required("id");
      int weight = entry.integer("weight", DEFAULT_WEIGHT, 1, RingMember.MAX_WEIGHT);
      if (!id.isEmpty() && !seen.add(id)) {
        entry.problem("id", "\"" + id + "\" is there twice");
      } else if (!id.isEmpty()) {
        members.add(new RingMember(id, weight));
      }
    }
    return members;
  }

  /** One without an id is a problem of the section that has it. */
  private static List<RingMember> ofCluster(ClusterConfig cluster) {
    return cluster.members().stream()
        .filter(m -> m.role() == Member.Role.SAMPLER && m.weight() > 0 && !m.nodeId().isEmpty())
        .map(m -> new RingMember(m.nodeId(), m.weight()))
        .toList();
  }
}
