package io.ringtail.router.split;

import io.netty.buffer.ByteBufAllocator;
import io.ringtail.link.Header;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.ring.SlotSet;
import io.ringtail.trace.TraceHash;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts the spans of some slots out of a part that was accepted (protocol R1), as often as wanted
 * after one walk over it. Threads: one a cutter. Buffers: what is read is borrowed until the next
 * {@link #read}; pieces are the caller's to release.
 */
public final class PartCutter {
  private static final int NO_OWNER = -1;

  private final ByteBufAllocator allocator;
  private final WireReader reader = new WireReader();
  private final SpanIds ids = new SpanIds();

  /** The owner of a span is its slot here, its scope the number of its group. */
  private final SpanList spans = new SpanList();

  private byte[] array = new byte[0];
  private Header context = Header.EMPTY;
  private Header[] headers = new Header[0];

  /**
   * @param allocator of the pieces' heap buffers
   */
  public PartCutter(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /**
   * Walks a part.
   *
   * @param from its span fields, from 0
   * @param groupHeaders resource and scope of each group, in turn
   * @param ends where each group ends
   * @return itself
   */
  public PartCutter read(byte[] from, Header partContext, Header[] groupHeaders, int[] ends) {
    array = from;
    context = partContext;
    headers = groupHeaders;
    spans.clear();
    try {
      int start = 0;
      for (int group = 0; group < ends.length; group++) {
        walk(start, ends[group], group);
        start = ends[group];
      }
    } catch (MalformedWireException e) {
      throw new AssertionError("a part that was split before", e);
    }
    return this;
  }

  private void walk(int start, int end, int group) throws MalformedWireException {
    reader.reset(array, start, end);
    while (reader.next()) {
      if (reader.tag() != Otlp.SCOPE_SPANS_SPANS) {
        throw new AssertionError("tag " + reader.tag());
      }
      int length = reader.readLength();
      int at = reader.position();
      reader.position(at + length);
      ids.read(array, at, at + length);
      int slot = TraceHash.slot(ids.hi(), ids.lo());
      spans.add(reader.fieldStart(), at + length, slot, group);
    }
  }

  /** The spans of {@code slots}, in their order, as a part without an owner; empty if none is. */
  public Optional<Part> cut(SlotSet slots) {
    int bytes = 0;
    int count = 0;
    int groups = 0;
    int group = -1;
    for (int i = 0; i < spans.count(); i++) {
      if (slots.contains(spans.owner(i))) {
        bytes += spans.end(i) - spans.start(i);
        count++;
        groups += spans.scope(i) == group ? 0 : 1;
        group = spans.scope(i);
      }
    }
    return count == 0 ? Optional.empty() : Optional.of(build(slots, bytes, count, groups));
  }

  private Part build(SlotSet slots, int bytes, int count, int groups) {
    PartBuilder builder = new PartBuilder(NO_OWNER, bytes, count, groups, allocator);
    for (int i = 0; i < spans.count(); i++) {
      if (slots.contains(spans.owner(i))) {
        int group = spans.scope(i);
        builder.add(
            array, spans.start(i), spans.end(i), group, headers[2 * group], headers[2 * group + 1]);
      }
    }
    return builder.build(context);
  }

  /** The different ones of {@code slots} that have spans, ascending. */
  public int[] slotsWithin(SlotSet slots) {
    int[] found = new int[spans.count()];
    int count = 0;
    for (int i = 0; i < spans.count(); i++) {
      if (slots.contains(spans.owner(i))) {
        found[count++] = spans.owner(i);
      }
    }
    return Arrays.stream(found, 0, count).sorted().distinct().toArray();
  }
}
