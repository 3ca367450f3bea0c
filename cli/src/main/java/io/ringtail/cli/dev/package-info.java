/**
 * {@code ringtail dev}: routers and samplers in one process, joined by JGroups over loopback, and
 * what they keep printed as waterfalls. In: {@link DevOptions}. Out: lines on stdout. Start at
 * {@link DevCluster}. Threads: the nodes' own, and one that prints.
 */
@NullMarked
package io.ringtail.cli.dev;

import org.jspecify.annotations.NullMarked;
