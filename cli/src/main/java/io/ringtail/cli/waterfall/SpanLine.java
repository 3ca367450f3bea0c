package io.ringtail.cli.waterfall;

/**
 * One span as it will be drawn.
 *
 * @param service name of its resource's service
 * @param name of the span
 * @param depth steps from its root
 * @param startNanos since the epoch, as the span says
 * @param endNanos not before {@code startNanos}
 * @param error whether its status is an error
 * @param message of the status, may be empty
 */
record SpanLine(
    String service,
    String name,
    int depth,
    long startNanos,
    long endNanos,
    boolean error,
    String message) {
  long durationNanos() {
    return endNanos - startNanos;
  }
}
