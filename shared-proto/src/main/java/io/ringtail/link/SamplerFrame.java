package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message from a sampler to a router. Its contents count in the order of the components: first
 * the welcome, then acks and refusals, then words, then the mark, which covers the parts
 * acknowledged and the lowerings said with it.
 *
 * @param welcome only in the first message of a link
 * @param acks seqs taken whole (protocol A2); not changed afterwards
 * @param refused parts not taken
 * @param words in the order they were said; those of a later version are left out in reading
 * @param mark the newest mark for this router; null if it is not told anew
 * @param farewell the link is about to close
 */
public record SamplerFrame(
    @Nullable Welcome welcome,
    long[] acks,
    List<Refused> refused,
    List<SamplerWord> words,
    @Nullable Mark mark,
    @Nullable Farewell farewell) {
  /** More words than this in one frame are malformed: a few bytes can stand for many slots. */
  public static final int MAX_WORDS = 1024;

  private static final long[] NO_ACKS = {};

  public static SamplerFrame of(Welcome welcome) {
    return new SamplerFrame(welcome, NO_ACKS, List.of(), List.of(), null, null);
  }

  public static SamplerFrame of(Farewell farewell) {
    return new SamplerFrame(null, NO_ACKS, List.of(), List.of(), null, farewell);
  }

  public static SamplerFrame of(Mark mark) {
    return new SamplerFrame(null, NO_ACKS, List.of(), List.of(), mark, null);
  }

  /** Answers to parts, with the mark of the same moment. */
  public static SamplerFrame answers(long[] acks, List<Refused> refused, @Nullable Mark mark) {
    return new SamplerFrame(null, acks, refused, List.of(), mark, null);
  }

  /**
   * Words, with the mark of the same moment.
   *
   * @param words at most {@link #MAX_WORDS}
   */
  public static SamplerFrame of(List<SamplerWord> words, @Nullable Mark mark) {
    return new SamplerFrame(null, NO_ACKS, List.of(), words, mark, null);
  }

  public LinkMessage toMessage() {
    WireWriter out = new WireWriter(64 + acks.length * 10);
    if (welcome != null) {
      welcome.write(out);
    }
    if (acks.length > 0) {
      writeAcks(out);
    }
    for (int i = 0; i < refused.size(); i++) {
      refused.get(i).write(out);
    }
    for (SamplerWord word : words) {
      SamplerWords.write(word, out);
    }
    if (mark != null) {
      mark.write(out);
    }
    if (farewell != null) {
      farewell.write(out, LinkFields.SAMPLER_FAREWELL);
    }
    return LinkMessage.of(out.toByteArray());
  }

  private void writeAcks(WireWriter out) {
    int length = 0;
    for (long seq : acks) {
      length += WireWriter.varintSize(seq);
    }
    out.openField(LinkFields.SAMPLER_ACKS, length);
    for (long seq : acks) {
      out.varint(seq);
    }
  }

  /**
   * Reads one message.
   *
   * @param array borrowed for the call
   */
  public static SamplerFrame read(byte[] array, int start, int end) throws MalformedWireException {
    WireReader in = new WireReader().reset(array, start, end);
    Welcome welcome = null;
    long[] acks = NO_ACKS;
    List<Refused> refused = new ArrayList<>();
    List<SamplerWord> words = new ArrayList<>();
    Mark mark = null;
    Farewell farewell = null;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.SAMPLER_WELCOME -> welcome = Welcome.read(in.enter());
        case LinkFields.SAMPLER_ACKS -> acks = append(acks, in.enter());
        case LinkFields.SAMPLER_ACK -> {
          acks = Arrays.copyOf(acks, acks.length + 1);
          acks[acks.length - 1] = in.readVarint();
        }
        case LinkFields.SAMPLER_REFUSED -> refused.add(Refused.read(in.enter()));
        case LinkFields.SAMPLER_WORD -> addWord(words, in.enter());
        case LinkFields.SAMPLER_MARK -> mark = Mark.read(in.enter());
        case LinkFields.SAMPLER_FAREWELL -> farewell = Farewell.read(in.enter());
        default -> in.skip();
      }
    }
    return new SamplerFrame(welcome, acks, refused, words, mark, farewell);
  }

  private static void addWord(List<SamplerWord> words, WireReader in)
      throws MalformedWireException {
    SamplerWord word = SamplerWords.read(in);
    if (word != null && words.size() == MAX_WORDS) {
      throw new MalformedWireException("over " + MAX_WORDS + " words in one frame");
    }
    if (word != null) {
      words.add(word);
    }
  }

  /** Appends packed varints; each takes at least one byte, which bounds their number. */
  private static long[] append(long[] acks, WireReader packed) throws MalformedWireException {
    long[] grown = Arrays.copyOf(acks, acks.length + packed.end() - packed.position());
    int count = acks.length;
    while (packed.position() < packed.end()) {
      grown[count++] = packed.readVarint();
    }
    return Arrays.copyOf(grown, count);
  }
}
