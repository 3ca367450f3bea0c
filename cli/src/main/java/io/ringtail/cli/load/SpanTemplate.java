package io.ringtail.cli.load;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * One encoded span, as a field of its ScopeSpans, of which IDs, times and one attribute are written
 * anew for every span: a copy and a few numbers, no objects. Immutable.
 */
final class SpanTemplate {
  private static final VarHandle LONG_BE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG_LE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final ByteString SOME_TRACE = ByteString.copyFrom(new byte[16]);
  private static final ByteString SOME_SPAN = ByteString.copyFrom(new byte[8]);
  private static final long SOME_TIME = 1;
  private static final int UNIQUE_DIGITS = 16;

  private final byte[] encoded;
  private int traceId;
  private int spanId;
  private int parentId = -1;
  private int start;
  private int end;
  private int unique;

  /**
   * What a template is of.
   *
   * @param root whether it has no parent
   * @param error whether its status is one
   * @param spanBytes its encoded size; it is more if there is no room for what every span has
   */
  record Kind(String name, boolean root, boolean error, int spanBytes) {}

  private SpanTemplate(Span span) {
    encoded = ScopeSpans.newBuilder().addSpans(span).build().toByteArray();
    try {
      findPlaces();
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes one up; what fills it is random text, so that it compresses as attributes do. */
  static SpanTemplate of(Kind kind, SplittableRandom random) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(SOME_TRACE)
            .setSpanId(SOME_SPAN)
            .setParentSpanId(kind.root() ? ByteString.EMPTY : SOME_SPAN)
            .setName(kind.name())
            .setKind(kind.root() ? Span.SpanKind.SPAN_KIND_SERVER : Span.SpanKind.SPAN_KIND_CLIENT)
            .setStartTimeUnixNano(SOME_TIME)
            .setEndTimeUnixNano(SOME_TIME)
            .addAttributes(text("load.id", "0".repeat(UNIQUE_DIGITS)))
            .addAttributes(text("http.request.method", random.nextBoolean() ? "GET" : "POST"))
            .addAttributes(number("http.response.status_code", kind.error() ? 500 : 200));
    if (kind.error()) {
      span.setStatus(
          Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage("made up"));
    }
    int missing = kind.spanBytes() - span.build().getSerializedSize();
    if (missing > 0) {
      fill(span, missing, random);
    }
    return new SpanTemplate(span.build());
  }

  /** Adds attributes of a plausible length that take exactly so many bytes, if that can be. */
  private static void fill(Span.Builder span, int bytes, SplittableRandom random) {
    int left = bytes;
    for (int i = 0; left > 0; i++) {
      String key = "load.filler." + i;
      int overhead = attributeBytes(key, 0);
      int length = left < 2 * (overhead + 40) ? left - overhead : 40;
      while (length > 0 && attributeBytes(key, length) > left) {
        length--;
      }
      if (length <= 0) {
        return; // a few bytes are missing, too few for an attribute
      }
      span.addAttributes(text(key, words(length, random)));
      left -= attributeBytes(key, length);
    }
  }

  private static int attributeBytes(String key, int length) {
    return Span.newBuilder()
        .addAttributes(text(key, "x".repeat(length)))
        .build()
        .getSerializedSize();
  }

  private static String words(int length, SplittableRandom random) {
    StringBuilder text = new StringBuilder(length + 32);
    while (text.length() < length) {
      text.append("value-").append(HexFormat.of().toHexDigits(random.nextLong())).append(' ');
    }
    return text.substring(0, length);
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

  private void findPlaces() throws MalformedWireException {
    WireReader scope = new WireReader().reset(encoded, 0, encoded.length);
    scope.next();
    int length = scope.readLength();
    WireReader span = new WireReader().reset(encoded, scope.position(), scope.position() + length);
    while (span.next()) {
      switch (span.tag()) {
        case Otlp.SPAN_TRACE_ID -> traceId = contentOf(span);
        case Otlp.SPAN_SPAN_ID -> spanId = contentOf(span);
        case Otlp.SPAN_PARENT_SPAN_ID -> parentId = contentOf(span);
        case Otlp.SPAN_START_TIME -> start = contentOf(span);
        case Otlp.SPAN_END_TIME -> end = contentOf(span);
        case Otlp.SPAN_ATTRIBUTES -> {
          span.skip();
          if (unique == 0) {
            unique = span.position() - UNIQUE_DIGITS; // its value is the last of it
          }
        }
        default -> span.skip();
      }
    }
  }

  /** Where the value of the present field begins; it is skipped. */
  private static int contentOf(WireReader span) throws MalformedWireException {
    int begin;
    if (span.wireType() == WireReader.LEN) {
      int length = span.readLength();
      begin = span.position();
      span.position(begin + length);
    } else {
      begin = span.position();
      span.skip();
    }
    return begin;
  }

  /** Of the span with its tag and length. */
  int bytes() {
    return encoded.length;
  }

  /**
   * Writes it.
   *
   * @param target with room for {@link #bytes}
   * @param at where
   */
  void write(byte[] target, int at) {
    System.arraycopy(encoded, 0, target, at, encoded.length);
  }

  /** Writes the IDs of the span that {@link #write} put there. */
  void writeIds(byte[] target, int at, long idHi, long idLo, long id, long parent) {
    LONG_BE.set(target, at + traceId, idHi);
    LONG_BE.set(target, at + traceId + Long.BYTES, idLo);
    LONG_BE.set(target, at + spanId, id);
    if (parentId >= 0) {
      LONG_BE.set(target, at + parentId, parent);
    }
    for (int digit = 0; digit < UNIQUE_DIGITS; digit++) {
      target[at + unique + digit] = HEX[(int) (id >>> 4 * digit) & 15];
    }
  }

  /** Writes the times, in nanoseconds since 1970, of the span that {@link #write} put there. */
  void writeTimes(byte[] target, int at, long startNanos, long endNanos) {
    LONG_LE.set(target, at + start, startNanos);
    LONG_LE.set(target, at + end, endNanos);
  }
}
