/**
 * OTLP in: gRPC and HTTP, protobuf and JSON, none, gzip and zstd. Out: uncompressed protobuf bodies
 * to an {@link io.ringtail.router.receive.Ingress}, which answers through a {@link
 * io.ringtail.router.receive.Responder}. Threads: event loops; answers come from any. Buffers: a
 * body is lent for the call. Rules: the OTLP specification 1.11.0.
 *
 * <p>Start at {@link io.ringtail.router.receive.Receivers}, which opens a server for each protocol:
 * {@code GrpcReceiver}, of whose calls each is a {@code GrpcExchange}, and {@code HttpReceiver},
 * whose {@code HttpConnection}s have an {@code HttpExchange} for each request. Either is an {@code
 * Exchange}, the life of one request, by what {@code Reception} has for all of them. So what begins
 * with Grpc or Http is of one protocol, the rest of both. They share a package as packages of their
 * own would open the exchange, its buffers and its counts to the whole router.
 */
@NullMarked
package io.ringtail.router.receive;

import org.jspecify.annotations.NullMarked;
