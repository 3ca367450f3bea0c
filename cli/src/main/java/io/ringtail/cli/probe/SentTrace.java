package io.ringtail.cli.probe;

import io.ringtail.trace.TraceId;
import java.util.List;

/**
 * A marked trace.
 *
 * @param spans the root first; it is sent last, as it ends last
 */
record SentTrace(TraceId id, List<SentSpan> spans) {}
