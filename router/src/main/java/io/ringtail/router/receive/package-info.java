/**
 * OTLP in: gRPC and HTTP, protobuf and JSON, none, gzip and zstd. Out: uncompressed protobuf bodies
 * to an {@link io.ringtail.router.receive.Ingress}, which answers through a {@link
 * io.ringtail.router.receive.Responder}. Start at {@link io.ringtail.router.receive.Receivers},
 * then {@code Exchange}, the life of one request. Threads: event loops; answers come from any.
 * Buffers: a body is lent for the call. Rules: the OTLP specification 1.11.0.
 */
@NullMarked
package io.ringtail.router.receive;

import org.jspecify.annotations.NullMarked;
