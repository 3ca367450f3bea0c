/**
 * Holds the spans of open traces outside the heap, in chains of small blocks: not one Java object a
 * span or a trace. In: spans from {@code shard}, copied once. Out: cursors over a trace's spans, in
 * the order of their arrival, for {@code shard} to export.
 *
 * <p>Start at {@link TraceTable} (the traces), then {@link SpanStore} (their spans), both built on
 * {@link BlockPool}. {@link GroupTable} interns what spans share; {@link ByteBudget} bounds it all.
 * Threads: each instance belongs to its shard's thread, but for {@link ByteBudget}, which is
 * shared.
 */
@NullMarked
package io.ringtail.sampler.buffer;

import org.jspecify.annotations.NullMarked;
