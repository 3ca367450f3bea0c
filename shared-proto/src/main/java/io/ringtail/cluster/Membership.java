package io.ringtail.cluster;

import java.util.Optional;

/** This node's place in the cluster. Threads: any. */
public interface Membership extends AutoCloseable {
  /** How long a lease is good from the stamp that was answered (protocol L1). */
  long LEASE_NANOS = 3_000_000_000L;

  /** Joins and begins to tell {@code listener}; returns once joined. */
  void start(Member self, EpochListener listener) throws Exception;

  /**
   * Publishes a new state or weight of this node: once the newest epoch names it by the one before,
   * so that none it was ever told of is passed over.
   */
  void update(Member self);

  /**
   * Whether the newest epoch is in use and names this node as it was last {@link #update updated}:
   * no epoch is on its way that gives it slots by what it was before. Ask before asking how the
   * handoff stands.
   */
  default boolean isAsSaid() {
    return true;
  }

  /** The newest epoch told to the listener. */
  Optional<Epoch> newest();

  /** Whether this node is joined and the newest epoch names it (readiness). */
  boolean joined();

  /** Why not {@link #joined}, for the readiness condition; empty if it is. */
  default Optional<String> whyNotJoined() {
    return joined() ? Optional.empty() : Optional.of("no epoch names this node yet");
  }

  /**
   * Says how far this sampler's handoff is; said again until the coordinator has heard it, and to a
   * new one. Forgotten with an epoch out of turn: say it anew.
   */
  default void complete(Completion mine) {}

  /**
   * Says that an epoch the listener was told of is in use, with its heirs: the coordinator waits
   * for it before it makes the next, though not for long. Words of epochs that are not the newest
   * say nothing.
   */
  default void inUse(Epoch epoch) {}

  /**
   * Whether this sampler has a lease to decide (protocol L1); also asked by shards, once a batch.
   *
   * @param nowNanos by {@link System#nanoTime}
   */
  default boolean mayDecide(long nowNanos) {
    return true;
  }

  /**
   * Joins as a new incarnation, once this sampler was told that it was {@link EpochListener#onLost
   * lost} and holds nothing any more. The listener is told epochs anew from the first that names
   * the new incarnation, as after {@link #start}; nothing comes in between. Does not wait for it.
   *
   * @param newBits random
   */
  default void comeBack(long newBits) {}

  /** Letters to other members; empty if nodes of this cluster have no link but those of spans. */
  default Optional<MemberMail> mail() {
    return Optional.empty();
  }

  /**
   * Leaves without a word, as one that was killed: what this sampler has not given away is replayed
   * by routers. Idempotent; nothing after {@link #close}.
   */
  default void abandon() {
    close();
  }

  /** Leaves with a word, so that nobody has to suspect. Idempotent. */
  @Override
  void close();
}
