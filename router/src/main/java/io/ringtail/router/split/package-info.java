/**
 * Cuts one OTLP export request into one part per owning sampler, without decoding a span. In:
 * {@code receive}'s request bodies, and parts that must be cut anew after a resize. Out: {@link
 * Part}s, to {@code forward}. Start at {@link BatchSplitter}. Threads: the caller's, one splitter
 * each; the {@link HeaderTable} is shared. Buffers: a body is borrowed for the call; a part is the
 * caller's to release.
 */
@NullMarked
package io.ringtail.router.split;

import org.jspecify.annotations.NullMarked;
