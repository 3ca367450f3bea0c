/**
 * What happens to traces when nodes come, go, stall and die: a steady load of generated traces
 * through processes, one event at a time or many at random, judged from outside by the sender's log
 * against the sink's.
 *
 * <p>Start at {@link io.ringtail.it.resize.Scene}, which is a cluster under load, and {@link
 * io.ringtail.it.resize.Event}; {@link io.ringtail.it.resize.Verdict} judges. {@code
 * scripts/events} and {@code scripts/chaos} run the main classes.
 */
@NullMarked
package io.ringtail.it.resize;

import org.jspecify.annotations.NullMarked;
