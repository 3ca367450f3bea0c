/**
 * The forward protocol: what one router and one sampler say to each other over one gRPC stream.
 *
 * <p>Router to sampler: a {@link LinkWriter} turns parts into {@link LinkMessage}s, whose span
 * bytes go from the part's buffer straight into gRPC's; a {@link LinkReader} walks the received
 * bytes and shows each part as a {@link PartView}. Sampler to router: {@link SamplerFrame}, acks,
 * refusals, words and marks. Both are protobuf on the wire, written by hand; docs/link-protocol.md
 * holds the .proto and the rules. Start at {@link LinkMethod} and {@link PartView}. Rules: protocol
 * sections 1, 3 and 4.
 *
 * <p>Threads: one a writer or reader. Buffers: a writer borrows the part's array until the message
 * is sent; a reader borrows the message's until it is reset.
 */
@NullMarked
package io.ringtail.link;

import org.jspecify.annotations.NullMarked;
