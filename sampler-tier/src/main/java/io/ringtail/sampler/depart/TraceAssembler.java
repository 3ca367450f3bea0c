package io.ringtail.sampler.depart;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Header;
import io.ringtail.otlp.Otlp;
import io.ringtail.sampler.buffer.GroupTable;
import io.ringtail.sampler.buffer.SpanCursor;
import io.ringtail.sampler.buffer.SpanStore;
import io.ringtail.sampler.store.KeptMemory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts the spans of a trace together as {@code resource_spans} fields: one for each resource, in it
 * one {@code scope_spans} for each scope, both in the order of their first appearance, in that the
 * spans as they came. Two passes over the trace: the first adds up sizes, by which the place of
 * each group is known; the second copies each span to its place. Threads: the shard's.
 */
public final class TraceAssembler {
  private static final int NONE = -1;

  private final GroupTable groups;
  private final SpanCursor cursor;
  private final KeptMemory memory;

  /** For each group and resource number: its ordinal here, if the stamp is this trace's. */
  private int[] stamps = new int[64];

  private int[] ordinals = new int[64];
  private int[] resourceStamps = new int[64];
  private int[] leaders = new int[64];
  private int stamp;

  /** For each ordinal: group, bytes of its spans, the next with its resource, where to write. */
  private int[] group = new int[16];

  private int[] spanBytes = new int[16];
  private int[] next = new int[16];
  private int[] last = new int[16];
  private int[] at = new int[16];
  private int count;

  TraceAssembler(SpanStore spans, GroupTable groups, KeptMemory memory) {
    this.groups = groups;
    this.cursor = spans.cursor();
    this.memory = memory;
  }

  /**
   * @return the encoded trace, the caller's to release; null if there is no memory for it now
   */
  @Nullable ByteBuf assemble(int trace) {
    measure(trace);
    int total = 0;
    for (int i = 0; i < count; i++) {
      if (last[i] != NONE) {
        total = Math.addExact(total, fieldSize(resourceSpansSize(i)));
      }
    }
    ByteBuf out = memory.tryAllocate(total);
    if (out == null) {
      return null;
    }
    int position = 0;
    for (int i = 0; i < count; i++) {
      if (last[i] != NONE) {
        position = writeHeaders(out, position, i);
      }
    }
    copySpans(trace, out);
    return out.writerIndex(total);
  }

  private void measure(int trace) {
    count = 0;
    stamp++;
    ensureNumbers();
    cursor.reset(trace);
    while (cursor.next()) {
      int ordinal = ordinal(cursor.group());
      spanBytes[ordinal] = Math.addExact(spanBytes[ordinal], fieldSize(cursor.length()));
    }
  }

  private void ensureNumbers() {
    if (stamps.length < groups.numbers()) {
      int length = Integer.highestOneBit(groups.numbers()) * 2;
      stamps = Arrays.copyOf(stamps, length);
      ordinals = Arrays.copyOf(ordinals, length);
      resourceStamps = Arrays.copyOf(resourceStamps, length);
      leaders = Arrays.copyOf(leaders, length);
    }
  }

  private int ordinal(int number) {
    if (stamps[number] == stamp) {
      return ordinals[number];
    }
    stamps[number] = stamp;
    ordinals[number] = count;
    ensureOrdinals();
    group[count] = number;
    spanBytes[count] = 0;
    next[count] = NONE;
    last[count] = NONE;
    join(count, groups.resourceNumber(number));
    return count++;
  }

  /** Groups of one resource hang on the first of them, its leader; only a leader has a last. */
  private void join(int ordinal, int resource) {
    if (resourceStamps[resource] != stamp) {
      resourceStamps[resource] = stamp;
      leaders[resource] = ordinal;
      last[ordinal] = ordinal;
      return;
    }
    int leader = leaders[resource];
    next[last[leader]] = ordinal;
    last[leader] = ordinal;
  }

  private void ensureOrdinals() {
    if (count == group.length) {
      int length = count * 2;
      group = Arrays.copyOf(group, length);
      spanBytes = Arrays.copyOf(spanBytes, length);
      next = Arrays.copyOf(next, length);
      last = Arrays.copyOf(last, length);
      at = Arrays.copyOf(at, length);
    }
  }

  private int resourceSpansSize(int leader) {
    int size = groups.resource(group[leader]).size();
    for (int i = leader; i != NONE; i = next[i]) {
      size = Math.addExact(size, fieldSize(scopeSpansSize(i)));
    }
    return size;
  }

  private int scopeSpansSize(int ordinal) {
    return Math.addExact(groups.scope(group[ordinal]).size(), spanBytes[ordinal]);
  }

  private int writeHeaders(ByteBuf out, int start, int leader) {
    int position = writeTag(out, start, Otlp.REQUEST_RESOURCE_SPANS, resourceSpansSize(leader));
    position = write(out, position, groups.resource(group[leader]));
    for (int i = leader; i != NONE; i = next[i]) {
      position = writeTag(out, position, Otlp.RESOURCE_SPANS_SCOPE_SPANS, scopeSpansSize(i));
      position = write(out, position, groups.scope(group[i]));
      at[i] = position;
      position += spanBytes[i];
    }
    return position;
  }

  private void copySpans(int trace, ByteBuf out) {
    cursor.reset(trace);
    while (cursor.next()) {
      int ordinal = ordinals[cursor.group()];
      int position = writeTag(out, at[ordinal], Otlp.SCOPE_SPANS_SPANS, cursor.length());
      cursor.copyTo(out, position);
      at[ordinal] = position + cursor.length();
    }
  }

  private static int write(ByteBuf out, int position, Header header) {
    out.setBytes(position, header.bytes());
    return position + header.size();
  }

  /** Writes a tag below 128 and a length; returns the position behind them. */
  private static int writeTag(ByteBuf out, int position, int tag, int length) {
    out.setByte(position++, tag);
    int rest = length;
    while (rest > 0x7f) {
      out.setByte(position++, (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.setByte(position++, rest);
    return position;
  }

  /** A field of that length with its tag and the length itself. */
  private static int fieldSize(int length) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(length | 1);
    return Math.addExact(length, 1 + (bits + 6) / 7);
  }
}
