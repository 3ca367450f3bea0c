package io.ringtail.it.main;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.compress.ByteOutput;
import io.ringtail.it.main.PlacedSpans.Placed;
import io.ringtail.otlp.json.JsonToProtobuf;
import io.ringtail.trace.TraceId;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * Files of OTLP JSON lines, read for what a tail sampler should make of them. The judgement is
 * written anew here, over protobuf-java objects and big integers, so that it shares nothing with
 * the product but the JSON codec, which has tests of its own.
 */
final class RecordedTraces {
  private final PlacedSpans spans = new PlacedSpans();

  static RecordedTraces read(Path... files) throws Exception {
    RecordedTraces traces = new RecordedTraces();
    for (Path file : files) {
      traces.add(file);
    }
    return traces;
  }

  private void add(Path file) throws Exception {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        spans.add(toProtobuf(line));
      }
    }
  }

  private static byte[] toProtobuf(String line) throws Exception {
    byte[] json = line.getBytes(StandardCharsets.UTF_8);
    ByteOutput out = new ByteOutput(json.length);
    return out.copy(new JsonToProtobuf().convert(json, 0, json.length, out));
  }

  /** Spans in the files, those that stand there twice counted twice. */
  long sent() {
    return spans.count();
  }

  /** How many traces there are, kept or not. */
  int traces() {
    return spans.traces().size();
  }

  /** What errors, over 1 s and a share of the rest should keep, each span once. */
  Map<TraceId, Set<Placed>> kept(int percent) {
    Map<TraceId, Set<Placed>> kept = new HashMap<>();
    spans
        .traces()
        .forEach(
            (id, trace) -> {
              if (keep(id, trace, percent)) {
                kept.put(id, Set.copyOf(trace));
              }
            });
    return kept;
  }

  private static boolean keep(TraceId id, Collection<Placed> placed, int percent) {
    List<Span> trace = placed.stream().map(RecordedTraces::parse).toList();
    long first = trace.stream().mapToLong(Span::getStartTimeUnixNano).min().orElseThrow();
    long last = trace.stream().mapToLong(Span::getEndTimeUnixNano).max().orElseThrow();
    return trace.stream()
            .anyMatch(s -> s.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR)
        || (last - first) / 1_000_000 > 1000
        || chosen(id, percent);
  }

  private static Span parse(Placed placed) {
    try {
      return Span.parseFrom(placed.span());
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
