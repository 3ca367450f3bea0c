package io.ringtail.router.receive;

import io.grpc.Status;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.ringtail.compress.Compression;
import io.ringtail.link.Header;
import io.ringtail.otlp.json.ExportResponse;
import io.ringtail.otlp.json.MalformedJsonException;
import io.ringtail.refusal.Refusal;
import io.ringtail.refusal.RefusalMapping;
import io.ringtail.router.receive.HttpRequestHead.Problem;
import io.ringtail.router.receive.ReceiveMetrics.Reason;
import org.jspecify.annotations.Nullable;

/** One HTTP request; answers in its content type. Threads: see {@link Exchange}. */
final class HttpExchange extends Exchange {
  private final HttpConnection connection;
  private final Compression compression;

  /** Whether request and answer are JSON, else protobuf. */
  private final boolean json;

  private Header context = Header.EMPTY;
  private @Nullable String undecodedId;

  HttpExchange(
      Reception reception,
      ReceiveMetrics metrics,
      HttpConnection connection,
      HttpRequestHead head) {
    super(reception, metrics);
    this.connection = connection;
    this.compression = head.compression();
    this.json = head.json();
  }

  /** Keeps of the headers what goes with the spans. */
  void takeContext(HttpHeaders headers) {
    context = reception().contexts().of(headers);
  }

  /** The body is whole, as it came: in {@link BodyScratch#rawArray}. On the event loop. */
  void whole(BodyScratch scratch, int length) {
    whole(scratch, compression, scratch.rawArray(), 0, length, context);
  }

  @Override
  void plain(BodyScratch scratch, byte[] array, int offset, int length, Header context) {
    if (!json) {
      handOver(array, offset, length, context);
      return;
    }
    int converted;
    try {
      converted = scratch.convertJson(array, offset, length);
    } catch (MalformedJsonException e) {
      refused(new Refusal.Malformed("JSON: " + e.getMessage()));
      return;
    }
    undecodedId = scratch.firstUndecodedId();
    handOver(scratch.convertedArray(), 0, converted, context);
  }

  /** Answers what is no OTLP request, or broken. */
  void fail(Problem problem) {
    if (refusedFor(Reason.BAD_REQUEST)) {
      fail(problem.status(), problem.code(), problem.message());
    }
  }

  private void fail(HttpResponseStatus status, Status.Code code, String message) {
    connection.answer(
        this, new HttpAnswer(status, json, RefusalMapping.httpBody(code, message, json), 0));
  }

  @Override
  void answerAccepted(long rejectedSpans, String message) {
    String id = undecodedId;
    String told = id == null ? message : RefusalMapping.shorten(id + "; " + message);
    ExportResponse response = new ExportResponse(rejectedSpans, told);
    byte[] body = json ? response.toJson() : response.toProtobuf();
    connection.answer(this, new HttpAnswer(HttpResponseStatus.OK, json, body, 0));
  }

  @Override
  void answerRefused(Refusal refusal) {
    connection.answer(
        this,
        new HttpAnswer(
            HttpResponseStatus.valueOf(RefusalMapping.httpStatus(refusal)),
            json,
            RefusalMapping.httpBody(refusal, json),
            RefusalMapping.retryAfterSeconds(refusal)));
  }

  @Override
  void answerFailed(String message) {
    fail(HttpResponseStatus.INTERNAL_SERVER_ERROR, Status.Code.INTERNAL, message);
  }
}
