/**
 * Says what is wrong with a cluster, why, and what to do. In: what all nodes said of themselves, a
 * {@code ClusterStatus} without findings. Out: findings, the worst first, and the severity of the
 * whole. Start at {@link Findings}; every number that decides anything is in {@link Thresholds},
 * every kind of finding in {@link Code}. Pure: no clock, no memory of what it was told before.
 * Threads: any.
 */
@NullMarked
package io.ringtail.admin.findings;

import org.jspecify.annotations.NullMarked;
