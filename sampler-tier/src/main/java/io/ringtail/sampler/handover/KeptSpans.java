package io.ringtail.sampler.handover;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Header;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.depart.TraceAssembler;
import java.util.Arrays;

/**
 * Walks the spans of a kept trace as it was put together for export, each with the resource and
 * scope headers it was put together from. Threads: one. Buffers: borrowed.
 */
final class KeptSpans {
  private final WireReader resources = new WireReader();
  private final WireReader scopes = new WireReader();
  private final WireReader spans = new WireReader();
  private final WireReader fields = new WireReader();
  private Header resource = Header.EMPTY;
  private Header scope = Header.EMPTY;
  private int start;
  private int length;

  /**
   * @param resourceSpans written by {@link TraceAssembler}: they are sound
   */
  void reset(ByteBuf resourceSpans) {
    byte[] array = resourceSpans.hasArray() ? resourceSpans.array() : copy(resourceSpans);
    int from = resourceSpans.hasArray() ? resourceSpans.arrayOffset() : 0;
    int begin = resourceSpans.hasArray() ? from + resourceSpans.readerIndex() : 0;
    resources.reset(array, begin, begin + resourceSpans.readableBytes());
    scopes.reset(array, 0, 0);
    spans.reset(array, 0, 0);
  }

  private static byte[] copy(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    return bytes;
  }

  /** Goes to the next span; false if there is none. */
  boolean next() {
    try {
      while (!enter(spans, Otlp.SCOPE_SPANS_SPANS)) {
        while (!enter(scopes, Otlp.RESOURCE_SPANS_SCOPE_SPANS)) {
          if (!enter(resources, Otlp.REQUEST_RESOURCE_SPANS)) {
            return false;
          }
          resource = header(start, length, Otlp.RESOURCE_SPANS_SCOPE_SPANS);
          scopes.reset(resources.array(), start, start + length);
        }
        scope = header(start, length, Otlp.SCOPE_SPANS_SPANS);
        spans.reset(resources.array(), start, start + length);
      }
      return true;
    } catch (MalformedWireException e) {
      throw new AssertionError("was put together here", e);
    }
  }

  /** Finds the next field of a tag and notes where its content lies. */
  private boolean enter(WireReader in, int tag) throws MalformedWireException {
    while (in.next()) {
      if (in.tag() == tag) {
        length = in.readLength();
        start = in.position();
        in.position(start + length);
        return true;
      }
      in.skip();
    }
    return false;
  }

  /** All fields but those of a tag. */
  private Header header(int from, int size, int without) throws MalformedWireException {
    byte[] array = resources.array();
    byte[] bytes = new byte[size];
    int count = 0;
    fields.reset(array, from, from + size);
    while (fields.next()) {
      fields.skip();
      if (fields.tag() != without) {
        int fieldLength = fields.position() - fields.fieldStart();
        System.arraycopy(array, fields.fieldStart(), bytes, count, fieldLength);
        count += fieldLength;
      }
    }
    return count == 0 ? Header.EMPTY : new Header(Arrays.copyOf(bytes, count));
  }

  Header resource() {
    return resource;
  }

  Header scope() {
    return scope;
  }

  byte[] array() {
    return resources.array();
  }

  /** Where the present span's message bytes begin in {@link #array}. */
  int start() {
    return start;
  }

  int length() {
    return length;
  }
}
