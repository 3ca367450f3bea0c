package io.ringtail.sampler.account;

import java.util.Locale;

/** What makes a trace be decided now. */
public enum Cause {
  DEADLINE,
  HIGH_WATER,
  NUM_TRACES,
  TRACE_SPANS,
  TRACE_BYTES,
  TOO_LARGE,
  SHUTDOWN;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
