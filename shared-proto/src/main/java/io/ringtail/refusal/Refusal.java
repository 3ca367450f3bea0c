package io.ringtail.refusal;

import java.time.Duration;

/** Why a request or a part was not taken. Immutable. */
public sealed interface Refusal {
  /** One sentence for people: the offending value and what was expected. */
  String message();

  /** The bytes are not what they claim to be. The sender must not retry. */
  record Malformed(String message) implements Refusal {}

  /** Larger than a configured limit. The sender must not retry. */
  record TooLarge(String message) implements Refusal {}

  /** Content type or encoding this node does not read. The sender must not retry. */
  record Unsupported(String message) implements Refusal {}

  /** No room now. The sender should retry after {@code retryAfter}. */
  record Busy(String message, Duration retryAfter) implements Refusal {}

  /** This node cannot serve yet, or no longer: starting, draining, no owner known. Retryable. */
  record NotReady(String message, Duration retryAfter) implements Refusal {}

  /** The owners did not answer in time. Retryable; some spans may have been taken already. */
  record TimedOut(String message, Duration retryAfter) implements Refusal {}

  /** Between tiers only: a slot of the part is not this sampler's; see protocol A3. */
  record NotOwner(String message, long viewId, long number) implements Refusal {}

  /** Whether the sender may try the same thing again. */
  default boolean retryable() {
    return this instanceof Busy
        || this instanceof NotReady
        || this instanceof TimedOut
        || this instanceof NotOwner;
  }
}
