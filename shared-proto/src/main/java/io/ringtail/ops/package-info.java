/**
 * What every node tells its operators over HTTP: metrics as Prometheus or OpenMetrics text, whether
 * it lives, whether it is ready and if not why. In: {@link io.ringtail.metrics.Metrics} and {@link
 * Readiness}. Start at {@link OpsServer}. Threads: one event loop of its own, so that a busy data
 * path does not make probes time out.
 */
@NullMarked
package io.ringtail.ops;

import org.jspecify.annotations.NullMarked;
