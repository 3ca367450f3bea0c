/**
 * Kept traces out: to OTLP/gRPC, OTLP/HTTP or a file, through a queue bounded in bytes, with retry
 * by the OTLP rules. In: {@link io.ringtail.sampler.export.KeptTrace}s from the shards. Out: by
 * {@code export.send}. Start at {@link io.ringtail.sampler.export.Exports}, then {@link
 * io.ringtail.sampler.export.Destination}. Threads: one a destination, and one that writes its
 * queue on disk. Buffers: a trace taken is released once it is copied into its request.
 */
@NullMarked
package io.ringtail.sampler.export;

import org.jspecify.annotations.NullMarked;
