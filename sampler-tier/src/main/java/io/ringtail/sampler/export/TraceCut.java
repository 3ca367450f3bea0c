package io.ringtail.sampler.export;

import io.ringtail.link.WireWriter;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts an encoded trace that is too large for one request into pieces, between spans; each repeats
 * the resource and scope its spans stand under. Spans keep their order and their bytes.
 *
 * <p>A header of more than half the limit is not repeated: the trace then stays whole. So the
 * pieces together take at most three times its bytes.
 */
final class TraceCut {
  /**
   * @param resourceSpans encoded as the trace was
   */
  record Piece(byte[] resourceSpans, int spanCount) {}

  private final byte[] trace;
  private final int maxBytes;
  private final List<Piece> pieces = new ArrayList<>();
  private final WireWriter piece = new WireWriter(256);
  private final WireWriter resource = new WireWriter(256);
  private final WireWriter scope = new WireWriter(256);
  private byte[] resourceHeader = new byte[0];
  private byte[] scopeHeader = new byte[0];
  private int spansInPiece;
  private int spansInResource;
  private int spansInScope;
  private boolean headersTooLarge;

  private TraceCut(byte[] trace, int maxBytes) {
    this.trace = trace;
    this.maxBytes = maxBytes;
  }

  /**
   * Cuts it.
   *
   * @param trace {@code resource_spans} fields; borrowed
   * @param maxBytes of a piece, but for a single larger span
   * @return the pieces, in order; none if it cannot be cut
   */
  static List<Piece> cut(byte[] trace, int maxBytes) {
    TraceCut cut = new TraceCut(trace, maxBytes);
    try {
      cut.readTrace();
    } catch (MalformedWireException e) {
      return List.of();
    }
    return cut.headersTooLarge ? List.of() : cut.pieces;
  }

  private void readTrace() throws MalformedWireException {
    WireReader in = new WireReader().reset(trace, 0, trace.length);
    while (in.next() && !headersTooLarge) {
      if (in.tag() != Otlp.REQUEST_RESOURCE_SPANS) {
        throw new MalformedWireException("field " + in.field() + " beside resource_spans");
      }
      int length = in.readLength();
      readResourceSpans(in.position(), in.position() + length);
      in.position(in.position() + length);
    }
    endPiece();
  }

  private void readResourceSpans(int start, int end) throws MalformedWireException {
    resourceHeader = header(start, end, Otlp.RESOURCE_SPANS_SCOPE_SPANS);
    WireReader in = new WireReader().reset(trace, start, end);
    while (in.next() && !headersTooLarge) {
      if (in.tag() == Otlp.RESOURCE_SPANS_SCOPE_SPANS) {
        int length = in.readLength();
        readScopeSpans(in.position(), in.position() + length);
        in.position(in.position() + length);
      } else {
        in.skip();
      }
    }
    endResource();
  }

  private void readScopeSpans(int start, int end) throws MalformedWireException {
    scopeHeader = header(start, end, Otlp.SCOPE_SPANS_SPANS);
    headersTooLarge |= resourceHeader.length + scopeHeader.length > maxBytes / 2;
    WireReader in = new WireReader().reset(trace, start, end);
    while (in.next() && !headersTooLarge) {
      in.skip();
      if (in.tag() == Otlp.SCOPE_SPANS_SPANS) {
        addSpan(in.fieldStart(), in.position());
      }
    }
    endScope();
  }

  /** All fields of a message but those of one tag, as they stand. */
  private byte[] header(int start, int end, int without) throws MalformedWireException {
    WireWriter out = new WireWriter(256);
    WireReader in = new WireReader().reset(trace, start, end);
    while (in.next()) {
      in.skip();
      if (in.tag() != without) {
        out.raw(trace, in.fieldStart(), in.position() - in.fieldStart());
      }
    }
    return out.toByteArray();
  }

  private void addSpan(int start, int end) {
    if (spansInPiece > 0 && sizeWith(end - start) > maxBytes) {
      endPiece();
    }
    if (spansInResource == 0) {
      resource.clear();
      resource.raw(resourceHeader, resourceHeader.length);
    }
    if (spansInScope == 0) {
      scope.clear();
      scope.raw(scopeHeader, scopeHeader.length);
    }
    scope.raw(trace, start, end - start);
    spansInScope++;
    spansInResource++;
    spansInPiece++;
  }

  /** Bytes of the piece if a span field of so many were added to it. */
  private int sizeWith(int spanField) {
    int scopeSize = spanField + (spansInScope == 0 ? scopeHeader.length : scope.size());
    int resourceSize =
        (spansInResource == 0 ? resourceHeader.length : resource.size())
            + WireWriter.lengthFieldSize(Otlp.RESOURCE_SPANS_SCOPE_SPANS, scopeSize);
    return piece.size() + WireWriter.lengthFieldSize(Otlp.REQUEST_RESOURCE_SPANS, resourceSize);
  }

  private void endScope() {
    if (spansInScope > 0) {
      resource.messageField(Otlp.RESOURCE_SPANS_SCOPE_SPANS, scope);
    }
    spansInScope = 0;
  }

  private void endResource() {
    endScope();
    if (spansInResource > 0) {
      piece.messageField(Otlp.REQUEST_RESOURCE_SPANS, resource);
    }
    spansInResource = 0;
  }

  private void endPiece() {
    endResource();
    if (spansInPiece > 0) {
      pieces.add(new Piece(Arrays.copyOf(piece.array(), piece.size()), spansInPiece));
    }
    piece.clear();
    spansInPiece = 0;
  }
}
