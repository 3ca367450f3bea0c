package io.ringtail.sampler.account;

import java.util.Locale;

/** Why an accepted span leaves a sampler without being exported. */
public enum DropReason {
  /** No policy wanted its trace. */
  NOT_SAMPLED,
  /** A drop policy vetoed its trace. */
  DROPPED_BY_POLICY,
  /** Its trace outgrew {@code maximum_trace_size_bytes}. */
  TOO_LARGE,
  /** It came after its trace had been dropped. */
  LATE,
  /** It was replayed, but its trace is decided and settled with it (protocol D3). */
  REPLAY_SETTLED,
  /**
   * The cluster took this sampler for dead, and no router's log has what it had received: it was
   * replayed and settled elsewhere (protocol L2).
   */
  SETTLED_ELSEWHERE,
  /** Its bytes were in its trace already. */
  DUPLICATE,
  /** Its bytes are not a span; no trace ID was found in it. */
  MALFORMED,
  /**
   * A bug, or no memory: {@code ringtail_sampler_shard_errors_total} counts these, the log tells.
   */
  FAILED,
  /**
   * Handed over by another sampler, and merging its trace failed: a bug, or no memory; the log
   * tells. It is not lost: the other one keeps its trace and hands it over again.
   */
  NOT_MERGED,
  /** No owner of its slot could read or merge its trace, however often it was handed over. */
  UNFIT,
  /** The sampler stopped before its trace was decided or exported. */
  SHUTDOWN;

  /** As metric labels have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
