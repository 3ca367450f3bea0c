package io.ringtail.cli.probe;

import io.opentelemetry.proto.common.v1.KeyValue;
import java.time.Duration;
import java.util.List;

/**
 * What one run of the probe does.
 *
 * @param traces sent in a run
 * @param spans of each, each in a request of its own
 * @param spread from the first span of a trace to its last
 * @param waitAtMost from the last span's acceptance until a trace must be whole
 * @param settle how long, after all are whole, to look for spans that come twice
 * @param allowPieces whether a trace may come in several requests
 * @param attributes further ones of every span
 */
record ProbePlan(
    int traces,
    int spans,
    Duration spread,
    Duration waitAtMost,
    Duration settle,
    boolean allowPieces,
    List<KeyValue> attributes) {}
