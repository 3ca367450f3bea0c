package io.ringtail.router.split;

import io.netty.buffer.ByteBufAllocator;
import io.ringtail.link.Header;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts export requests into parts. A first walk over the tags finds each span's owner and adds up
 * sizes; then every span is copied once, tag and length included, into its owner's buffer of
 * exactly that size. Only the two levels above spans are walked, and of a span its top-level
 * fields, so depth of nesting does not matter.
 *
 * <p>Fields may come in any order and more than once: a resource's header is all its fields but
 * {@code scope_spans}, wherever they stand. Unknown fields of resources, scopes and spans are kept;
 * unknown fields of the request itself belong to no part and are left out. What holds no valid span
 * vanishes.
 *
 * <p>Threads: one a splitter; its scratch is reused, so there is no garbage per span. Buffers:
 * input is borrowed for the call; parts are the caller's to release; none is left behind by a
 * failure.
 */
public final class BatchSplitter {
  private static final int KEPT_HEADERS = 1 << 16;

  private final HeaderTable headerTable;
  private final ByteBufAllocator allocator;

  private final WireReader request = new WireReader();
  private final WireReader resourceSpans = new WireReader();
  private final WireReader scopeSpans = new WireReader();
  private final SpanIds ids = new SpanIds();
  private final Ranges resourceHeader = new Ranges();
  private final Ranges scopeHeader = new Ranges();
  private final SpanList spans = new SpanList();
  private final OwnerTallies tallies = new OwnerTallies();

  /** Resource and scope of each scope that has valid spans. */
  private Header[] headers = new Header[32];

  private int scopes;
  private long rejected;

  /**
   * @param headerTable shared by all splitters of a router
   * @param allocator of the parts' heap buffers
   */
  public BatchSplitter(HeaderTable headerTable, ByteBufAllocator allocator) {
    this.headerTable = headerTable;
    this.allocator = allocator;
  }

  /**
   * Cuts an encoded {@code ExportTraceServiceRequest}.
   *
   * @param table must have owners
   * @throws MalformedWireException if the request, or the top level of any of its spans, is not
   *     protobuf; then there are no parts at all
   */
  public Split split(byte[] body, int offset, int length, Header context, RoutingTable table)
      throws MalformedWireException {
    begin(table);
    request.reset(body, offset, offset + length);
    while (request.next()) {
      if (request.tag() == Otlp.REQUEST_RESOURCE_SPANS) {
        request.enter(resourceSpans);
        walkResource(body, table);
      } else {
        request.skip();
      }
    }
    return finish(body, context, table);
  }

  /**
   * Cuts a part anew, by a newer table; its spans have been found valid before.
   *
   * @param part borrowed
   */
  public Split resplit(Part part, RoutingTable table) throws MalformedWireException {
    begin(table);
    byte[] array = part.array();
    for (int group = 0; group < part.groupCount(); group++) {
      scopeSpans.reset(array, part.spansStart(group), part.spansEnd(group));
      if (walkSpans(array, table)) {
        keepScope(part.resource(group), part.scope(group));
      }
    }
    return finish(array, part.context(), table);
  }

  /** Bytes of memory kept for the next request, about. */
  long scratchBytes() {
    return spans.capacityBytes() + 4L * headers.length;
  }

  private void begin(RoutingTable table) {
    if (table.ownerCount() == 0) {
      throw new IllegalArgumentException("epoch " + table.order() + " has no owners");
    }
    spans.clear();
    if (headers.length > KEPT_HEADERS) {
      headers = new Header[KEPT_HEADERS];
    }
    tallies.reset(table.ownerCount());
    scopes = 0;
    rejected = 0;
  }

  private void walkResource(byte[] body, RoutingTable table) throws MalformedWireException {
    int firstScope = scopes;
    resourceHeader.clear();
    while (resourceSpans.next()) {
      if (resourceSpans.tag() == Otlp.RESOURCE_SPANS_SCOPE_SPANS) {
        resourceSpans.enter(scopeSpans);
        scopeHeader.clear();
        if (walkSpans(body, table)) {
          keepScope(Header.EMPTY, headerTable.intern(body, scopeHeader));
        }
      } else {
        resourceSpans.skip();
        resourceHeader.add(resourceSpans.fieldStart(), resourceSpans.position());
      }
    }
    if (scopes > firstScope) {
      Header resource = headerTable.intern(body, resourceHeader);
      for (int scope = firstScope; scope < scopes; scope++) {
        headers[2 * scope] = resource;
      }
    }
  }

