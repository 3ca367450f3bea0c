/**
 * The router's log: what samplers have accepted, kept until they have settled it, and sent again to
 * who owns it now when one of them is lost. In: accepted parts, marks and words of samplers,
 * epochs. Out: pieces to send and words to say, by {@link
 * io.ringtail.router.retain.RetentionLog.Effects}. Start at {@link
 * io.ringtail.router.retain.RetentionLog}; {@link io.ringtail.router.retain.Floor} holds the rules
 * of what may be forgotten, {@link io.ringtail.router.retain.Replays} those of replay.
 *
 * <p>Threads: one, the forwarder's control loop. Buffers: accepted parts are copied off the Java
 * heap and released; pieces are given away. Rules: protocol sections 4 and 7, L2's question. Why
 * parts are stored raw: docs/decisions/0007-retention.md.
 */
@NullMarked
package io.ringtail.router.retain;

import org.jspecify.annotations.NullMarked;
