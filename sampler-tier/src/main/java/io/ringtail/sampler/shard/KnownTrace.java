package io.ringtail.sampler.shard;

import io.ringtail.link.Header;

/**
 * What a shard knows of one (request context, trace ID), when it was asked. Immutable.
 *
 * @param context the request headers it belongs to
 * @param state where it stands
 * @param spans stored here; 0 once nothing of it is left
 * @param bytes of those spans
 * @param ageMillis since its first span came to the first sampler that had it; 0 if none is stored
 * @param dueInMillis until its deadline, negative after it; 0 unless open
 * @param waitsFor why it is not decided though due: {@code held} (others have not handed over all),
 *     {@code lease}, {@code heirs} (who inherits is not computed yet), {@code handoff} (its slot is
 *     another's), {@code heir} (it is decided, who inherits has not answered); else empty
 * @param policy that decided it; empty if it is not decided, or none took a part
 * @param decidedMillisAgo since when the decision is remembered; negative: not known here
 */
public record KnownTrace(
    Header context,
    State state,
    int spans,
    long bytes,
    long ageMillis,
    long dueInMillis,
    String waitsFor,
    String policy,
    long decidedMillisAgo) {
  /** A decision without effect yet may be taken back: its trace is open. */
  public enum State {
    OPEN,
    KEPT,
    DROPPED
  }
}
