/**
 * Shards: each has one thread that owns its traces, and every slot lies in one shard. In: the
 * {@link ShardBatch}es of a part, taken whole or refused whole, and other commands, through a
 * bounded queue for each shard. Out: kept traces to {@code export}.
 *
 * <p>Start at {@link ShardSet} (what intake sees; {@link Admission} knows whether there is room,
 * {@link PeerCommands} is for other samplers), then {@link Shard} (the duty cycle) and {@link
 * ShardParts} (what it works with). Spans go {@link Gatherer} → {@link TracePlaces} → {@link
 * Decider} (by {@link TimerWheel}, or early) → {@link Departures} → {@link TraceAssembler}. What is
 * another sampler's leaves by {@link Handover}, in {@link Parcel}s; what others hand over comes by
 * {@link Merger}; decisions go to heirs by {@link Notices} and come from other samplers by {@link
 * ReceivedDecisions}. Threads: a shard's own for all but {@link ShardSet} and what it consists of.
 * Buffers: a batch's message is released when its spans are copied; a kept trace's bytes belong to
 * the export queue.
 */
@NullMarked
package io.ringtail.sampler.shard;

import io.ringtail.sampler.decide.Notices;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.depart.TraceAssembler;
import io.ringtail.sampler.gather.Gatherer;
import io.ringtail.sampler.gather.Merger;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.gather.TracePlaces;
import io.ringtail.sampler.handover.Handover;
import io.ringtail.sampler.handover.Parcel;
import io.ringtail.sampler.store.TimerWheel;
import org.jspecify.annotations.NullMarked;
