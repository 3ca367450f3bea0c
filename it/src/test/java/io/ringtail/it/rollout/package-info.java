/**
 * The chart installed, tested, scaled and rolled in pods under load, and what the sink says of it.
 * In: {@link io.ringtail.it.chart.Chart}'s manifests. Start at {@link
 * io.ringtail.it.rollout.ChartRun}. Threads: its main; pods and load have theirs.
 */
@NullMarked
package io.ringtail.it.rollout;

import org.jspecify.annotations.NullMarked;
