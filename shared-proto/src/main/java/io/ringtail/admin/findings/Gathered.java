package io.ringtail.admin.findings;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Member;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Role;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A cluster's status, sorted by what checks ask. */
final class Gathered {
  private final ClusterStatus status;
  private final List<NodeStatus> answers;
  private final List<NodeAnswer> silent;
  private final List<Member> activeSamplers;
  private final Set<String> activeSamplerIds;

  Gathered(ClusterStatus status) {
    this.status = status;
    answers =
        status.getNodesList().stream()
            .filter(NodeAnswer::hasStatus)
            .map(NodeAnswer::getStatus)
            .toList();
    silent = status.getNodesList().stream().filter(n -> !n.hasStatus()).toList();
    activeSamplers =
        status.getNodesList().stream()
            .map(NodeAnswer::getMember)
            .filter(m -> m.getRole() == Role.SAMPLER && m.getState() == MemberState.ACTIVE)
            .toList();
    activeSamplerIds = activeSamplers.stream().map(Member::getNodeId).collect(Collectors.toSet());
  }

  ClusterStatus status() {
    return status;
  }

  /** Of the nodes that answered. */
  List<NodeStatus> answers() {
    return answers;
  }

  List<NodeStatus> answers(Predicate<NodeStatus> which) {
    return answers.stream().filter(which).toList();
  }

  List<NodeStatus> routers() {
    return answers(NodeStatus::hasRouter);
  }

  List<NodeStatus> samplers() {
    return answers(NodeStatus::hasSampler);
  }

  List<NodeAnswer> silent() {
    return silent;
  }

  boolean isSilent(String node) {
    return silent.stream().anyMatch(n -> n.getMember().getNodeId().equals(node));
  }

  List<Member> activeSamplers() {
    return activeSamplers;
  }

  boolean isActiveSampler(String node) {
    return activeSamplerIds.contains(node);
  }

  long members(Role role) {
    return status.getNodesList().stream().filter(n -> n.getMember().getRole() == role).count();
  }

  static boolean isActive(NodeStatus node) {
    return node.getState() == MemberState.ACTIVE;
  }

  static List<String> ids(List<NodeStatus> nodes) {
    return nodes.stream().map(NodeStatus::getNodeId).toList();
  }
}
