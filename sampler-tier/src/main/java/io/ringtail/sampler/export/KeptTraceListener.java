package io.ringtail.sampler.export;

/** Told of each trace that is kept. Threads: the shards'; it must not block for long. */
public interface KeptTraceListener {
  /**
   * @param trace borrowed: its buffer is valid during the call, read by absolute index
   */
  void onKept(KeptTrace trace);
}
