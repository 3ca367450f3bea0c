package io.ringtail.cluster;

/** What the state machine wants done, in this order. */
sealed interface Effect {
  record Send(long toBits, ClusterMessage message) implements Effect {}

  /** To all others of the view. */
  record SendAll(ClusterMessage message) implements Effect {}

  /**
   * Tell the listener.
   *
   * @param tableAgrees whether this node's own table has the epoch's checksum (E5)
   * @param inTurn false after a gap that could not be filled or a change of chain
   */
  record Apply(Epoch epoch, boolean tableAgrees, boolean inTurn) implements Effect {}

  record Fenced(Member newer) implements Effect {}
}
