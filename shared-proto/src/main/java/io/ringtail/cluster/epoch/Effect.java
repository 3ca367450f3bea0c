package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.word.ClusterMessage;
import java.util.List;

/** What the state machine wants done, in this order. */
public sealed interface Effect {
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

  /**
   * Tell the listener that {@code epoch}, which is applied next, goes on without this sampler
   * (protocol L2).
   */
  record Lost(Epoch epoch) implements Effect {}

  /** Tell the listener how far the handoff of each sampler is. */
  record Completed(List<Completion> completions) implements Effect {
    public Completed {
      completions = List.copyOf(completions);
    }
  }

  record Fenced(Member newer) implements Effect {}
}
