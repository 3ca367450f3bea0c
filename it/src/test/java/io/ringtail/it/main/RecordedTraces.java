package io.ringtail.it.main;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.json.JsonToProtobuf;
import io.ringtail.trace.TraceId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * A file of OTLP JSON lines, read for what a tail sampler should make of it. The judgement is
 * written anew here, over protobuf-java objects and big integers, so that it shares nothing with
 * the product but the JSON codec, which has tests of its own.
 */
final class RecordedTraces {
  private static final int RESOURCE_SPANS = 1;
  private static final int SCOPE_SPANS = 2;
  private static final int SPANS = 2;

  private final Map<TraceId, Set<ByteString>> spans = new HashMap<>();
  private long sent;

  static RecordedTraces read(Path file) throws Exception {
    RecordedTraces traces = new RecordedTraces();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        traces.add(toProtobuf(line));
      }
    }
    return traces;
  }

  private static byte[] toProtobuf(String line) throws Exception {
    byte[] json = line.getBytes(StandardCharsets.UTF_8);
    ByteOutput out = new ByteOutput(json.length);
    return out.copy(new JsonToProtobuf().convert(json, 0, json.length, out));
  }

  /**
   * Takes the spans' bytes as they stand in the request: parsing and writing may reorder fields.
   */
  private void add(byte[] request) throws IOException {
    for (ByteString resource : fields(ByteString.copyFrom(request), RESOURCE_SPANS)) {
      for (ByteString scope : fields(resource, SCOPE_SPANS)) {
        for (ByteString span : fields(scope, SPANS)) {
          sent++;
          spans.computeIfAbsent(traceId(Span.parseFrom(span)), id -> new HashSet<>()).add(span);
        }
      }
    }
  }

  private static List<ByteString> fields(ByteString message, int number) throws IOException {
    List<ByteString> fields = new ArrayList<>();
    CodedInputStream in = message.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == number) {
        fields.add(in.readBytes());
      } else {
        in.skipField(tag);
      }
    }
    return fields;
  }

  private static TraceId traceId(Span span) {
    return new TraceId(
        span.getTraceId().asReadOnlyByteBuffer().getLong(0),
        span.getTraceId().asReadOnlyByteBuffer().getLong(8));
  }

  /** Spans in the file, those that stand in it twice counted twice. */
  long sent() {
    return sent;
  }

  Map<TraceId, Set<ByteString>> spans() {
    return spans;
  }

  /** What errors, over 1 s and a share of the rest should keep. */
  Set<TraceId> kept(int percent) {
    return spans.entrySet().stream()
        .filter(trace -> keep(trace.getKey(), trace.getValue(), percent))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private static boolean keep(TraceId id, Set<ByteString> encoded, int percent) {
    List<Span> trace = encoded.stream().map(RecordedTraces::parse).toList();
    long first = trace.stream().mapToLong(Span::getStartTimeUnixNano).min().orElseThrow();
    long last = trace.stream().mapToLong(Span::getEndTimeUnixNano).max().orElseThrow();
    return trace.stream()
            .anyMatch(s -> s.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR)
        || (last - first) / 1_000_000 > 1000
        || chosen(id, percent);
  }

  private static Span parse(ByteString bytes) {
    try {
      return Span.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** FNV-1a over the default salt and the ID, against the share of 2^64 − 1. */
  private static boolean chosen(TraceId id, int percent) {
    BigInteger modulus = BigInteger.ONE.shiftLeft(64);
    BigInteger prime = new BigInteger("1099511628211");
    BigInteger hash = new BigInteger("14695981039346656037");
    byte[] salt = "default-hash-seed".getBytes(StandardCharsets.US_ASCII);
    byte[] input = new byte[salt.length + 16];
    System.arraycopy(salt, 0, input, 0, salt.length);
    byte[] raw = java.util.HexFormat.of().parseHex(id.toString());
    System.arraycopy(raw, 0, input, salt.length, 16);
    for (byte b : input) {
      hash = hash.xor(BigInteger.valueOf(b & 0xff)).multiply(prime).mod(modulus);
    }
    BigDecimal limit =
        new BigDecimal(modulus.subtract(BigInteger.ONE))
            .multiply(BigDecimal.valueOf(percent))
            .divide(BigDecimal.valueOf(100));
    return new BigDecimal(hash).compareTo(limit) <= 0;
  }
}
