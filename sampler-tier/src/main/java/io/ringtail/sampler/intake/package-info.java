/**
 * Parts in: the sampler's end of every link. A part is checked against this sampler's own newest
 * epoch, taken whole or not at all, spread over the shards, and answered.
 *
 * <p>In: link messages from routers. Out: {@code ShardBatch}es to {@code shard}; acks and refusals
 * back on the link. Start at {@link LinkServer}, then {@link Intake}. Threads: the link's event
 * loop; epochs come from the membership's thread through {@link Ownership}. Buffers: a link message
 * is one heap buffer, retained once for each shard that got spans of it. Rules: protocol sections 3
 * and 4.
 */
@NullMarked
package io.ringtail.sampler.intake;

import org.jspecify.annotations.NullMarked;
