package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The part a {@link LinkReader} stands at; filled anew for each. Threads: the reader's. */
final class DecodedPart implements PartView {
  private static final byte[] NO_BYTES = {};

  private final ReceiveDictionary dictionary;
  private final WireReader inner = new WireReader();
  private final List<Header> locals = new ArrayList<>();
  private byte[] array = NO_BYTES;
  private long seq;
  private long firstSeq;
  private long epochViewId;
  private long epochNumber;
  private boolean replay;
  private long ageMillis;
  private int groupCount;
  private Header[] headers = new Header[24];
  private int[] ranges = new int[16];

  DecodedPart(ReceiveDictionary dictionary) {
    this.dictionary = dictionary;
  }

  /**
   * Reads a part whole. Definitions count before the groups, wherever they stand, so there are two
   * passes over the (few) top-level fields.
   */
  void read(WireReader in, byte[] message) throws MalformedWireException {
    int start = in.position();
    clear(message);
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.PART_SEQ -> seq = in.readVarint();
        case LinkFields.PART_FIRST_SEQ -> firstSeq = in.readVarint();
        case LinkFields.PART_EPOCH_VIEW_ID -> epochViewId = in.readVarint();
        case LinkFields.PART_EPOCH_NUMBER -> epochNumber = in.readVarint();
        case LinkFields.PART_REPLAY -> replay = in.readVarint() != 0;
        case LinkFields.PART_AGE_MILLIS -> ageMillis = in.readVarint();
        case LinkFields.PART_DEFINE -> readDefinition(in.enter(inner));
        case LinkFields.PART_LOCAL -> locals.add(new Header(LinkWire.bytes(in)));
        default -> in.skip();
      }
    }
    in.position(start);
    while (in.next()) {
      if (in.tag() == LinkFields.PART_GROUP) {
        readGroup(in.enter(inner));
      } else {
        in.skip();
      }
    }
    if (seq == 0) {
      throw new MalformedWireException("part without seq");
    }
  }

  private void clear(byte[] message) {
    array = message;
    locals.clear();
    seq = 0;
    firstSeq = 0;
    epochViewId = 0;
    epochNumber = 0;
    replay = false;
    ageMillis = 0;
    groupCount = 0;
  }

  private void readDefinition(WireReader in) throws MalformedWireException {
    int slot = 0;
    Header header = null;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.DEFINE_SLOT ->
            slot = LinkWire.integer(in, DictionaryLimits.MAX_SLOTS, "definition.slot");
        case LinkFields.DEFINE_HEADER -> header = new Header(LinkWire.bytes(in));
        default -> in.skip();
      }
    }
    dictionary.define(slot, header);
  }

  private void readGroup(WireReader in) throws MalformedWireException {
    Header context = Header.EMPTY;
    Header resource = Header.EMPTY;
    Header scope = Header.EMPTY;
    int start = 0;
    int end = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.GROUP_CONTEXT -> context = header(in);
        case LinkFields.GROUP_RESOURCE -> resource = header(in);
        case LinkFields.GROUP_SCOPE -> scope = header(in);
        case LinkFields.GROUP_SPANS -> {
          int length = in.readLength();
          start = in.position();
          end = start + length;
          in.position(end);
        }
        default -> in.skip();
      }
    }
    if (start == end) {
      throw new MalformedWireException("part " + seq + ": group without spans");
    }
    addGroup(context, resource, scope, start, end);
  }

  private Header header(WireReader in) throws MalformedWireException {
    int number = LinkWire.integer(in, Integer.MAX_VALUE, "group header");
    if (number == 0) {
      return Header.EMPTY;
    }
    if (number <= dictionary.slotLimit()) {
      return dictionary.get(number);
    }
    int local = number - dictionary.slotLimit() - 1;
    if (local >= locals.size()) {
      throw new MalformedWireException("part " + seq + ": header " + number + " is not defined");
    }
    return locals.get(local);
  }

  private void addGroup(Header context, Header resource, Header scope, int start, int end) {
    int i = groupCount++;
    if (2 * groupCount > ranges.length) {
      ranges = Arrays.copyOf(ranges, 2 * ranges.length);
      headers = Arrays.copyOf(headers, 2 * headers.length);
    }
    headers[3 * i] = context;
    headers[3 * i + 1] = resource;
    headers[3 * i + 2] = scope;
    ranges[2 * i] = start;
    ranges[2 * i + 1] = end;
  }

  @Override
  public long seq() {
    return seq;
  }

  @Override
  public long firstSeq() {
    return firstSeq;
  }

  @Override
  public long epochViewId() {
    return epochViewId;
  }

  @Override
  public long epochNumber() {
    return epochNumber;
  }

  @Override
  public boolean replay() {
    return replay;
  }

  @Override
  public long ageMillis() {
    return ageMillis;
  }

  @Override
  public int groupCount() {
    return groupCount;
  }

  @Override
  public Header context(int group) {
    return headers[3 * group];
  }

  @Override
  public Header resource(int group) {
    return headers[3 * group + 1];
  }

  @Override
  public Header scope(int group) {
    return headers[3 * group + 2];
  }

  @Override
  public byte[] array() {
    return array;
  }

  @Override
  public int spansStart(int group) {
    return ranges[2 * group];
  }

  @Override
  public int spansEnd(int group) {
    return ranges[2 * group + 1];
  }
}
