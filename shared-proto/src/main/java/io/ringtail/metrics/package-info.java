/**
 * Counters and gauges with help text and labels over a Dropwizard registry. Start at {@link
 * Metrics}. Looked up at start-up, counted once a batch. Threads: any.
 */
@NullMarked
package io.ringtail.metrics;

import org.jspecify.annotations.NullMarked;
