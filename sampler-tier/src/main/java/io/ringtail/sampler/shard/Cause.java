package io.ringtail.sampler.shard;

import java.util.Locale;

/** What makes a trace be decided now. */
enum Cause {
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
