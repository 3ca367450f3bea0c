package io.ringtail.cluster;

/**
 * A sampler's word on how far its handoff is (protocol O1, O2): it has applied {@code upTo}, and of
 * no slot it lost in that epoch or an earlier one does it hold anything that the slot's owner has
 * not acknowledged; nor will it take any more of them.
 *
 * <p>One epoch says it for all slots: what is left to hand off was lost in a later epoch than
 * {@code upTo}. That makes a word of a few bytes of what protocol O1 says as bitmaps; a hold ends
 * no later than that if old losses are handed off first.
 *
 * @param samplerBits incarnation bits of who says so
 * @param upTo in the chain its newest epoch is of
 * @param unfinished newest epoch in which it lost a slot while its own hold of that slot still
 *     waited for a replay (O2); {@link EpochOrder#NONE} if there was none
 */
public record Completion(long samplerBits, EpochOrder upTo, EpochOrder unfinished) {}
