package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import org.jspecify.annotations.Nullable;

/** {@link RouterWord}s on the wire. */
final class RouterWords {
  private RouterWords() {}

  static void write(RouterWord word, WireWriter out) {
    WireWriter body = new WireWriter(32);
    WireWriter content = new WireWriter(16);
    if (word instanceof RouterWord.Lowered lowered) {
      content.field(LinkFields.ANSWER_ID, lowered.id());
      body.messageField(LinkFields.WORD_LOWERED, content);
    } else if (word instanceof RouterWord.Replayed replayed) {
      content.field(LinkFields.ANSWER_ID, replayed.id());
      body.messageField(LinkFields.WORD_REPLAYED, content);
    } else if (word instanceof RouterWord.Has has) {
      content.field(LinkFields.HAS_HAS, has.has() ? 1 : 0);
      body.messageField(LinkFields.WORD_HAS, content);
    } else {
      throw new AssertionError(word);
    }
    out.messageField(LinkFields.ROUTER_WORD, body);
  }

  /** Null if it is a word of a later version. */
  static @Nullable RouterWord read(WireReader in) throws MalformedWireException {
    RouterWord word = null;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.WORD_LOWERED ->
            word = new RouterWord.Lowered(number(LinkWire.enter(in), LinkFields.ANSWER_ID));
        case LinkFields.WORD_REPLAYED ->
            word = new RouterWord.Replayed(number(LinkWire.enter(in), LinkFields.ANSWER_ID));
        case LinkFields.WORD_HAS ->
            word = new RouterWord.Has(number(LinkWire.enter(in), LinkFields.HAS_HAS) != 0);
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
