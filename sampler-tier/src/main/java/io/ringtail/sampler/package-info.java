/**
 * Tier 2: one sampler, put together. The flow is {@code intake} → {@code shard} (with {@code
 * buffer}, {@code feature}, {@code policy}, {@code cache}) → {@code export}. Start at {@link
 * SamplerNode}; its parts are put together in {@link SamplerParts}, it is told of the cluster in
 * {@link Place}, and goes by {@link Leaving}. Threads: the owner's; one a shard, one for handoff,
 * event loops for links.
 */
@NullMarked
package io.ringtail.sampler;

import org.jspecify.annotations.NullMarked;
