/**
 * What happens to traces when nodes come, go, stall and die: a steady load of generated traces
 * through processes, one event at a time or many at random, judged from outside by the sender's log
 * against the sink's.
 *
 * <p>Start at {@link io.ringtail.it.resize.Scene}, which is a cluster of {@link
 * io.ringtail.it.resize.Nodes} under load, and {@link io.ringtail.it.resize.Event}: nodes come and
 * go ({@link io.ringtail.it.resize.Resizes}), die ({@link io.ringtail.it.resize.Losses}) or stall
 * ({@link io.ringtail.it.resize.Stalls}), the backend gets worse ({@link
 * io.ringtail.it.resize.Backend}). An {@link io.ringtail.it.resize.Act} plays events in a scene,
 * {@link io.ringtail.it.traffic.Verdict} judges what came to the sink, {@link
 * io.ringtail.it.resize.Accounts} whether the product's counters say the same. {@code
 * scripts/events} and {@code scripts/chaos} run the main classes.
 */
@NullMarked
package io.ringtail.it.resize;

import org.jspecify.annotations.NullMarked;
