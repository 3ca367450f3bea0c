/**
 * What is settled and what is not: the notes from which marks come, and the decisions that a replay
 * may still ask for.
 *
 * <p>In: seqs as shards see them, traces that come and are settled, decisions of this sampler and
 * of those whose heir it is. Out: marks; what was decided on a trace. Start at {@link
 * io.ringtail.sampler.settle.Notes}. Threads: each instance is its shard's, but for {@link
 * io.ringtail.sampler.settle.RouterKeys}, which is shared. Buffers: an encoded notice belongs to
 * who takes the word. Rules: protocol sections 4 and 8.
 */
@NullMarked
package io.ringtail.sampler.settle;

import org.jspecify.annotations.NullMarked;
