package io.ringtail.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.cluster.Member;
import java.util.List;

/**
 * What a change of a router comes to: nothing moves, as routers own nothing. Drained, it sends its
 * senders to the others. Pure.
 */
final class RouterPlans {
  private RouterPlans() {}

  /**
   * @param target a router
   * @param members of the newest epoch
   */
  static ChangePlan plan(Change change, Member target, List<Member> members) {
    ChangePlan.Builder plan = ChangePlan.newBuilder().setChange(change);
    if (change.hasSetWeight()) {
      return plan.setImpossible(target.nodeId() + " is a router: routers have no weight").build();
    }
    boolean isInUse = isInUse(target);
    if (change.hasDrain() && isInUse && members.stream().filter(RouterPlans::isInUse).count() < 2) {
      plan.addObjections(
          target.nodeId() + " is the last router in use: senders would have no other");
    }
    return plan.build();
  }

  private static boolean isInUse(Member m) {
    return m.role() == Member.Role.ROUTER && m.state() == Member.State.ACTIVE;
  }
}
