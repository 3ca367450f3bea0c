package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBufAllocator;
import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.export.KeptTrace;
import io.ringtail.sampler.policy.TailSamplingConfig;
import java.util.function.LongSupplier;

/**
 * What the shards of one sampler share.
 *
 * @param nanoClock monotonic
 * @param onAnswered told of the answer to each kept trace
 */
record ShardContext(
    ShardConfig config,
    TailSamplingConfig tail,
    ByteBudget budget,
    ExportQueue exports,
    KeptTrace.OnAnswered onAnswered,
    SamplerMetrics metrics,
    ByteBufAllocator allocator,
    LongSupplier nanoClock) {}
