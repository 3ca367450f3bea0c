/**
 * Figures for a node's status that no metric has as it stands: rates and counts of the last while,
 * reasons put together, the process' memory. In: a node's {@link io.ringtail.metrics.Metrics},
 * looked at once a second. Start at {@link io.ringtail.admin.report.Recent}. Threads: any to ask;
 * one looks.
 */
@NullMarked
package io.ringtail.admin.report;

import org.jspecify.annotations.NullMarked;
