package io.ringtail.cluster;

import java.util.Optional;

/** This node's place in the cluster. Threads: any. */
public interface Membership extends AutoCloseable {
  /** Joins and begins to tell {@code listener}; returns once joined. */
  void start(Member self, EpochListener listener) throws Exception;

  /** Publishes a new state or weight of this node. */
  void update(Member self);

  /** The newest epoch told to the listener. */
  Optional<Epoch> newest();

  /** Whether this node is joined and the newest epoch names it (readiness). */
  boolean joined();

  /** Why not {@link #joined}, for the readiness condition; empty if it is. */
  default Optional<String> whyNotJoined() {
    return joined() ? Optional.empty() : Optional.of("no epoch names this node yet");
  }

  /** Says how far this sampler's handoff is; said again until the coordinator has heard it. */
  default void complete(Completion mine) {}

  /**
   * Whether this sampler has a lease to decide (protocol L1); also asked by shards, once a batch.
   *
   * @param nowNanos by {@link System#nanoTime}
   */
  default boolean mayDecide(long nowNanos) {
    return true;
  }

  /** Leaves with a word, so that nobody has to suspect. Idempotent. */
  @Override
  void close();
}
