/**
 * Kept traces out: to OTLP/gRPC, OTLP/HTTP or a file, through a queue bounded in bytes, with retry
 * by the OTLP rules. In: {@link KeptTrace}s from the shards. Start at {@link ExportQueue}.
 */
@NullMarked
package io.ringtail.sampler.export;

import org.jspecify.annotations.NullMarked;
