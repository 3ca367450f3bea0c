package io.ringtail.cli.load;

/**
 * What the traces are like.
 *
 * @param spans of a trace
 * @param depth longest way from the root to a leaf, in spans; less where a trace has fewer
 * @param durationNanos of the longest trace; the others take half of it to all of it
 * @param services that send spans, each in requests of its own
 * @param spanBytes encoded size of a span
 * @param errorShare of the traces with an error, 0 to 1
 */
record TraceShape(
    Range spans, int depth, long durationNanos, int services, int spanBytes, double errorShare) {}
