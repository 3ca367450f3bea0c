package io.ringtail.cluster;

/**
 * Where an epoch stands: compared by view id, then number (protocol E1).
 *
 * @param viewId JGroups view id in which the epoch was made; 0 with static members
 * @param number grows by one with each epoch of a chain
 */
public record EpochOrder(long viewId, long number) implements Comparable<EpochOrder> {
  public static final EpochOrder NONE = new EpochOrder(0, 0);

  /** Of the only epoch there is of members that never change. */
  public static final EpochOrder ONLY = new EpochOrder(0, 1);

  @Override
  public int compareTo(EpochOrder o) {
    int byView = Long.compare(viewId, o.viewId);
    return byView != 0 ? byView : Long.compare(number, o.number);
  }

  @Override
  public String toString() {
    return viewId + "." + number;
  }
}
