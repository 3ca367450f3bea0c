package io.ringtail.it.resize;

import io.ringtail.it.traffic.SentTrace;
import io.ringtail.it.traffic.SinkLog;
import io.ringtail.ring.RingTable;
import io.ringtail.trace.TraceHash;
import java.util.Optional;
import java.util.OptionalLong;

/** From a trace's first span to the backend. */
final class Delays {
  private Delays() {}

  /**
   * How long kept traces took from their first span to the backend, those of one sampler and of the
   * others, begun since some time.
   */
  static void into(Scene scene, String nodeId, long sinceNanos, Figures figures) {
    RingTable ring = scene.nodes().ring();
    for (boolean own : new boolean[] {true, false}) {
      long[] millis =
          scene.load().traces().stream()
              .filter(trace -> trace.firstSentNanos() - sinceNanos > 0)
              .filter(
                  trace ->
                      own
                          == ring.owner(TraceHash.slot(trace.hi, trace.lo))
                              .equals(Optional.of(nodeId)))
              .map(trace -> delayMillis(scene.sinkLog(), trace))
              .flatMapToLong(OptionalLong::stream)
              .sorted()
              .toArray();
      String whose = own ? "to backend of its traces" : "of the others'";
      if (millis.length > 0) {
        figures.add(whose + " p50 ms", (double) millis[millis.length / 2]);
        figures.add(
            "p99 ms " + (own ? "own" : "others"), (double) millis[millis.length * 99 / 100]);
      }
    }
  }

  private static OptionalLong delayMillis(SinkLog sink, SentTrace trace) {
    OptionalLong at = sink.firstNanos(trace);
    return at.isEmpty()
        ? at
        : OptionalLong.of((at.getAsLong() - trace.firstSentNanos()) / 1_000_000);
  }
}
