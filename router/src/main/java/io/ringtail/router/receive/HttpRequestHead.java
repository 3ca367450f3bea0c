package io.ringtail.router.receive;

import io.grpc.Status;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.ringtail.compress.Compression;
import io.ringtail.refusal.Refusal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the head of a request says, checked in this order: is it HTTP/1, for {@code /v1/traces}, a
 * POST, of an expectation we meet, in a content type and encoding we read.
 *
 * @param problem why it is no OTLP request; null if it is one
 * @param unsupported of an OTLP request that is not served for its type or encoding; else null
 * @param contentLength -1 if not known
 */
record HttpRequestHead(
    @Nullable Problem problem,
    @Nullable Refusal unsupported,
    boolean json,
    Compression compression,
    long contentLength,
    boolean keepAlive,
    boolean expectsContinue) {
  static final String PATH = "/v1/traces";

  /** An answer that is no refusal of ours. */
  record Problem(HttpResponseStatus status, Status.Code code, String message) {}

  static HttpRequestHead of(HttpRequest request) {
    DecoderResult decoded = request.decoderResult();
    if (decoded.isFailure()) {
      return broken(decoded.cause());
    }
    String type = mimeType(request);
    Compression compression = Compression.of(contentEncoding(request));
    boolean json = !HttpAnswer.PROTOBUF.equals(type);
    String expect = request.headers().get(HttpHeaderNames.EXPECT);
    return new HttpRequestHead(
        problem(request, expect),
        unsupported(request, type, compression),
        json,
        compression == null ? Compression.NONE : compression,
        HttpUtil.getContentLength(request, -1L),
        HttpUtil.isKeepAlive(request),
        expect != null && request.protocolVersion().equals(HttpVersion.HTTP_1_1));
  }

  private static @Nullable Problem problem(HttpRequest request, @Nullable String expect) {
    if (request.protocolVersion().majorVersion() != 1) {
      return new Problem(
          HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
          Status.Code.UNIMPLEMENTED,
          request.protocolVersion() + " (expected HTTP/1.1)");
    }
    if (!path(request.uri()).equals(PATH)) {
      return new Problem(
          HttpResponseStatus.NOT_FOUND,
          Status.Code.NOT_FOUND,
          "path \"" + path(request.uri()) + "\" (expected " + PATH + ")");
    }
    if (!request.method().equals(HttpMethod.POST)) {
      return new Problem(
          HttpResponseStatus.METHOD_NOT_ALLOWED,
          Status.Code.UNIMPLEMENTED,
          "method " + request.method() + " (expected POST)");
    }
    if (expect != null && !HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)) {
      return new Problem(
          HttpResponseStatus.EXPECTATION_FAILED,
          Status.Code.UNIMPLEMENTED,
          "expect \"" + expect + "\" (expected 100-continue)");
    }
    return null;
  }

  private static HttpRequestHead broken(Throwable cause) {
    HttpResponseStatus status = HttpResponseStatus.BAD_REQUEST;
    if (cause instanceof TooLongHttpHeaderException) {
      status = HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
    } else if (cause instanceof TooLongHttpLineException) {
      status = HttpResponseStatus.REQUEST_URI_TOO_LONG;
    }
    Problem problem =
        new Problem(status, Status.Code.INVALID_ARGUMENT, "not HTTP: " + cause.getMessage());
    return new HttpRequestHead(problem, null, true, Compression.NONE, -1, false, false);
  }

  private static @Nullable Refusal unsupported(
      HttpRequest request, @Nullable String type, @Nullable Compression compression) {
    if (!HttpAnswer.PROTOBUF.equals(type) && !HttpAnswer.JSON.equals(type)) {
      return new Refusal.Unsupported(
          (type == null ? "no content-type" : "content-type \"" + type + "\"")
              + " (expected application/x-protobuf or application/json)");
    }
    if (compression == null) {
      return new Refusal.Unsupported(
          "content-encoding \"" + contentEncoding(request) + "\" (expected gzip, zstd or none)");
    }
    return null;
  }

  private static String path(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  private static @Nullable String mimeType(HttpRequest request) {
    String value = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
    if (value == null) {
      return null;
    }
    int parameters = value.indexOf(';');
    return (parameters < 0 ? value : value.substring(0, parameters))
        .trim()
        .toLowerCase(Locale.ROOT);
  }

  private static String contentEncoding(HttpRequest request) {
    return String.join(",", request.headers().getAll(HttpHeaderNames.CONTENT_ENCODING));
  }
}
