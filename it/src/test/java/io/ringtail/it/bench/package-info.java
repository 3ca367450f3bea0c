/**
 * End-to-end benchmarks in separate processes: a generator of pre-encoded requests, a plain
 * forwarder to compare with, a counting sink. Start at {@link EndToEndBench}.
 */
@NullMarked
package io.ringtail.it.bench;

import org.jspecify.annotations.NullMarked;