  /** Walks one {@code ScopeSpans}; returns whether it has valid spans. */
  private boolean walkSpans(byte[] body, RoutingTable table) throws MalformedWireException {
    int before = spans.count();
    takeUsualSpans(body, table);
    while (scopeSpans.next()) {
      if (scopeSpans.tag() == Otlp.SCOPE_SPANS_SPANS) {
        int length = scopeSpans.readLength();
        int start = scopeSpans.position();
        int end = start + length;
        scopeSpans.position(end);
        takeSpan(body, scopeSpans.fieldStart(), start, end, table);
      } else {
        scopeSpans.skip();
        scopeHeader.add(scopeSpans.fieldStart(), scopeSpans.position());
      }
      takeUsualSpans(body, table);
    }
    return spans.count() > before;
  }

  /** Takes spans as long as they follow each other with lengths of two bytes, as nearly all do. */
  private void takeUsualSpans(byte[] body, RoutingTable table) throws MalformedWireException {
    int at = scopeSpans.position();
    int last = scopeSpans.end() - 3;
    while (at < last
        && body[at] == Otlp.SCOPE_SPANS_SPANS
        && body[at + 1] < 0
        && body[at + 2] >= 0) {
      int start = at + 3;
      int end = start + ((body[at + 1] & 0x7f) | (body[at + 2] << 7));
      if (end > scopeSpans.end()) {
        break;
      }
      takeSpan(body, at, start, end, table);
      at = end;
    }
    scopeSpans.position(at);
  }

  private void takeSpan(byte[] body, int fieldStart, int start, int end, RoutingTable table)
      throws MalformedWireException {
    if (!ids.read(body, start, end)) {
      rejected++;
      return;
    }
    int owner = table.ownerIndex(TraceHash.slot(ids.hi(), ids.lo()));
    spans.add(fieldStart, end, owner, scopes);
    tallies.add(owner, scopes, end - fieldStart);
  }

  private void keepScope(Header resource, Header scope) {
    if (2 * scopes == headers.length) {
      headers = Arrays.copyOf(headers, 2 * headers.length);
    }
    headers[2 * scopes] = resource;
    headers[2 * scopes + 1] = scope;
    scopes++;
  }

  private Split finish(byte[] from, Header context, RoutingTable table) {
    @Nullable PartBuilder[] builders = new PartBuilder[table.ownerCount()];
    try {
      open(builders);
      copySpans(from, builders);
    } catch (RuntimeException | Error e) {
      release(builders);
      throw e;
    } finally {
      Arrays.fill(headers, 0, 2 * scopes, Header.EMPTY);
    }
    List<Part> parts = new ArrayList<>();
    for (PartBuilder builder : builders) {
      if (builder != null) {
        parts.add(builder.build(context));
      }
    }
    return new Split(parts, spans.count(), rejected);
  }

  private void open(@Nullable PartBuilder[] builders) {
    for (int owner = 0; owner < builders.length; owner++) {
      if (tallies.spans(owner) > 0) {
        builders[owner] =
            new PartBuilder(
                owner,
                tallies.bytes(owner),
                tallies.spans(owner),
                tallies.groups(owner),
                allocator);
      }
    }
  }

  /** Spans of one owner that are neighbours are copied together. */
  private void copySpans(byte[] from, @Nullable PartBuilder[] builders) {
    int count = spans.count();
    int i = 0;
    while (i < count) {
      int first = i++;
      int owner = spans.owner(first);
      int scope = spans.scope(first);
      int end = spans.end(first);
      while (i < count
          && spans.owner(i) == owner
          && spans.start(i) == end
          && spans.scope(i) == scope) {
        end = spans.end(i++);
      }
      PartBuilder builder = builders[owner];
      if (builder == null) {
        throw new AssertionError(owner);
      }
      builder.add(from, spans.start(first), end, scope, headers[2 * scope], headers[2 * scope + 1]);
    }
  }

  private static void release(@Nullable PartBuilder[] builders) {
    for (PartBuilder builder : builders) {
      if (builder != null) {
        builder.release();
      }
    }
  }
}
