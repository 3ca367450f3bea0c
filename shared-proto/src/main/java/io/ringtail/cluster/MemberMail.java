package io.ringtail.cluster;

/**
 * Letters between members of one group, beside what they say of epochs. A letter comes whole, once
 * and in order, or not at all: its receiver, or the link to it, may be gone. Threads: any.
 */
public interface MemberMail {
  /** What the other may be expected to take: the group cuts it up, but keeps it in memory. */
  int MAX_LETTER_BYTES = 1 << 20;

  /** Told of what comes. */
  interface Reader {
    /**
     * Threads: the membership's; must not block.
     *
     * @param fromBits of the sender's incarnation
     * @param letter consumed: nobody else has it
     */
    void onLetter(long fromBits, byte[] letter);
  }

  /**
   * Sends one; may wait for room in the group's queue, so not for event loops and shards.
   *
   * @param toBits of the receiver's incarnation
   * @param letter consumed
   * @return false if this node's group does not have the receiver
   */
  boolean send(long toBits, byte[] letter);

  /** Says who is told of letters; those that came before are lost. */
  void read(Reader reader);
}
