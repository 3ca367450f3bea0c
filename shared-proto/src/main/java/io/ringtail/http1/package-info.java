/**
 * How requests of an HTTP/1.1 connection come from its bytes: one after the other, when they are
 * wanted. In: bytes as they are read. Out: Netty's HTTP messages. Start at {@link WantedRequests}.
 * Threads: each connection's event loop.
 */
@NullMarked
package io.ringtail.http1;

import org.jspecify.annotations.NullMarked;
