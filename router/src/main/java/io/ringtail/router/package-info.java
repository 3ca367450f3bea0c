/**
 * Tier 1, put together: {@link RouterNode} owns the receivers, the forwarder, its place in the
 * cluster and the ops server, and starts and stops them in order. Flow: {@code receive} → {@code
 * split} (by {@code route}'s table) → {@code forward}. Several nodes can live in one JVM: nothing
 * is static. In: a config. Out: a running node. Start at {@link RouterNode}. Threads: the owner's.
 */
@NullMarked
package io.ringtail.router;

import org.jspecify.annotations.NullMarked;
