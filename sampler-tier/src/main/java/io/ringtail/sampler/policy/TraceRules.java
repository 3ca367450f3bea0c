package io.ringtail.sampler.policy;

/** Rules on the trace as a whole, its spans' status, flags and number, and on chance. */
final class TraceRules {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private TraceRules() {}

  record AlwaysSample() implements Rule {
    @Override
    public TracePredicate compile(SpanTests tests) {
      return (trace, nowNanos) -> true;
    }
  }

  /**
   * The duration of the whole trace, in whole milliseconds, is above the threshold and not above
   * the upper one.
   *
   * @param upperThresholdMillis 0 is none
   */
  record Latency(long thresholdMillis, long upperThresholdMillis) implements Rule {
    @Override
    public TracePredicate compile(SpanTests tests) {
      return (trace, nowNanos) -> {
        long millis = (trace.maxEndNanos() - trace.minStartNanos()) / NANOS_PER_MILLI;
        return millis > thresholdMillis
            && (upperThresholdMillis == 0 || millis <= upperThresholdMillis);
      };
    }
  }

  /**
   * Some span has one of the codes.
   *
   * @param codes bit 0 unset, bit 1 ok, bit 2 error
   */
  record StatusCode(int codes) implements Rule {
    @Override
    public TracePredicate compile(SpanTests tests) {
      return tests.any(new SpanTest.Status(codes));
    }
  }

  /** Some span has the W3C sampled flag. */
  record TraceFlags() implements Rule {
    @Override
    public TracePredicate compile(SpanTests tests) {
      return tests.any(new SpanTest.SampledFlag());
    }
  }

  /**
   * The number of spans lies in {@code [minSpans, maxSpans]}.
   *
   * @param maxSpans 0 is no bound
   */
  record SpanCount(int minSpans, int maxSpans) implements Rule {
    @Override
    public TracePredicate compile(SpanTests tests) {
      return (trace, nowNanos) ->
          trace.spanCount() >= minSpans && (maxSpans == 0 || trace.spanCount() <= maxSpans);
    }
  }

  /**
   * The salted hash of the trace ID is at most the threshold, so that judges apart agree.
   *
   * @param salt empty means {@link TraceIdChance#DEFAULT_SALT}
   */
  record Probabilistic(double percentage, String salt) implements Rule {
    @Override
    public TracePredicate compile(SpanTests tests) {
      TraceIdChance chance = TraceIdChance.of(percentage, salt);
      return (trace, nowNanos) -> chance.keeps(trace.traceIdHi(), trace.traceIdLo());
    }
  }
}
