package io.ringtail.sampler.store;

import io.netty.buffer.ByteBufAllocator;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.account.HandoverMetrics;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.buffer.SlabMemory;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.settle.RouterKeys;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * What the shards of one sampler share.
 *
 * @param slabs memory for spans, shared by all
 * @param unreadBytes of spans in the queues of all shards
 * @param kept memory for kept traces that are put together
 * @param allocator of heap buffers
 * @param nanoClock monotonic
 * @param peers ways to the other samplers, for notices and transfers
 * @param mayDecide whether there is a lease to decide at a time of the clock (protocol L1)
 * @param epochs known, in use or not
 * @param routers numbers of routers in notes
 * @param handover what is counted of handoffs
 * @param rules those in force
 */
public record ShardContext(
    ShardConfig config,
    TailSamplingConfig tail,
    ByteBudget budget,
    SlabMemory slabs,
    AtomicLong unreadBytes,
    KeptMemory kept,
    ExportQueue exports,
    SamplerMetrics metrics,
    ByteBufAllocator allocator,
    LongSupplier nanoClock,
    Peers peers,
    LongPredicate mayDecide,
    KnownEpochs epochs,
    RouterKeys routers,
    HandoverMetrics handover,
    Rules rules) {}
