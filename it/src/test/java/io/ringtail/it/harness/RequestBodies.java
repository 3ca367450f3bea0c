package io.ringtail.it.harness;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/**
 * Export requests of 512 spans of one encoded size in 8 resources, with attributes as web services
 * have them. The trace IDs of a body can be written anew in place, so that a few bodies make many
 * traces: each trace gets one span in each of {@link #SPANS_A_TRACE} consecutive requests.
 */
public final class RequestBodies {
  public static final int SPANS = 512;
  public static final int RESOURCES = 8;
  public static final int SPANS_A_TRACE = 20;

  private static final int SPANS_A_RESOURCE = SPANS / RESOURCES;
  private static final int TRACE_ID_IN_SPAN = 2;
  private static final int SPAN_ID_BEHIND_TRACE_ID = 18;
  private final byte[][] bodies;
  private final int[][] traceIdOffsets;

  /**
   * @param spanBytes encoded size of each span
   * @param resourceBytes size of each resource
   */
  public RequestBodies(int count, int spanBytes, int resourceBytes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    bodies = new byte[count][];
    traceIdOffsets = new int[count][];
    for (int i = 0; i < count; i++) {
      bodies[i] = body(random, spanBytes, resourceBytes);
      traceIdOffsets[i] = traceIdOffsets(bodies[i]);
    }
  }

  /** A copy of a body with the trace and span IDs of request {@code n}. */
  public byte[] request(long n) {
    int i = (int) (n % bodies.length);
    byte[] body = bodies[i].clone();
    long firstTrace = n / SPANS_A_TRACE * SPANS;
    int[] offsets = traceIdOffsets[i];
    for (int span = 0; span < SPANS; span++) {
      long trace = firstTrace + span;
      writeLong(body, offsets[span], mix(trace));
      writeLong(body, offsets[span] + 8, mix(~trace));
      writeLong(body, offsets[span] + SPAN_ID_BEHIND_TRACE_ID, mix(-1 - n * SPANS - span));
    }
    return body;
  }

  /**
   * Which span this is, told by its IDs.
   *
   * @param span where in {@code array} an encoded span of {@link #request} begins
   * @return {@code n * SPANS} and its place in request {@code n}
   * @throws AssertionError if it is none, or does not carry its trace's ID
   */
  public static long number(byte[] array, int span) {
    long number = spanNumber(array, span);
    long trace = number / SPANS / SPANS_A_TRACE * SPANS + number % SPANS;
    assertTrace(array, span, mix(trace), mix(~trace));
    return number;
  }

  /** As {@link #number}, of a span of {@link #requestWithHotTrace}. */
  public static long numberWithHotTrace(byte[] array, int span, int every, long idHi, long idLo) {
    long number = spanNumber(array, span);
    if (number % SPANS % every != 0) {
      return number(array, span);
    }
    assertTrace(array, span, idHi, idLo);
    return number;
  }

  private static long spanNumber(byte[] array, int span) {
    int spanId = span + TRACE_ID_IN_SPAN + SPAN_ID_BEHIND_TRACE_ID;
    long number = -1 - unmix(WireReader.longBigEndian(array, spanId));
    if (number < 0) {
      throw new AssertionError("a span that was not sent");
    }
    return number;
  }

  private static void assertTrace(byte[] array, int span, long idHi, long idLo) {
    int traceId = span + TRACE_ID_IN_SPAN;
    if (WireReader.longBigEndian(array, traceId) != idHi
        || WireReader.longBigEndian(array, traceId + Long.BYTES) != idLo) {
      throw new AssertionError("a span with another trace's ID");
    }
  }

  /**
   * A body of request {@code n} in which every {@code every}-th span carries one and the same ID.
   */
  public byte[] requestWithHotTrace(long n, int every, long idHi, long idLo) {
    byte[] body = request(n);
    int[] offsets = traceIdOffsets[(int) (n % bodies.length)];
    for (int span = 0; span < SPANS; span += every) {
      writeLong(body, offsets[span], idHi);
      writeLong(body, offsets[span] + 8, idLo);
    }
    return body;
  }

