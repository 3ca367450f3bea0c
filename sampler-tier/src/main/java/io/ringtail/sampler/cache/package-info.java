/**
 * Remembers decisions for late spans. In: each decision of a shard. Out: what was decided on a
 * trace, while it is remembered. Start at {@link DecisionCache}. Threads: the shard's. No buffers.
 */
@NullMarked
package io.ringtail.sampler.cache;

import org.jspecify.annotations.NullMarked;
