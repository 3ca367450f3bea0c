package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBuf;
import io.ringtail.sampler.transfer.TransferBatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What of one transfer lies in one shard. Immutable but for the count.
 *
 * @param shard index of the shard
 * @param batch borrows from {@code bytes}
 * @param bytes one reference belongs to this, released by the shard
 * @param routerKeys by number of the router in the batch
 * @param traces places of traces in the batch
 * @param spanCount spans of these
 * @param reservedBytes what was reserved in the budget for them
 * @param left counts down the shards that have not merged their part
 * @param merged run when all have, and their marks say so
 */
record TransferIn(
    int shard,
    TransferBatch batch,
    ByteBuf bytes,
    int[] routerKeys,
    int[] traces,
    int spanCount,
    long reservedBytes,
    AtomicInteger left,
    Runnable merged) {}
