/**
 * Spans to their traces, from routers and from other samplers. In: {@link
 * io.ringtail.sampler.gather.ShardBatch}es and {@link io.ringtail.sampler.gather.TransferIn}s. Out:
 * traces in {@code store}, late spans to {@code depart}. Start at {@link
 * io.ringtail.sampler.gather.Gatherer}, then {@link io.ringtail.sampler.gather.TracePlaces}.
 * Threads: the shard's. Buffers: a batch's message is borrowed, its spans are copied.
 */
@NullMarked
package io.ringtail.sampler.gather;

import org.jspecify.annotations.NullMarked;
