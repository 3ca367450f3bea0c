/**
 * What another sampler has the slots of now, from this shard to that: open traces, kept ones that
 * are not exported, decisions, in parcels that are sent until they are acknowledged (protocol H1 to
 * H6). In: slot views, answers. Out: transfers to {@code peer}. Start at {@link
 * io.ringtail.sampler.handover.Handover}. Threads: the shard's. Buffers: a parcel's bytes are its
 * own until it is answered.
 */
@NullMarked
package io.ringtail.sampler.handover;

import org.jspecify.annotations.NullMarked;
