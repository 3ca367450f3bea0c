package io.ringtail.router.receive;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * What is sent back.
 *
 * @param json the type of the body: JSON, else protobuf
 * @param body not changed afterwards
 * @param retryAfterSeconds 0 if the client must not come again
 */
record HttpAnswer(HttpResponseStatus status, boolean json, byte[] body, long retryAfterSeconds) {
  static final String PROTOBUF = "application/x-protobuf";
  static final String JSON = "application/json";

  FullHttpResponse response() {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, json ? JSON : PROTOBUF)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (retryAfterSeconds > 0) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, retryAfterSeconds);
    }
    if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, "POST");
    }
    if (status.equals(HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE)) {
      response.headers().set(HttpHeaderNames.ACCEPT_ENCODING, "gzip, zstd");
    }
    return response;
  }
}
