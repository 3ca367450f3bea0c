package io.ringtail.sampler.peer;

import io.ringtail.link.Peer;

/**
 * One message of a stream between two samplers, beside words and answers how it begins and ends.
 */
sealed interface PeerFrame {
  /**
   * First of who opens a stream. Nothing follows before the {@link Welcome}.
   *
   * @param minVersion lowest version of this protocol it speaks
   * @param maxVersion highest one
   * @param to whom it means: another incarnation answers {@link Farewell}
   * @param attempt grows with each stream of this pair: the higher fences the lower
   */
  record Hello(int minVersion, int maxVersion, Peer from, Peer to, long attempt)
      implements PeerFrame {}

  record Word(PeerWord word) implements PeerFrame {}

  /**
   * First of who answers.
   *
   * @param version within what the hello offered
   */
  record Welcome(int version, Peer from) implements PeerFrame {}

  record Answer(PeerAnswer answer) implements PeerFrame {}

  /** Of who answers: the stream ends. */
  record Farewell(String reason) implements PeerFrame {}

  /** Of a later version; passed over. */
  record Unknown() implements PeerFrame {}
}
