/**
 * What one shard keeps, and what all shards share: open traces and their deadlines, decisions,
 * config, whose the slots are. No rule of the protocol is here. In: what {@code gather}, {@code
 * decide} and {@code handover} do to it. Start at {@link io.ringtail.sampler.store.ShardStore},
 * then {@link io.ringtail.sampler.store.ShardContext}. Threads: the shard's own; the context's
 * parts by any.
 */
@NullMarked
package io.ringtail.sampler.store;

import org.jspecify.annotations.NullMarked;
