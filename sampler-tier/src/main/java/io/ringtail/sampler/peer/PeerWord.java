package io.ringtail.sampler.peer;

import io.netty.buffer.ByteBuf;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import java.util.List;

/**
 * What one sampler says to another, in order on one stream a pair and direction. A word without an
 * answer when the stream breaks was taken or not.
 */
public sealed interface PeerWord {
  /** A router and a seq of its. */
  record RouterSeq(Peer router, long seq) {}

  /**
   * Of what follows nothing is older than these (protocol H3): the receiver lowers its marks so far
   * and acknowledges no transfer behind this word before the routers have confirmed. Stands until
   * {@link FloorsEnd} or the sender is gone; a later one can only lower.
   */
  record Floors(long id, EpochOrder epoch, List<RouterSeq> seqs) implements PeerWord {
    public Floors {
      seqs = List.copyOf(seqs);
    }
  }

  /** No transfer follows for now: the floors may go once those before it are merged. */
  record FloorsEnd() implements PeerWord {}

  /**
   * Decisions, open traces and unanswered exports of slots the receiver owns in {@code epoch}.
   *
   * @param entries as {@code shard} encodes them; a heap buffer, consumed by who takes the word
   */
  record Transfer(long id, EpochOrder epoch, ByteBuf entries) implements PeerWord {}

  /**
   * Decisions taken whose heir the receiver is (protocol D2).
   *
   * @param decisions as {@code shard} encodes them; a heap buffer, consumed by who takes the word
   */
  record Notice(long id, ByteBuf decisions) implements PeerWord {}

  /** All traces of these notices are settled (protocol D3). Not answered. */
  record Settled(long[] noticeIds) implements PeerWord {}
}
