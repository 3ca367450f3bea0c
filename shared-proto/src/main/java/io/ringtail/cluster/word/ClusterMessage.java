package io.ringtail.cluster.word;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import java.util.List;
import java.util.Optional;

/**
 * What nodes say to each other about epochs. All may be late, repeated or overtaken; none depends
 * on another having come.
 */
public sealed interface ClusterMessage {
  /** To the coordinator: this is who I am and how I stand. */
  record Announce(Member self) implements ClusterMessage {}

  /** From the coordinator: this is to be used. */
  record Published(Epoch epoch) implements ClusterMessage {}

  /**
   * To the coordinator: it has come, and later: it is in use here.
   *
   * @param inUse with heirs, where there are any to be built
   */
  record Confirm(EpochId epoch, boolean inUse) implements ClusterMessage {}

  /**
   * From a new coordinator: what is your newest?
   *
   * @param viewId echoed by the answer
   */
  record AskHighest(long viewId) implements ClusterMessage {}

  /**
   * To the new coordinator.
   *
   * @param recent newest first, as far as known; empty if no epoch is in use
   * @param activeSamplers named by the newest
   * @param members named by the newest
   */
  record Highest(long viewId, List<EpochId> recent, int activeSamplers, int members)
      implements ClusterMessage {
    public Highest {
      recent = List.copyOf(recent);
    }
  }

  /** I miss this one. */
  record AskEpoch(EpochId epoch) implements ClusterMessage {}

  /** Answer to {@link AskEpoch}; empty if it is not among the last that are kept. */
  record Answer(EpochId asked, Optional<Epoch> epoch) implements ClusterMessage {}

  /** To the coordinator: I hold nothing more and leave. */
  record Drained() implements ClusterMessage {}

  /** From the coordinator to the older of two with one node id. */
  record Fence(Member newer) implements ClusterMessage {}

  /**
   * From a sampler to the coordinator, from that to some others; answered {@link Echo} by who goes
   * along with the sender (protocol L1).
   *
   * @param nanos of the sender's own monotonic clock
   * @param newest the sender has in use
   * @param sums version of the newest {@link Sums} the sender has of the coordinator
   * @param upTo {@link Completion#upTo} of the sender; {@link EpochId#NONE} if there is none
   * @param unfinished {@link Completion#unfinished} of the sender
   */
  record Stamp(long nanos, EpochId newest, long sums, EpochId upTo, EpochOrder unfinished)
      implements ClusterMessage {}

  /**
   * A stamp comes back.
   *
   * @param newest that the coordinator has published; {@link EpochOrder#NONE} if not told
   */
  record Echo(long nanos, EpochOrder newest) implements ClusterMessage {}

  /**
   * From the coordinator: how far the handoff of each sampler is.
   *
   * @param version grows with each of one coordinator
   */
  record Sums(long version, List<Completion> completions) implements ClusterMessage {
    public Sums {
      completions = List.copyOf(completions);
    }
  }
}
