package io.ringtail.otlp.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.MalformedWireException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpJsonRoundTripTest {
  private final ByteOutput output = new ByteOutput(0);

  @Test
  void randomMessages_printedAndRead_areTheSameBytes() throws Exception {
    long seed = 20261121;
    RandomTraces traces = new RandomTraces(seed);
    for (int i = 0; i < 300; i++) {
      TracesData data = traces.next();
      byte[] json = toJson(data.toByteArray());
      assertThat(toProtobuf(json)).as("seed %d message %d", seed, i).isEqualTo(data.toByteArray());
      assertThat(new String(json, StandardCharsets.UTF_8)).doesNotContain("\n");
    }
  }

  /** The second path: JsonFormat reads the printed line, once ids are base64 as it wants them. */
  @Test
  void randomMessages_printed_areReadAlikeByJsonFormat() throws Exception {
    RandomTraces traces = new RandomTraces(7);
    for (int i = 0; i < 100; i++) {
      TracesData data = traces.next();
      String json = new String(toJson(data.toByteArray()), StandardCharsets.UTF_8);
      TracesData.Builder read = TracesData.newBuilder();
      JsonFormat.parser().merge(hexIdsToBase64(json), read);
      // JsonFormat reads -0.0 as 0.0
      assertThat(read.build().toString()).isEqualTo(data.toString().replace("-0.0", "0.0"));
    }
  }

  private static String hexIdsToBase64(String json) {
    return java.util.regex.Pattern.compile("\"(traceId|spanId|parentSpanId)\":\"([0-9a-f]+)\"")
        .matcher(json)
        .replaceAll(
            m ->
                "\""
                    + m.group(1)
                    + "\":\""
                    + java.util.Base64.getEncoder()
                        .encodeToString(HexFormat.of().parseHex(m.group(2)))
                    + "\"");
  }

  @Test
  void concatenatedRequests_areOneLine() throws Exception {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    TracesData one = TracesData.newBuilder().addResourceSpans(resourceSpans("a")).build();
    TracesData two = TracesData.newBuilder().addResourceSpans(resourceSpans("b")).build();
    both.writeBytes(one.toByteArray());
    both.writeBytes(two.toByteArray());
    assertThat(toProtobuf(toJson(both.toByteArray()))).isEqualTo(both.toByteArray());
  }

  @Test
  void unknownFieldsAndScatteredRepeatedFields_areDroppedAndGathered() throws Exception {
    Span span = Span.newBuilder().setName("n").setUnknownFields(unknown()).build();
    byte[] first =
        Span.newBuilder().addEvents(Span.Event.newBuilder().setName("1")).build().toByteArray();
    byte[] second =
        Span.newBuilder().addEvents(Span.Event.newBuilder().setName("2")).build().toByteArray();
    ByteString scattered =
        ByteString.copyFrom(first).concat(span.toByteString()).concat(ByteString.copyFrom(second));
    TracesData data =
        TracesData.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .addScopeSpans(ScopeSpans.newBuilder().addSpans(Span.parseFrom(scattered))))
            .build();
    assertThat(new String(toJson(data.toByteArray()), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"n\","
                + "\"events\":[{\"name\":\"1\"},{\"name\":\"2\"}]}]}]}]}");
    assertThat(wrap(scattered.toByteArray())).contains("[{\"name\":\"1\"},{\"name\":\"2\"}]");
  }

  /** A span that no encoder orders so, inside its three wrappers. */
  private String wrap(byte[] span) throws MalformedWireException {
    byte[] wrapped = span;
    for (int tag : new int[] {2 << 3 | 2, 2 << 3 | 2, 1 << 3 | 2}) {
      byte[] outer = new byte[wrapped.length + 2];
      outer[0] = (byte) tag;
      outer[1] = (byte) wrapped.length;
      System.arraycopy(wrapped, 0, outer, 2, wrapped.length);
      wrapped = outer;
    }
    return new String(toJson(wrapped), StandardCharsets.UTF_8);
  }

  @Test
  void bytesThatAreNoUtf8_becomeReplacementCharacters() throws Exception {
    byte[] span = {5 << 3 | 2, 4, 'a', (byte) 0xc0, (byte) 0x80, 'b'};
    assertThat(wrap(span)).contains("\"a\ufffd\ufffdb\"");
  }

  @Test
  void truncatedProtobuf_isMalformedOrShorter_neverAnythingElse() {
    byte[] bytes = new RandomTraces(3).next().toByteArray();
    for (int cut = 0; cut < Math.min(bytes.length, 3000); cut++) {
      try {
        toJson(Arrays.copyOf(bytes, cut));
      } catch (MalformedWireException e) {
        assertThat(e).hasMessageContaining("byte");
      }
    }
  }

  @Test
  void noise_neverDoesAnythingButMalformed() {
    Random random = new Random(11);
    for (int i = 0; i < 2000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      try {
        toJson(noise);
      } catch (MalformedWireException e) {
        assertThat(e).hasNoCause();
      }
      try {
        toProtobuf(noise);
      } catch (MalformedJsonException e) {
        assertThat(e).hasNoCause();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"online-boutique, 10", "train-ticket, 28"})
  void recordedTraces_readAndPrinted_areTheSameMessages(String name, int requests)
      throws Exception {
    int read = 0;
    try (BufferedReader lines = recorded(name)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        byte[] protobuf = toProtobuf(line.getBytes(StandardCharsets.UTF_8));
        TracesData data = TracesData.parseFrom(protobuf);
        TracesData.Builder expected = TracesData.newBuilder();
        JsonFormat.parser().merge(hexIdsToBase64(line), expected);
        assertThat(data).isEqualTo(expected.build());
        assertThat(TracesData.parseFrom(toProtobuf(toJson(protobuf)))).isEqualTo(data);
        assertThat(data.getResourceSpans(0).getScopeSpans(0).getSpansCount()).isPositive();
        read++;
      }
    }
    assertThat(read).isEqualTo(requests);
  }

  private static BufferedReader recorded(String name) throws IOException {
    InputStream gzip = OtlpJsonRoundTripTest.class.getResourceAsStream(name + ".jsonl.gz");
    return new BufferedReader(
        new InputStreamReader(
            new GZIPInputStream(Objects.requireNonNull(gzip, name)), StandardCharsets.UTF_8));
  }

  @Test
  void responses_areReadAlikeInBothEncodings() throws Exception {
    for (ExportResponse response :
        new ExportResponse[] {
          ExportResponse.FULL,
          new ExportResponse(3, "trace ID \"x\""),
          new ExportResponse(0, "slow")
        }) {
      assertThat(ExportResponse.ofProtobuf(response.toProtobuf())).isEqualTo(response);
      assertThat(ExportResponse.ofJson(response.toJson())).isEqualTo(response);
      ExportTraceServiceResponse parsed =
          ExportTraceServiceResponse.parseFrom(response.toProtobuf());
      assertThat(parsed.getPartialSuccess().getRejectedSpans()).isEqualTo(response.rejectedSpans());
      assertThat(parsed.getPartialSuccess().getErrorMessage()).isEqualTo(response.message());
      assertThat(parsed.hasPartialSuccess()).isEqualTo(!response.equals(ExportResponse.FULL));
    }
    assertThat(ExportResponse.FULL.toProtobuf()).isEmpty();
    assertThat(new String(ExportResponse.FULL.toJson(), StandardCharsets.UTF_8)).isEqualTo("{}");
    assertThat(new String(new ExportResponse(3, "x").toJson(), StandardCharsets.UTF_8))
        .isEqualTo("{\"partialSuccess\":{\"rejectedSpans\":\"3\",\"errorMessage\":\"x\"}}");
  }

  @Test
  void statuses_areReadAlikeInBothEncodings() throws Exception {
    RpcStatus status = new RpcStatus(14, "full", java.time.Duration.ofMillis(1500));
    com.google.rpc.Status parsed = com.google.rpc.Status.parseFrom(status.toProtobuf());
    assertThat(parsed.getCode()).isEqualTo(14);
    assertThat(parsed.getMessage()).isEqualTo("full");
    com.google.rpc.RetryInfo info = parsed.getDetails(0).unpack(com.google.rpc.RetryInfo.class);
    assertThat(info.getRetryDelay().getSeconds()).isEqualTo(1);
    assertThat(info.getRetryDelay().getNanos()).isEqualTo(500_000_000);
    assertThat(RpcStatus.ofProtobuf(status.toProtobuf())).isEqualTo(status);
    assertThat(new String(status.toJson(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"code\":14,\"message\":\"full\",\"details\":[{\"@type\":"
                + "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"1.500s\"}]}");
    RpcStatus plain = new RpcStatus(3, "bad", null);
    assertThat(RpcStatus.ofJson(plain.toJson())).isEqualTo(plain);
    assertThat(RpcStatus.ofProtobuf(plain.toProtobuf())).isEqualTo(plain);
    assertThat(new RpcStatus(3, "0123456789", null).shortened(5).message()).isEqualTo("0123…");
  }

  private static UnknownFieldSet unknown() {
    return UnknownFieldSet.newBuilder()
        .addField(4321, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
        .build();
  }

  private static ResourceSpans resourceSpans(String name) {
    return ResourceSpans.newBuilder()
        .addScopeSpans(ScopeSpans.newBuilder().addSpans(Span.newBuilder().setName(name)))
        .build();
  }

  private byte[] toJson(byte[] protobuf) throws MalformedWireException {
    return output.copy(new ProtobufToJson().convert(protobuf, 0, protobuf.length, output));
  }

  private byte[] toProtobuf(byte[] json) throws MalformedJsonException {
    return output.copy(new JsonToProtobuf().convert(json, 0, json.length, output));
  }
}
