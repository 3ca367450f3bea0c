package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import org.jspecify.annotations.Nullable;

/** {@link RouterWord}s on the wire. */
final class RouterWords {
  private RouterWords() {}

  static void write(RouterWord word, WireWriter out) {
    WireWriter content = new WireWriter(16);
    int kind = content(word, content);
    LinkWire.word(out, LinkFields.ROUTER_WORD, kind, content);
  }

  /** Returns the field of its kind. */
  private static int content(RouterWord word, WireWriter out) {
    if (word instanceof RouterWord.Lowered lowered) {
      out.field(LinkFields.ANSWER_ID, lowered.id());
      return LinkFields.WORD_LOWERED;
    } else if (word instanceof RouterWord.Replayed replayed) {
      out.field(LinkFields.ANSWER_ID, replayed.id());
      return LinkFields.WORD_REPLAYED;
    } else if (word instanceof RouterWord.Has has) {
      out.field(LinkFields.HAS_HAS, has.has() ? 1 : 0);
      return LinkFields.WORD_HAS;
    }
    throw new AssertionError(word);
  }

  /** Null if it is a word of a later version. */
  static @Nullable RouterWord read(WireReader in) throws MalformedWireException {
    RouterWord word = null;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.WORD_LOWERED ->
            word = new RouterWord.Lowered(number(in.enter(), LinkFields.ANSWER_ID));
        case LinkFields.WORD_REPLAYED ->
            word = new RouterWord.Replayed(number(in.enter(), LinkFields.ANSWER_ID));
        case LinkFields.WORD_HAS ->
            word = new RouterWord.Has(number(in.enter(), LinkFields.HAS_HAS) != 0);
        default -> in.skip();
      }
    }
    return word;
  }

  private static long number(WireReader in, int tag) throws MalformedWireException {
    long number = 0;
    while (in.next()) {
      if (in.tag() == tag) {
        number = in.readVarint();
      } else {
        in.skip();
      }
    }
    return number;
  }
}
