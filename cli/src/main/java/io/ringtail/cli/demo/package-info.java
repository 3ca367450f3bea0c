/**
 * Traffic of a made-up shop, so that there is something to see. In: a seed. Out: OTLP/gRPC requests
 * through the front door. Start at {@link DemoTraffic}; {@link Shop} invents the traces. Threads:
 * one of its own.
 */
@NullMarked
package io.ringtail.cli.demo;

import org.jspecify.annotations.NullMarked;
