/**
 * OTLP in: gRPC and HTTP, protobuf and JSON, none, gzip and zstd. Out: uncompressed protobuf bodies
 * to an {@link Ingress}, which answers through a {@link Responder}. Threads: event loops. Buffers:
 * a body is lent for the call. Rules: the OTLP specification 1.11.0.
 */
@NullMarked
package io.ringtail.router.receive;

import org.jspecify.annotations.NullMarked;