  public static byte[] gzip(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 2);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] body(SplittableRandom random, int spanBytes, int resourceBytes) {
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    for (int r = 0; r < RESOURCES; r++) {
      ScopeSpans.Builder scope =
          ScopeSpans.newBuilder()
              .setScope(
                  InstrumentationScope.newBuilder()
                      .setName("io.opentelemetry.tomcat-10.0")
                      .setVersion("2.33.1"));
      for (int s = 0; s < SPANS_A_RESOURCE; s++) {
        scope.addSpans(span(random, spanBytes));
      }
      request.addResourceSpans(
          ResourceSpans.newBuilder().setResource(resource(r, resourceBytes)).addScopeSpans(scope));
    }
    return request.build().toByteArray();
  }

  private static Resource resource(int r, int bytes) {
    Resource.Builder resource = Resource.newBuilder();
    resource.addAttributes(text("service.name", "checkout-" + r));
    resource.addAttributes(text("k8s.pod.name", "checkout-" + r + "-5c66d57d58-6mp2b"));
    for (int i = 0; resource.build().getSerializedSize() < bytes - 60; i++) {
      resource.addAttributes(text("k8s.pod.label." + i, "value-of-label-" + r + "-" + i));
    }
    return resource.build();
  }

  private static Span span(SplittableRandom random, int bytes) {
    long start = 1_760_000_000_000_000_000L + random.nextLong(1_000_000_000L);
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(randomBytes(random, 16))
            .setSpanId(randomBytes(random, 8))
            .setParentSpanId(randomBytes(random, 8))
            .setName("GET /api/v1/products/{id}")
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .setStartTimeUnixNano(start)
            .setEndTimeUnixNano(start + random.nextLong(400_000_000L))
            .setFlags(0x101)
            .addAttributes(text("http.request.method", random.nextBoolean() ? "GET" : "POST"))
            .addAttributes(text("url.path", "/api/v1/products/" + random.nextInt(100_000)))
            .addAttributes(number("http.response.status_code", 200))
            .addAttributes(number("server.port", 8080))
            .addAttributes(text("network.peer.address", "10.1." + random.nextInt(256) + ".7"));
    span.addAttributes(text("thread.name", hex(random, 60)));
    int missing = bytes - span.build().getSerializedSize();
    String filled = hex(random, 60 + Math.max(0, missing));
    span.setAttributes(5, text("thread.name", filled));
    int over = span.build().getSerializedSize() - bytes;
    span.setAttributes(5, text("thread.name", filled.substring(Math.max(0, over))));
    return span.build();
  }

  private static String hex(SplittableRandom random, int length) {
    StringBuilder b = new StringBuilder(length + 16);
    while (b.length() < length) {
      b.append("http-nio-8080-exec-").append(Integer.toHexString(random.nextInt())).append(' ');
    }
    return b.substring(0, length);
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static KeyValue number(String key, long value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setIntValue(value))
        .build();
  }

  private static ByteString randomBytes(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static int[] traceIdOffsets(byte[] body) {
    int[] offsets = new int[SPANS];
    int[] found = {0};
    try {
      WireReader request = new WireReader().reset(body, 0, body.length);
      while (request.next()) {
        int end = request.readLength() + request.position();
        offsetsOfResource(body, request.position(), end, offsets, found);
        request.position(end);
      }
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
    if (found[0] != SPANS) {
      throw new AssertionError(Arrays.toString(found));
    }
    return offsets;
  }

  private static void offsetsOfResource(byte[] body, int start, int end, int[] offsets, int[] found)
      throws MalformedWireException {
    WireReader resource = new WireReader().reset(body, start, end);
    while (resource.next()) {
      int fieldEnd = resource.readLength() + resource.position();
      if (resource.tag() == Otlp.RESOURCE_SPANS_SCOPE_SPANS) {
        WireReader scope = new WireReader().reset(body, resource.position(), fieldEnd);
        while (scope.next()) {
          int length = scope.readLength();
          if (scope.tag() == Otlp.SCOPE_SPANS_SPANS) {
            offsets[found[0]++] = scope.position() + 2;
          }
          scope.position(scope.position() + length);
        }
      }
      resource.position(fieldEnd);
    }
  }

  private static void writeLong(byte[] array, int offset, long value) {
    for (int i = 0; i < 8; i++) {
      array[offset + i] = (byte) (value >>> 56 - 8 * i);
    }
  }

  private static long mix(long x) {
    long z = x + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** The inverse of {@link #mix}: its factors are odd, and a shift undoes itself piece by piece. */
  private static long unmix(long mixed) {
    long z = mixed ^ mixed >>> 31 ^ mixed >>> 62;
    z *= 0x319642b2d24d8ec3L;
    z = z ^ z >>> 27 ^ z >>> 54;
    z *= 0x96de1b173f119089L;
    return (z ^ z >>> 30 ^ z >>> 60) - 0x9e3779b97f4a7c15L;
  }
}
