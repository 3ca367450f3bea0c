package io.ringtail.rules;

/**
 * A rule of the protocol that can be taken away, under the protocol's own number, with a word for
 * what was added to it (decision 0008): what it says, and what is done instead.
 */
public enum Rule {
  /** A trace has a span of the same bytes once. Without: as often as it comes. */
  A7,

  /**
   * A sampler tells each router up to where it has settled all. Without: nothing is noted and no
   * mark is said, so that no log is ever trimmed but for want of room.
   */
  M1,

  /**
   * A router keeps what was accepted until all samplers have settled it. Without: it keeps nothing.
   */
  M5,

  /**
   * The last mark of a lost sampler stays in force until nobody needs anything more of it. Without:
   * it ends with its sampler, and the log forgets what that one held.
   */
  M6,

  /**
   * What a sampler holds of a slot that is another's goes to its owner. Without: it is decided
   * where it is, whatever the owner has got of it since.
   */
  H1,

  /**
   * An acknowledged transfer deletes a trace only if its slot is still another's. Without: what
   * came since the slot was this sampler's again goes, too.
   */
  H2,

  /**
   * The receiver of a transfer lowers its marks, and has that confirmed, before it acknowledges.
   * Without: the sender's mark may rise before the receiver's has fallen.
   */
  H3,

  /** A transfer of slots that are not the receiver's is refused. Without: taken, and passed on. */
  H7,

  /**
   * A slot just gained is held until all of it is here. Without: what is due is decided at once.
   */
  O1,

  /** What a lost sampler held is replayed by the routers. Without: nobody asks for it. */
  O3,

  /**
   * Epochs are used in turn, and a gap counts as a loss of all. Without: the newest one published
   * is used as if it followed the last one used.
   */
  E3,

  /** A sampler decides only under a lease. Without: whenever something is due. */
  L1,

  /**
   * Who stood still decides only by a lease stamped since. Without: by the one it had, if that
   * still lasts.
   */
  L1_ANEW,

  /** Who stood still reads first what was queued by then. Without: it decides while it reads. */
  D1_READ,

  /**
   * A decision has effect when the heir of its slot knows it. Without: at once, and nobody is told.
   */
  D2
}
