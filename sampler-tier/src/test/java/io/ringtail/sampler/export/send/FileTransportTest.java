package io.ringtail.sampler.export.send;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.ringtail.link.Header;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTransportTest {
  @TempDir private Path dir;

  private static byte[] trace(String name) {
    Span span =
        Span.newBuilder()
            .setTraceId(ByteString.fromHex("0af7651916cd43dd8448eb211c80319c"))
            .setName(name)
            .build();
    return TracesData.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
        .build()
        .toByteArray();
  }

  private static Payload payload(byte[]... traces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int[] ends = new int[traces.length];
    int[] spans = new int[traces.length];
    for (int i = 0; i < traces.length; i++) {
      all.writeBytes(traces[i]);
      ends[i] = all.size();
      spans[i] = 1;
    }
    return new Payload(
        all.toByteArray(), all.size(), traces.length, ends, spans, traces.length, Header.EMPTY);
  }

  private static SendResult send(Transport transport, Payload payload) {
    List<SendResult> results = new ArrayList<>();
    transport.send(payload, false, results::add);
    assertThat(results).hasSize(1);
    return results.get(0);
  }

  @Test
  void file_endingWithinALine_isNotJoinedWithTheNextTrace() throws IOException {
    Path file = dir.resolve("kept.jsonl");
    Files.writeString(file, "{}\n{\"resourceSpans\":[{\"sc");
    try (Transport transport = new FileTransport(file)) {
      send(transport, payload(trace("a")));
      send(transport, payload(trace("b")));
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(4);
    assertThat(lines.get(1)).isEqualTo("{\"resourceSpans\":[{\"sc");
    assertThat(lines.get(2)).startsWith("{\"resourceSpans\":[{\"scopeSpans").contains("\"a\"");
  }

  @Test
  void send_oneLineATrace_appended() throws IOException {
    Path file = dir.resolve("kept.jsonl");
    Files.writeString(file, "{}\n");
    try (Transport transport = new FileTransport(file)) {
      assertThat(send(transport, payload(trace("a"), trace("b"))))
          .isEqualTo(new SendResult.Accepted(0, ""));
      assertThat(send(transport, payload(trace("c".repeat(10_000)))))
          .isInstanceOf(SendResult.Accepted.class);
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).isEqualTo("{}");
    assertThat(lines.get(1))
        .startsWith("{\"resourceSpans\":[")
        .contains("\"traceId\":\"0af7651916cd43dd8448eb211c80319c\"", "\"name\":\"a\"");
    assertThat(lines.get(2)).contains("\"name\":\"b\"");
    assertThat(lines.get(3)).contains("ccc").endsWith("}");
  }

  @Test
  void send_diskError_retryableUntilItIsGone() throws IOException {
    Path file = dir.resolve("later").resolve("kept.jsonl");
    try (Transport transport = new FileTransport(file)) {
      assertThat(send(transport, payload(trace("a")))).isInstanceOf(SendResult.Retryable.class);
      Files.createDirectory(dir.resolve("later"));
      assertThat(send(transport, payload(trace("a")))).isInstanceOf(SendResult.Accepted.class);
    }
    assertThat(Files.readAllLines(file)).hasSize(1);
  }

  @Test
  void send_unreadableTrace_countedAndTheOthersWritten() throws IOException {
    Path file = dir.resolve("kept.jsonl");
    try (Transport transport = new FileTransport(file)) {
      byte[] broken = {0x0a, 100, 1};
      SendResult result = send(transport, payload(trace("a"), broken, trace("b")));
      assertThat(((SendResult.Accepted) result).rejectedSpans()).isEqualTo(1);
    }
    assertThat(Files.readAllLines(file)).hasSize(2);
  }
}
