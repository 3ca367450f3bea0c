package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.compress.Compression;
import io.ringtail.link.Header;
import io.ringtail.link.RequestContext;
import io.ringtail.refusal.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP half of the OTLP rules, over raw sockets. */
final class HttpReceiverTest extends OverRawHttp {
  private static final String ONE_SPAN =
      "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{"
          + "\"traceId\":\"5B8EFFF798038103D269B633813FC60C\",\"spanId\":\"EEE19B7EC3C1B174\","
          + "\"name\":\"a\",\"kind\":2,\"startTimeUnixNano\":\"1\",\"endTimeUnixNano\":2,"
          + "\"unknown\":{\"x\":[1,{}]}}]}]}]}";

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 200, 5_000})
  void protobuf_anySize_reachesIngressUnchanged(int spans) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    byte[] body = ReceiveFixture.request(spans, spans);
    RawHttp.Response response = client(router).post(body);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-type")).isEqualTo(PROTOBUF);
    assertThat(response.body()).isEmpty();
    assertThat(router.ingress.requests.get(0).body()).isEqualTo(body);
    assertThat(router.ingress.requests.get(0).context()).isSameAs(Header.EMPTY);
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void contentEncoding_any_reachesIngressPlain(Compression compression) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    byte[] body = ReceiveFixture.request(3_000, 7);
    RawHttp.Response response =
        client(router)
            .post(compress(compression, body), "Content-Encoding: " + compression.wireName());
    assertThat(response.status()).isEqualTo(200);
    assertThat(router.ingress.requests.get(0).body()).isEqualTo(body);
  }

  @Test
  void json_isConvertedAndAnsweredAsJson() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp.Response response = client(router).postJson(ONE_SPAN);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-type")).isEqualTo("application/json");
    assertThat(response.text()).isEqualTo("{}");
    Span span =
        ExportTraceServiceRequest.parseFrom(router.ingress.requests.get(0).body())
            .getResourceSpans(0)
            .getScopeSpans(0)
            .getSpans(0);
    assertThat(span.getTraceId().byteAt(0)).isEqualTo((byte) 0x5b);
    assertThat(span.getEndTimeUnixNano()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void json_compressed_isReadAsPlain(Compression compression) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    byte[] body = compress(compression, bytes(ONE_SPAN));
    String encoding = "Content-Encoding: " + compression.wireName();
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", "application/json", body.length, encoding), body);
    RawHttp.Response response = client.read();
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text()).isEqualTo("{}");
    assertThat(client.postJson(ONE_SPAN).status()).isEqualTo(200);
    assertThat(router.ingress.requests.get(0).body())
        .isEqualTo(router.ingress.requests.get(1).body());
  }

  @Test
  void jsonWithBase64Id_spanLeavesWithoutIdAndClientIsTold() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.rejectedSpans = 1;
    router.ingress.message = "1 span without a trace_id";
    RawHttp.Response response =
        client(router)
            .postJson(
                ONE_SPAN.replace("5B8EFFF798038103D269B633813FC60C", "W47/95gDgQPSabYzgT/GDA=="));
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text())
        .startsWith("{\"partialSuccess\":{\"rejectedSpans\":\"1\",\"errorMessage\":\"")
        .contains("W47/95gDgQPSabYzgT/GDA==", "1 span without a trace_id");
  }

  @Test
  void brokenJson_is400WithStatusAsJson() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp.Response response = client(router).postJson("{\"resourceSpans\":[{]}");
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.header("content-type")).isEqualTo("application/json");
    assertThat(response.text()).startsWith("{\"code\":3,\"message\":\"JSON: ");
    assertThat(response.header("retry-after")).isNull();
  }

  @Test
  void contentType_withParametersAndCase_isUnderstood() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", "Application/JSON; charset=utf-8", 2), bytes("{}"));
    RawHttp.Response response = client.read();
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-type")).isEqualTo("application/json");
  }

  @Test
  void partialSuccess_is200WithCounts() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.rejectedSpans = 3;
    router.ingress.message = "zero \"trace_id\"";
    RawHttp.Response response = client(router).post(new byte[0]);
    assertThat(response.status()).isEqualTo(200);
    ExportTraceServiceResponse message = ExportTraceServiceResponse.parseFrom(response.body());
    assertThat(message.getPartialSuccess().getRejectedSpans()).isEqualTo(3);
    assertThat(message.getPartialSuccess().getErrorMessage()).isEqualTo("zero \"trace_id\"");
    assertThat(client(router).postJson("{}").text())
        .isEqualTo(
            "{\"partialSuccess\":{\"rejectedSpans\":\"3\","
                + "\"errorMessage\":\"zero \\\"trace_id\\\"\"}}");
  }

  @Test
  void overload_is503WithRetryAfterAndStatus() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.refuseNext(new Refusal.Busy("full", Duration.ofMillis(1250)));
    RawHttp.Response response = client(router).post(new byte[10]);
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.header("retry-after")).isEqualTo("2");
    Status status = Status.parseFrom(response.body());
    assertThat(status.getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
    assertThat(status.getDetails(0).unpack(RetryInfo.class).getRetryDelay().getSeconds())
        .isEqualTo(1);
  }

  @Test
  void overload_jsonClient_isToldInJson() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.refuseNext(new Refusal.Busy("full", Duration.ofMillis(1250)));
    RawHttp.Response response = client(router).postJson("{}");
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.text())
        .isEqualTo(
            "{\"code\":14,\"message\":\"full\",\"details\":[{\"@type\":"
                + "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"1.250s\"}]}");
  }

  @Test
  void badData_is400WithBadRequest() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.refuseNext(new Refusal.Malformed("truncated at byte 3"));
    RawHttp.Response response = client(router).post(new byte[] {10, 5, 1});
    assertThat(response.status()).isEqualTo(400);
    Status status = Status.parseFrom(response.body());
    assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    assertThat(status.getDetails(0).unpack(BadRequest.class).getFieldViolations(0).getDescription())
        .isEqualTo("truncated at byte 3");
  }

  @Test
  void ownersTooSlow_is504() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.refuseNext(new Refusal.TimedOut("no answer in 8s", Duration.ofSeconds(1)));
    assertThat(client(router).post(new byte[10]).status()).isEqualTo(504);
  }

  @ParameterizedTest
  @CsvSource({
    "POST /v1/metrics,    application/x-protobuf, 404, 5",
    "POST /,              application/json,       404, 5",
    "GET /v1/traces,      application/json,       405, 12",
    "PUT /v1/traces,      application/x-protobuf, 405, 12",
    "POST /v1/traces,     text/plain,             415, 12",
    "POST /v1/traces?a=b, application/json,       200, 0"
  })
  void pathMethodAndType_wrong_areToldApart(String line, String type, int status, int code)
      throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    RawHttp.Response response = client.send(RawHttp.head(line, type, 2), bytes("{}")).read();
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.header("allow")).isEqualTo(status == 405 ? "POST" : null);
    if (type.equals(PROTOBUF)) {
      assertThat(Status.parseFrom(response.body()).getCode()).isEqualTo(code);
    } else if (code != 0) {
      assertThat(response.text()).startsWith("{\"code\":" + code + ",\"message\":\"");
    }
    assertThat(client.postJson("{}").status()).as("connection goes on").isEqualTo(200);
  }

  @Test
  void unsupportedEncoding_is415AndSaysWhatIsSupported() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp.Response response = client(router).post(new byte[10], "Content-Encoding: br");
    assertThat(response.status()).isEqualTo(415);
    assertThat(response.header("accept-encoding")).isEqualTo("gzip, zstd");
    assertThat(Status.parseFrom(response.body()).getMessage()).contains("\"br\"");
  }

  @Test
  void bodyOverLimit_is413BeforeItIsSent() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", PROTOBUF, 1024 * 1024 + 1));
    RawHttp.Response response = client.read();
    assertThat(response.status()).isEqualTo(413);
    assertThat(response.header("connection")).isEqualTo("close");
    assertThat(response.header("retry-after")).isNull();
    assertThat(client.closed()).isTrue();
  }

  @Test
  void chunkedBodyOverLimit_is413() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    client.send(chunkedHead());
    byte[] piece = new byte[300 * 1024];
    for (int i = 0; i < 4; i++) {
      client.send(Integer.toHexString(piece.length) + "\r\n", piece).send("\r\n");
    }
    assertThat(client.read().status()).isEqualTo(413);
    assertThat(router.ingress.requests).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void bomb_overLimitAfterDecompression_is413(Compression compression) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    byte[] bomb = compress(compression, new byte[200 * 1024 * 1024]);
    RawHttp.Response response =
        client(router).post(bomb, "Content-Encoding: " + compression.wireName());
    assertThat(response.status()).isEqualTo(413);
    assertThat(Status.parseFrom(response.body()).getDetailsList()).isEmpty();
    assertThat(router.ingress.requests).isEmpty();
  }

  @Test
  void brokenGzip_is400() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp.Response response = client(router).post(new byte[] {1, 2}, "Content-Encoding: gzip");
    assertThat(response.status()).isEqualTo(400);
    assertThat(Status.parseFrom(response.body()).getMessage()).startsWith("gzip: ");
  }

  @ParameterizedTest
  @CsvSource({"nonsense, 400", "POST /%s HTTP/1.1, 414", "POST / HTTP/1.1~X: %s, 431"})
  void notHttp_isToldAndClosed(String text, int status) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    client.send(text.replace("~", "\r\n").replace("%s", "x".repeat(20_000)) + "\r\n\r\n");
    RawHttp.Response response = client.read();
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.text()).startsWith("{\"code\":3,");
    assertThat(client.closed()).isTrue();
  }

  @Test
  void httpVersion_other_is505WithAStatus() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    String head = RawHttp.head("POST /v1/traces", PROTOBUF, 0).replace("HTTP/1.1", "HTTP/2.0");
    RawHttp.Response response = client(router).send(head).read();
    assertThat(response.status()).isEqualTo(505);
    assertThat(response.header("content-type")).isEqualTo(PROTOBUF);
    Status status = Status.parseFrom(response.body());
    assertThat(status.getCode()).isEqualTo(Code.UNIMPLEMENTED_VALUE);
    assertThat(status.getMessage()).isEqualTo("HTTP/2.0 (expected HTTP/1.1)");
  }

  @Test
  void expect_other_is417WithAStatus() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp.Response response = client(router).postJson("{}", "Expect: a-miracle");
    assertThat(response.status()).isEqualTo(417);
    assertThat(response.text())
        .isEqualTo(
            "{\"code\":12,\"message\":\"expect \\\"a-miracle\\\" (expected 100-continue)\"}");
    assertThat(router.ingress.requests).isEmpty();
  }

  @Test
  void brokenChunk_is400() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router).send(chunkedHead() + "zz\r\nabc\r\n");
    assertThat(client.read().status()).isEqualTo(400);
    assertThat(client.closed()).isTrue();
  }

  @Test
  void ingressBug_is500AndCounted() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.fails = true;
    assertThat(client(router).post(new byte[1]).status()).isEqualTo(500);
    assertThat(router.refused("http", "failed")).isEqualTo(1);
  }

  @Test
  void ingressWithoutMemory_is503AndConnectionLives() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.failsBadly = true;
    RawHttp client = client(router);
    RawHttp.Response response = client.post(new byte[1]);
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.header("retry-after")).isNotNull();
    router.ingress.failsBadly = false;
    assertThat(client.post(new byte[1]).status()).isEqualTo(200);
    assertThat(router.count("receive_failures", "protocol", "http")).isEqualTo(1);
  }

  @Test
  void contextHeaders_configured_travelWithTheBody() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.contextHeaders = List.of("x-other", "x-scope-orgid");
    ReceiveFixture router = fixture(settings);
    RawHttp client = client(router);
    client.post(new byte[0], "X-SCOPE-OrgId: tenant-1", "X-Else: no");
    client.post(new byte[0]);
    assertThat(RequestContext.headers(router.ingress.requests.get(0).context()))
        .isEqualTo(Map.of("x-scope-orgid", "tenant-1"));
    assertThat(router.ingress.requests.get(1).context()).isSameAs(Header.EMPTY);
  }
}
