/**
 * What a sampler counts, and why spans are dropped: every span is accounted for once. In: counts of
 * shards and refusals of intake. Out: metrics. Start at {@link
 * io.ringtail.sampler.account.SamplerMetrics}, for the equation; a shard counts in {@link
 * io.ringtail.sampler.account.ShardCounts} and tells once a duty cycle. Threads: any for metrics,
 * the shard's for its counts.
 */
@NullMarked
package io.ringtail.sampler.account;

import org.jspecify.annotations.NullMarked;
