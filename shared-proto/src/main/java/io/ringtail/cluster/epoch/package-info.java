/**
 * The rules by which epochs are made and followed, pure: no network, no clock, no threads. In:
 * views, messages, ticks, each with the time. Out: an {@code Effect} of each step. Start at {@link
 * Epochs}, which joins the {@code Coordinator}'s side and the {@code Follower}'s. Threads: one, the
 * membership's; {@link Lease} is asked by any. Rules: protocol E1 to E9, L1.
 */
@NullMarked
package io.ringtail.cluster.epoch;

import org.jspecify.annotations.NullMarked;
