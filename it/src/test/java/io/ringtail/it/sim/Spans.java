package io.ringtail.it.sim;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import java.util.List;
import java.util.function.LongConsumer;

/** Small requests of real OTLP, and what spans are in exported bytes. */
final class Spans {
  private static final int NAME = 5 << 3 | 2;

  private Spans() {}

  /** What a client sends in one request. */
  record Span(long traceHi, long traceLo, long id, boolean error) {}

  static byte[] request(List<Span> spans, int service, int padding) {
    byte[] resource = field(1, field(1, attribute("service.name", "s" + service)));
    int size = 0;
    byte[][] encoded = new byte[spans.size()][];
    for (int i = 0; i < encoded.length; i++) {
      encoded[i] = field(2, span(spans.get(i), padding));
      size += encoded[i].length;
    }
    byte[] scope = field(2, join(size, encoded));
    return field(1, join(resource.length + scope.length, resource, scope));
  }

  private static byte[] attribute(String key, String value) {
    byte[] k = field(1, key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    byte[] v = field(2, field(1, value.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    return join(k.length + v.length, k, v);
  }

  private static byte[] span(Span s, int padding) {
    byte[] pad = padding == 0 ? new byte[0] : field(3, new byte[padding]); // its trace state
    byte[] b = new byte[18 + 10 + 3 + 18 + (s.error ? 4 : 0) + pad.length];
    System.arraycopy(pad, 0, b, b.length - pad.length, pad.length);
    b[0] = 1 << 3 | 2;
    b[1] = 16;
    putLong(b, 2, s.traceHi);
    putLong(b, 10, s.traceLo);
    b[18] = 2 << 3 | 2;
    b[19] = 8;
    putLong(b, 20, s.id);
    b[28] = NAME;
    b[29] = 1;
    b[30] = 'x';
    b[31] = 7 << 3 | 1;
    b[40] = 8 << 3 | 1;
    if (s.error) {
      b[49] = 15 << 3 | 2;
      b[50] = 2;
      b[51] = 3 << 3;
      b[52] = 2;
    }
    return b;
  }

  private static void putLong(byte[] b, int at, long value) {
    for (int i = 0; i < 8; i++) {
      b[at + i] = (byte) (value >>> 56 - 8 * i);
    }
  }

  private static byte[] field(int number, byte[] body) {
    int lengthBytes = body.length < 128 ? 1 : body.length < 1 << 14 ? 2 : 3;
    byte[] out = new byte[1 + lengthBytes + body.length];
    out[0] = (byte) (number << 3 | 2);
    int length = body.length;
    for (int i = 1; i <= lengthBytes; i++) {
      out[i] = (byte) (length & 0x7f | (i < lengthBytes ? 0x80 : 0));
      length >>>= 7;
    }
    System.arraycopy(body, 0, out, 1 + lengthBytes, body.length);
    return out;
  }

  private static byte[] join(int size, byte[]... parts) {
    byte[] out = new byte[size];
    int at = 0;
    for (byte[] p : parts) {
      System.arraycopy(p, 0, out, at, p.length);
      at += p.length;
    }
    return out;
  }

  /** The span IDs in {@code ResourceSpans} fields. */
  static void ids(byte[] array, int start, int end, LongConsumer each) {
    try {
      WireReader data = new WireReader().reset(array, start, end);
      while (data.next()) {
        int resourceEnd = data.readLength() + data.position();
        WireReader resource = new WireReader().reset(array, data.position(), resourceEnd);
        while (resource.next()) {
          int scopeEnd = resource.readLength() + resource.position();
          if (resource.tag() == Otlp.RESOURCE_SPANS_SCOPE_SPANS) {
            scope(array, resource.position(), scopeEnd, each);
          }
          resource.position(scopeEnd);
        }
        data.position(resourceEnd);
      }
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
  }

  private static void scope(byte[] array, int start, int end, LongConsumer each)
      throws MalformedWireException {
    WireReader scope = new WireReader().reset(array, start, end);
    while (scope.next()) {
      int length = scope.readLength();
      int at = scope.position();
      if (scope.tag() == Otlp.SCOPE_SPANS_SPANS) {
        each.accept(WireReader.longBigEndian(array, at + 20));
      }
      scope.position(at + length);
    }
  }
}
