/**
 * Trace IDs as two longs, and the one hash both tiers route by. Start at {@link TraceHash}.
 * Threads: any; pure functions.
 */
@NullMarked
package io.ringtail.trace;

import org.jspecify.annotations.NullMarked;
