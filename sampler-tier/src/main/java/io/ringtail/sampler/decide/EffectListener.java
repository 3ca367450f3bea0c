package io.ringtail.sampler.decide;

/** Told of each decision of a shard as it takes effect (protocol D2). Threads: the shard's. */
public interface EffectListener {
  EffectListener NONE = (hi, lo, keep, spans, known) -> {};

  /**
   * @param spans of the trace, as far as it was here
   * @param known false if the heir has not answered in time
   */
  void onEffect(long hi, long lo, boolean keep, int spans, boolean known);
}
