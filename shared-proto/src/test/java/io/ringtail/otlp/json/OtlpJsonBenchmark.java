package io.ringtail.otlp.json;

import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.MalformedWireException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: how much JSON does one core convert? Input: requests of 512 spans with eight attributes
 * as the JS SDK writes them, random ids and times, 64 different ones in turn so that neither
 * branches nor names are learned by heart. Requests/s; the size is printed, MB/s = score × size. A
 * good answer: over 50 MB/s of JSON read, and no garbage a span.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class OtlpJsonBenchmark {
  private static final int REQUESTS = 64;
  private static final int SPANS = 512;

  private final JsonToProtobuf read = new JsonToProtobuf();
  private final ProtobufToJson print = new ProtobufToJson();
  private final ByteOutput output = new ByteOutput(0);
  private final byte[][] json = new byte[REQUESTS][];
  private final byte[][] protobuf = new byte[REQUESTS][];
  private int next;

  @Setup
  public void setup() throws MalformedJsonException {
    Random random = new Random(42);
    for (int i = 0; i < REQUESTS; i++) {
      json[i] = request(random).getBytes(StandardCharsets.UTF_8);
      protobuf[i] = output.copy(read.convert(json[i], 0, json[i].length, output));
    }
    System.out.printf("%nJSON %d bytes, protobuf %d%n", json[0].length, protobuf[0].length);
  }

  @Benchmark
  public int jsonToProtobuf() throws MalformedJsonException {
    byte[] body = json[next++ & (REQUESTS - 1)];
    return read.convert(body, 0, body.length, output);
  }

  @Benchmark
  public int protobufToJson() throws MalformedWireException {
    byte[] body = protobuf[next++ & (REQUESTS - 1)];
    return print.convert(body, 0, body.length, output);
  }

  private static String request(Random random) {
    StringBuilder b = new StringBuilder(512 * SPANS);
    b.append("{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",")
        .append("\"value\":{\"stringValue\":\"cart\"}}],\"droppedAttributesCount\":0},")
        .append(
            "\"scopeSpans\":[{\"scope\":{\"name\":\"http\",\"version\":\"0.200.0\"},\"spans\":[");
    for (int i = 0; i < SPANS; i++) {
      b.append(i == 0 ? "" : ",");
      span(b, random);
    }
    return b.append("]}]}]}").toString();
  }

  private static void span(StringBuilder b, Random random) {
    long start = 1_700_000_000_000_000_000L + (random.nextLong() >>> 12);
    b.append(String.format("{\"traceId\":\"%016x%016x\"", random.nextLong(), random.nextLong()))
        .append(String.format(",\"spanId\":\"%016x\"", random.nextLong()))
        .append(String.format(",\"parentSpanId\":\"%016x\"", random.nextLong()))
        .append(",\"name\":\"GET /api/v1/cart/items\",\"kind\":")
        .append(1 + random.nextInt(5))
        .append(",\"startTimeUnixNano\":\"")
        .append(start)
        .append("\",\"endTimeUnixNano\":\"")
        .append(start + random.nextInt(1 << 30))
        .append("\",\"attributes\":[");
    for (int i = 0; i < 8; i++) {
      b.append(i == 0 ? "" : ",").append("{\"key\":\"http.attribute.").append(i).append("\",");
      if ((i & 3) == 3) {
        b.append("\"value\":{\"intValue\":\"").append(random.nextInt(100_000)).append("\"}}");
      } else {
        b.append("\"value\":{\"stringValue\":\"value-").append(random.nextInt(1000)).append("\"}}");
      }
    }
    b.append("],\"droppedAttributesCount\":0,\"events\":[],\"droppedEventsCount\":0,")
        .append("\"status\":{\"code\":0},\"links\":[],\"droppedLinksCount\":0,\"flags\":257}");
  }
}
