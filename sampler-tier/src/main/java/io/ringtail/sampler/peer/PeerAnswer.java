package io.ringtail.sampler.peer;

import io.ringtail.cluster.EpochOrder;
import java.util.List;

/** The receiver's answer to a {@link PeerWord}, on the same stream. */
public sealed interface PeerAnswer {
  /** Merged, and all routers named by the floors before it have confirmed or are gone. */
  record TransferTaken(long id) implements PeerAnswer {}

  /**
   * Nothing of it was taken: a slot is another's in {@code epoch}, the receiver's newest (protocol
   * H7).
   */
  record TransferNotOwner(long id, EpochOrder epoch) implements PeerAnswer {}

  /** No room or memory now: to be sent again, whole; what was merged of it does no harm. */
  record TransferFull(long id) implements PeerAnswer {}

  /**
   * All of it was taken but some entries, which could not be read or merged: in itself no matter of
   * room or of time.
   *
   * @param entries their places in the transfer, from 0; empty if nothing of it was taken
   */
  record TransferUnfit(long id, List<Integer> entries) implements PeerAnswer {
    public TransferUnfit {
      entries = List.copyOf(entries);
    }
  }

  record NoticeTaken(long id) implements PeerAnswer {}

  /**
   * Not all of it is stored: a slot of it is not the sender's in {@code epoch}, the receiver's
   * newest. Who is behind in epochs must not decide what is another's by now.
   */
  record NoticeNotOwner(long id, EpochOrder epoch) implements PeerAnswer {}

  /** It cannot be read: nothing of it is stored, nor would be if it came again. */
  record NoticeUnfit(long id) implements PeerAnswer {}
}
