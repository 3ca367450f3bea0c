/**
 * What policies and the shard need of one span, read in one pass over its bytes at arrival. In: the
 * encoded span and the {@link io.ringtail.sampler.policy.PolicySet}. Out: a few longs and sticky
 * bits. Start at {@link SpanFeatures}. Threads: the shard's. Buffers: borrowed during the call.
 */
@NullMarked
package io.ringtail.sampler.feature;

import org.jspecify.annotations.NullMarked;
