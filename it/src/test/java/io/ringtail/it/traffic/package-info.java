/**
 * Traces as a fleet of SDKs would send them, what was told accepted of them, what came out at the
 * sink, and what that says: split, lost, twice. In: addresses of routers. Out: {@link
 * io.ringtail.it.traffic.Verdict}. Start at {@link io.ringtail.it.traffic.TraceLoad}. Threads: the
 * load's own; the sink's.
 */
@NullMarked
package io.ringtail.it.traffic;

import org.jspecify.annotations.NullMarked;
