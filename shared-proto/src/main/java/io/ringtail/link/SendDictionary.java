package io.ringtail.link;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The router's side of a link's dictionary: gives each header a number by which the groups of a
 * part refer to it. What is new is written as a definition; the least recently used is forgotten
 * first. Headers that cannot be kept are numbered for this part alone, above the slots, so that
 * each crosses at most once a part. Threads: the link's.
 */
final class SendDictionary {
  private final DictionaryLimits limits;

  /** In the order of last use. A slot used by the present part is not forgotten within it. */
  private final LinkedHashMap<Header, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);

  private final Map<Header, Integer> locals = new HashMap<>();
  private final int[] freeSlots;
  private int freeCount;
  private int usedSlots;
  private long bytes;
  private long part;
  private long hits;
  private long definitions;

  private static final class Entry {
    final int slot;
    long usedByPart;

    Entry(int slot, long usedByPart) {
      this.slot = slot;
      this.usedByPart = usedByPart;
    }
  }

  SendDictionary(DictionaryLimits limits) {
    this.limits = limits;
    this.freeSlots = new int[limits.slots()];
  }

  void beginPart() {
    part++;
    if (!locals.isEmpty()) {
      locals.clear();
    }
  }

  /**
   * The number of a header within the present part; 0 if it is empty.
   *
   * @param out where definitions (and what they displace) are written
   */
  int reference(Header header, WireWriter out) {
    if (header.size() == 0) {
      return 0;
    }
    Entry known = entries.get(header);
    if (known != null) {
      known.usedByPart = part;
      hits++;
      return known.slot;
    }
    if (header.size() > limits.maxHeaderBytes() || !makeRoom(header.size(), out)) {
      return local(header, out);
    }
    return define(header, out);
  }

  private int define(Header header, WireWriter out) {
    int slot = freeCount > 0 ? freeSlots[--freeCount] : ++usedSlots;
    entries.put(header, new Entry(slot, part));
    bytes += header.size();
    definitions++;
    out.openField(
        LinkFields.PART_DEFINE,
        WireWriter.fieldSize(LinkFields.DEFINE_SLOT, slot)
            + WireWriter.lengthFieldSize(LinkFields.DEFINE_HEADER, header.size()));
    out.field(LinkFields.DEFINE_SLOT, slot);
    out.bytesField(LinkFields.DEFINE_HEADER, header.bytes());
    return slot;
  }

  private int local(Header header, WireWriter out) {
    Integer known = locals.get(header);
    if (known != null) {
      return known;
    }
    int number = limits.slots() + 1 + locals.size();
    locals.put(header, number);
    out.bytesField(LinkFields.PART_LOCAL, header.bytes());
    return number;
  }

  private boolean makeRoom(int size, WireWriter out) {
    if (size > limits.bytes() || limits.slots() == 0) {
      return false;
    }
    while (bytes + size > limits.bytes() || entries.size() == limits.slots()) {
      Iterator<Map.Entry<Header, Entry>> oldest = entries.entrySet().iterator();
      Map.Entry<Header, Entry> e = oldest.next();
      if (e.getValue().usedByPart == part) {
        return false;
      }
      oldest.remove();
      forget(e.getKey(), e.getValue().slot, out);
    }
    return true;
  }

  private void forget(Header header, int slot, WireWriter out) {
    bytes -= header.size();
    freeSlots[freeCount++] = slot;
    out.openField(LinkFields.PART_DEFINE, WireWriter.fieldSize(LinkFields.DEFINE_SLOT, slot));
    out.field(LinkFields.DEFINE_SLOT, slot);
  }

  long hits() {
    return hits;
  }

  long definitions() {
    return definitions;
  }
}
