/**
 * The {@code tail_sampling} block, compiled into span tests evaluated once a span at arrival and
 * predicates evaluated once a trace at its deadline. Start at {@link PolicySet}. Threads: a set
 * belongs to one shard.
 */
@NullMarked
package io.ringtail.sampler.policy;

import org.jspecify.annotations.NullMarked;
