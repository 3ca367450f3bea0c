package io.ringtail.router.receive;

import io.grpc.Status;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.ringtail.link.Header;
import io.ringtail.otlp.json.ExportResponse;
import io.ringtail.otlp.json.MalformedJsonException;
import io.ringtail.refusal.Refusal;
import io.ringtail.refusal.RefusalMapping;
import org.jspecify.annotations.Nullable;

/** One HTTP request; answers in its content type. Threads: see {@link Exchange}. */
final class HttpExchange extends Exchange {
  private final HttpConnection connection;
  private final boolean json;
  private @Nullable String undecodedId;

  /**
   * @param json whether request and answer are JSON, else protobuf
   */
  HttpExchange(
      Reception reception, ReceiveMetrics metrics, HttpConnection connection, boolean json) {
    super(reception, metrics);
    this.connection = connection;
    this.json = json;
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

  /** Answers an error that is no refusal. */
  void fail(HttpResponseStatus status, Status.Code code, String message) {
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
