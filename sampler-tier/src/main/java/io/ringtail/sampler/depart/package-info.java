/**
 * Kept traces on their way out of a shard: put together, offered to the export queue, known until
 * they are answered. In: kept traces of {@code decide} and late spans of {@code gather}. Out:
 * {@code export}. Start at {@link io.ringtail.sampler.depart.Departures}. Threads: the shard's;
 * answers come on any. Buffers: a kept trace's bytes belong to the export queue once it is taken.
 */
@NullMarked
package io.ringtail.sampler.depart;

import org.jspecify.annotations.NullMarked;
