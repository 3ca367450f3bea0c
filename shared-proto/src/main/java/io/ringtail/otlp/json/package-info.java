/**
 * OTLP/JSON to OTLP protobuf and back, token by token and field by field: no message objects. In: a
 * JSON body, out: protobuf bytes ({@link io.ringtail.otlp.json.JsonToProtobuf}); in: protobuf
 * bytes, out: one JSON line ({@link io.ringtail.otlp.json.ProtobufToJson}). Also the small bodies a
 * receiver answers with: {@link io.ringtail.otlp.json.ExportResponse} and {@link
 * io.ringtail.otlp.json.RpcStatus}. Start at {@code JsonToProtobuf}. Threads: one a converter; the
 * values are immutable. Buffers: input is borrowed, output the caller's.
 *
 * <p>protobuf's JsonFormat cannot be used: OTLP writes ids in hex and enums as numbers. Rules: the
 * OTLP specification 1.11.0, "JSON Protobuf Encoding", and the proto3 JSON mapping.
 */
@NullMarked
package io.ringtail.otlp.json;

import org.jspecify.annotations.NullMarked;
