/**
 * The links between samplers: handoff and notices of decisions. In: words of shards and of the
 * handoff. Out: the same at the other end. Start at {@link Peers}, over gRPC {@link PeerLinks}.
 * Threads: see there. Rules: protocol sections 5 and 8.
 */
@NullMarked
package io.ringtail.sampler.peer;

import org.jspecify.annotations.NullMarked;
