package io.ringtail.sampler.peer;

import io.ringtail.link.Peer;

/** Links to the other samplers, as who sends over them sees it. Threads: any. */
public interface Peers {
  /**
   * Sends in the order of calls of one thread; opens the link if need be.
   *
   * @param word consumed, also when not taken
   * @return false if the link is down or has no room: nothing of it was or will be sent
   */
  boolean send(Peer to, PeerWord word);

  /** What happens on links. Threads: the links' own, one at a time for each peer. */
  interface Events {
    void onAnswer(Peer from, PeerAnswer answer);

    /** What was sent and not answered was taken or not. */
    void onDown(Peer peer);

    /** It can be sent to (again). */
    void onWritable(Peer peer);

    /**
     * A word has come.
     *
     * @param word consumed
     * @param answers where the answer goes, now or later, from any thread; to a notice there is one
     *     in the end, or it is told that there is {@link Answers#none}
     */
    void onWord(Peer from, PeerWord word, Answers answers);
  }

  /** The way back to a sender. Threads: any. Answers to a link that is gone are lost. */
  interface Answers {
    void send(PeerAnswer answer);

    /** Nothing will be said: the word is not held any more. */
    default void none() {}
  }
}
