/**
 * What a chart renders, started as a kubelet would, without a cluster: each pod in a network
 * namespace and a root of its own, with its command, environment, files, probes, preStop, SIGTERM
 * and grace; a DNS server answers for Services. In: manifests as text. Out: processes. Start at
 * {@link io.ringtail.it.kubelet.Workloads}. Threads: the test's; pods' probes when it asks.
 */
@NullMarked
package io.ringtail.it.kubelet;

import org.jspecify.annotations.NullMarked;
