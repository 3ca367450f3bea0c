/**
 * The Helm chart: what it renders is typed by Kubernetes' own model and read as the product reads
 * its config; its schema, its arithmetic and its README. Start at {@link Chart}. Threads: JUnit's.
 */
@NullMarked
package io.ringtail.it.chart;

import org.jspecify.annotations.NullMarked;
