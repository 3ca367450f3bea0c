package io.ringtail.cluster;

/** Members as tests need them. */
public final class Members {
  private Members() {}

  /** An active one, in its first incarnation and without addresses. */
  public static Member member(String id, Member.Role role, int weight) {
    return new Member(
        id, new Incarnation(EpochOrder.NONE, 0), role, Member.State.ACTIVE, weight, "", "", "", 1);
  }
}
