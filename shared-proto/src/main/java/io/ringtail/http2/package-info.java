/**
 * How bytes of an HTTP/2 connection come from the socket: larger reads and frames than Netty's and
 * gRPC's defaults, and no copy between the two. In: a server channel. Out: the same channel, whose
 * connections read that way. Start at {@link LargeReads}, or at {@link CopiedReads} for many
 * connections with little to read each; {@link ConnectionLimit} stands before them all. Threads:
 * each connection's event loop.
 */
@NullMarked
package io.ringtail.http2;

import org.jspecify.annotations.NullMarked;
