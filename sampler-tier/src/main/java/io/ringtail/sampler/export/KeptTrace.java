package io.ringtail.sampler.export;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Header;

/**
 * A kept trace (or late spans of one), ready to leave.
 *
 * @param traceIdHi bytes 0..7 of its ID
 * @param traceIdLo bytes 8..15 of its ID
 * @param context request headers it came with; traces of one export request share them
 * @param resourceSpans {@code TracesData.resource_spans} fields, tag and length included, so that
 *     traces are joined by appending; released by who holds the trace last
 * @param spanCount spans in it
 * @param policy name of the policy that kept it
 * @param onAnswered called once, on any thread, when it is finally answered
 */
public record KeptTrace(
    long traceIdHi,
    long traceIdLo,
    Header context,
    ByteBuf resourceSpans,
    int spanCount,
    String policy,
    OnAnswered onAnswered) {

  /** Finally answered (protocol 1): accepted, or rejected for good and counted. */
  public enum Answer {
    ACCEPTED,
    REJECTED
  }

  /** Told of the final answer. Threads: the exporter's. */
  public interface OnAnswered {
    void onAnswered(KeptTrace trace, Answer answer);

    /** Whether it is still to be sent; not if another sampler does that now. Threads: any. */
    default boolean isWanted() {
      return true;
    }
  }
}
