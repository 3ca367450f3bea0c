/**
 * What process-level tests and end-to-end benchmarks stand on: nodes as JVMs of their own, an OTLP
 * sink that counts or keeps what arrives, generated traces. Start at {@link Cluster}.
 */
@NullMarked
package io.ringtail.it.harness;

import org.jspecify.annotations.NullMarked;
