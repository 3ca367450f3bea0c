package io.ringtail.cli.replay;

/**
 * What became of the spans, so far or in the end. Each span sent is accepted, rejected or lost in
 * the end: {@code sent = accepted + rejected + lost}. Refused, unanswered and retried count a span
 * each time it happens.
 *
 * @param requests lines sent at least once
 * @param sentSpans spans in them
 * @param acceptedSpans answered with success
 * @param rejectedSpans of partial successes: invalid, not to be sent again
 * @param refusedSpans in requests that were refused
 * @param unansweredSpans in requests without an answer
 * @param retriedSpans in requests sent once more
 * @param lostSpans given up: refused for good, or at the limit of retries
 * @param badLines lines of the file that are no export request, not sent
 */
record Outcome(
    long requests,
    long sentSpans,
    long acceptedSpans,
    long rejectedSpans,
    long refusedSpans,
    long unansweredSpans,
    long retriedSpans,
    long lostSpans,
    long badLines) {
  /** Every line was read and every span of it accepted. */
  boolean isClean() {
    return rejectedSpans == 0 && lostSpans == 0 && badLines == 0;
  }
}
