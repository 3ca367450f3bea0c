package io.ringtail.sampler.account;

import java.util.Locale;

/** What forbids to decide a trace whose deadline has passed. */
public enum Obstacle {
  /** Its slot is another's: it is handed off. */
  NOT_OWNED,
  /** Its slot is held (protocol O1). */
  HELD,
  /** Who is to know of the decision is not computed yet. */
  NO_HEIRS,
  /** There is no lease (protocol L1), or a newer epoch than the one in use is known. */
  NO_LEASE;

  /** What a trace waits for, in the words of an operator. */
  public String waitsFor() {
    return switch (this) {
      case NOT_OWNED -> "handoff";
      case HELD -> "held";
      case NO_HEIRS -> "heirs";
      case NO_LEASE -> "lease";
    };
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
