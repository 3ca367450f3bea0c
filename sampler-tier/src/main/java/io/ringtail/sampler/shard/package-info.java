/**
 * Shards: each has one thread that owns its traces, and every slot lies in one shard. In: {@link
 * ShardBatch}es and other commands through a bounded queue. Out: kept traces to {@code export}.
 */
@NullMarked
package io.ringtail.sampler.shard;

import org.jspecify.annotations.NullMarked;
