package io.ringtail.sampler.decide;

/**
 * Told of each decision of a shard: when it is taken, as it takes effect (protocol D2), and of
 * those that come from others. Threads: the shard's.
 */
public interface EffectListener {
  EffectListener NONE = (hi, lo, keep, spans, known) -> {};

  /**
   * A decision is taken. It has effect here when the heir knows it, or is taken back if the slot
   * goes first; what the heir has of the trace ends by it all the same (D5).
   *
   * @param spans of the trace, as far as it is here
   */
  default void onTaken(long hi, long lo, boolean keep, int spans) {}

  /**
   * @param spans of the trace, as far as it was here
   * @param known false if the heir has not answered in time
   */
  void onEffect(long hi, long lo, boolean keep, int spans, boolean known);

  /** Another's decision on a trace has come here (protocol D2, D4, D6). */
  default void onHeard(long hi, long lo) {}

  /**
   * What is open of a trace here ends by a decision that has come (protocol D5).
   *
   * @param spans of the trace, as far as it was here
   */
  default void onEnded(long hi, long lo, int spans) {}
}
