package io.ringtail.cluster;

/**
 * Which epoch: both sides of a partition may make one of the same order, so who made it belongs to
 * it.
 *
 * @param coordinator node id of who made it
 */
public record EpochId(EpochOrder order, String coordinator) {
  public static final EpochId NONE = new EpochId(EpochOrder.NONE, "");

  public static EpochId of(Epoch epoch) {
    return new EpochId(epoch.order(), epoch.coordinator());
  }

  public static EpochId predecessorOf(Epoch epoch) {
    return new EpochId(epoch.predecessor(), epoch.predecessorCoordinator());
  }

  @Override
  public String toString() {
    return order + "@" + coordinator;
  }
}
