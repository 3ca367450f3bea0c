package io.ringtail.link;

import java.util.Arrays;

/**
 * Encodes what a router says on one link after the welcome: parts, words and progress, in one
 * message as many as the caller adds, in that order. Belongs to the link and dies with it, as its
 * dictionary does.
 *
 * <p>Threads: one, the link's. Buffers: the arrays of added parts are borrowed until the message of
 * {@link #finish} has been sent. Costs: framing and definitions are copied twice, span bytes not at
 * all here.
 */
public final class LinkWriter {
  private final SendDictionary dictionary;
  private final WireWriter framing = new WireWriter(1024);
  private final WireWriter definitions = new WireWriter(1024);
  private int[] references = new int[24];

  /** Span runs of the message so far: where framing is interrupted, and by what. */
  private byte[][] spanArrays = new byte[16][];

  private int[] spanRuns = new int[16 * 3];
  private int spanRunCount;
  private int spanBytes;

  public LinkWriter(DictionaryLimits limits) {
    dictionary = new SendDictionary(limits);
  }

  /** Bytes of the message so far. */
  public int size() {
    return framing.size() + spanBytes;
  }

  public boolean isEmpty() {
    return framing.size() == 0;
  }

  /**
   * Adds a part behind those already added.
   *
   * @param part read during the call; its array is borrowed until the message has been sent
   */
  public void add(PartView part) {
    dictionary.beginPart();
    definitions.clear();
    int groupsSize = resolve(part);
    framing.openField(
        LinkFields.ROUTER_PART, fixedFieldsSize(part) + definitions.size() + groupsSize);
    framing.field(LinkFields.PART_SEQ, part.seq());
    framing.field(LinkFields.PART_FIRST_SEQ, part.firstSeq());
    framing.field(LinkFields.PART_EPOCH_VIEW_ID, part.epochViewId());
    framing.field(LinkFields.PART_EPOCH_NUMBER, part.epochNumber());
    framing.field(LinkFields.PART_REPLAY, part.replay() ? 1 : 0);
    framing.field(LinkFields.PART_AGE_MILLIS, part.ageMillis());
    framing.raw(definitions.array(), definitions.size());
    for (int group = 0; group < part.groupCount(); group++) {
      writeGroup(part, group);
    }
  }

  /** Adds the word of protocol A5, behind all parts it speaks of. */
  public void progress(Progress progress) {
    progress.write(framing);
  }

  /** Adds an answer to a sampler's word. */
  public void word(RouterWord word) {
    RouterWords.write(word, framing);
  }

  /** Ends the message with a word why the link closes. */
  public void farewell(Farewell farewell) {
    farewell.write(framing, LinkFields.ROUTER_FAREWELL);
  }

  /** The message of all that was added since the last one. */
  public LinkMessage finish() {
    int runs = 2 * spanRunCount + 1;
    byte[] framed = framing.toByteArray();
    byte[][] arrays = new byte[runs][];
    int[] offsets = new int[runs];
    int[] lengths = new int[runs];
    int framedTo = 0;
    for (int i = 0; i < spanRunCount; i++) {
      arrays[2 * i] = framed;
      offsets[2 * i] = framedTo;
      lengths[2 * i] = spanRuns[3 * i] - framedTo;
      framedTo = spanRuns[3 * i];
      arrays[2 * i + 1] = spanArrays[i];
      offsets[2 * i + 1] = spanRuns[3 * i + 1];
      lengths[2 * i + 1] = spanRuns[3 * i + 2];
    }
    arrays[runs - 1] = framed;
    offsets[runs - 1] = framedTo;
    lengths[runs - 1] = framed.length - framedTo;
    clear();
    return new LinkMessage(arrays, offsets, lengths);
  }

  /** Headers that crossed as a number since the link began. */
  public long dictionaryHits() {
    return dictionary.hits();
  }

  /** Headers that were defined since the link began. */
  public long dictionaryDefinitions() {
    return dictionary.definitions();
  }

  private void clear() {
    framing.clear();
    Arrays.fill(spanArrays, 0, spanRunCount, null);
    spanRunCount = 0;
    spanBytes = 0;
  }

  /** Numbers the headers of all groups; returns the encoded size of the groups. */
  private int resolve(PartView part) {
    int count = part.groupCount();
    if (references.length < 3 * count) {
      references = new int[Math.max(3 * count, 2 * references.length)];
    }
    int size = 0;
    for (int group = 0; group < count; group++) {
      references[3 * group] = dictionary.reference(part.context(group), definitions);
      references[3 * group + 1] = dictionary.reference(part.resource(group), definitions);
      references[3 * group + 2] = dictionary.reference(part.scope(group), definitions);
      size += WireWriter.lengthFieldSize(LinkFields.PART_GROUP, groupSize(part, group));
    }
    return size;
  }

  private int groupSize(PartView part, int group) {
    return WireWriter.fieldSize(LinkFields.GROUP_CONTEXT, references[3 * group])
        + WireWriter.fieldSize(LinkFields.GROUP_RESOURCE, references[3 * group + 1])
        + WireWriter.fieldSize(LinkFields.GROUP_SCOPE, references[3 * group + 2])
        + WireWriter.lengthFieldSize(
            LinkFields.GROUP_SPANS, part.spansEnd(group) - part.spansStart(group));
  }

  private static int fixedFieldsSize(PartView part) {
    return WireWriter.fieldSize(LinkFields.PART_SEQ, part.seq())
        + WireWriter.fieldSize(LinkFields.PART_FIRST_SEQ, part.firstSeq())
        + WireWriter.fieldSize(LinkFields.PART_EPOCH_VIEW_ID, part.epochViewId())
        + WireWriter.fieldSize(LinkFields.PART_EPOCH_NUMBER, part.epochNumber())
        + WireWriter.fieldSize(LinkFields.PART_REPLAY, part.replay() ? 1 : 0)
        + WireWriter.fieldSize(LinkFields.PART_AGE_MILLIS, part.ageMillis());
  }

  private void writeGroup(PartView part, int group) {
    int length = part.spansEnd(group) - part.spansStart(group);
    framing.openField(LinkFields.PART_GROUP, groupSize(part, group));
    framing.field(LinkFields.GROUP_CONTEXT, references[3 * group]);
    framing.field(LinkFields.GROUP_RESOURCE, references[3 * group + 1]);
    framing.field(LinkFields.GROUP_SCOPE, references[3 * group + 2]);
    framing.openField(LinkFields.GROUP_SPANS, length);
    addSpanRun(part.array(), part.spansStart(group), length);
  }

  private void addSpanRun(byte[] array, int offset, int length) {
    if (spanRunCount == spanArrays.length) {
      spanArrays = Arrays.copyOf(spanArrays, 2 * spanRunCount);
      spanRuns = Arrays.copyOf(spanRuns, 6 * spanRunCount);
    }
    spanArrays[spanRunCount] = array;
    spanRuns[3 * spanRunCount] = framing.size();
    spanRuns[3 * spanRunCount + 1] = offset;
    spanRuns[3 * spanRunCount + 2] = length;
    spanRunCount++;
    spanBytes += length;
  }
}
