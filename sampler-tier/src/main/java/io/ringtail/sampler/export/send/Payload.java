package io.ringtail.sampler.export.send;

import io.ringtail.link.Header;

/**
 * Kept traces of one request context, as the bytes of an {@code ExportTraceServiceRequest}. The
 * arrays are not changed once the payload is made, so that it can be sent again.
 *
 * @param array the message lies in {@code [0, length)}
 * @param traces number of traces in it
 * @param traceEnds where each trace ends in {@code array}; the first {@code traces} are used
 * @param traceSpans spans of each trace
 * @param spanCount spans in all
 * @param context request headers all of them came with
 */
public record Payload(
    byte[] array,
    int length,
    int traces,
    int[] traceEnds,
    int[] traceSpans,
    int spanCount,
    Header context) {}
