package io.ringtail.link;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.ring.SlotSet;
import org.jspecify.annotations.Nullable;

/** {@link SamplerWord}s on the wire. */
final class SamplerWords {
  private SamplerWords() {}

  static void write(SamplerWord word, WireWriter out) {
    WireWriter content = new WireWriter(64 + slotBytes(word));
    int kind = content(word, content);
    LinkWire.word(out, LinkFields.SAMPLER_WORD, kind, content);
  }

  private static int slotBytes(SamplerWord word) {
    return word instanceof SamplerWord.Question question ? question.slots().encoded().length : 0;
  }

  /** Returns the field of its kind. */
  private static int content(SamplerWord word, WireWriter out) {
    if (word instanceof SamplerWord.Lowering lowering) {
      out.field(LinkFields.LOWERING_ID, lowering.id());
      out.field(LinkFields.LOWERING_SEQ, lowering.seq());
      return LinkFields.WORD_LOWERING;
    } else if (word instanceof SamplerWord.Question question) {
      out.field(LinkFields.QUESTION_ID, question.id());
      out.bytesField(LinkFields.QUESTION_SLOTS, question.slots().encoded());
      out.field(LinkFields.QUESTION_EPOCH_VIEW_ID, question.epoch().viewId());
      out.field(LinkFields.QUESTION_EPOCH_NUMBER, question.epoch().number());
      return LinkFields.WORD_QUESTION;
    } else if (word instanceof SamplerWord.NeedsNothing of) {
      new Peer(of.nodeId(), of.lost()).write(out, LinkFields.NEEDS_NOTHING_LOST);
      out.field(LinkFields.NEEDS_NOTHING_EPOCH_VIEW_ID, of.epoch().viewId());
      out.field(LinkFields.NEEDS_NOTHING_EPOCH_NUMBER, of.epoch().number());
      return LinkFields.WORD_NEEDS_NOTHING;
    } else if (word instanceof SamplerWord.AskHas) {
      return LinkFields.WORD_ASK_HAS;
    } else if (word instanceof SamplerWord.Empty) {
      return LinkFields.WORD_EMPTY;
    }
    throw new AssertionError(word);
  }

  /** Null if it is a word of a later version. */
  static @Nullable SamplerWord read(WireReader in) throws MalformedWireException {
    SamplerWord word = null;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.WORD_LOWERING -> word = lowering(in.enter());
        case LinkFields.WORD_QUESTION -> word = question(in.enter());
        case LinkFields.WORD_NEEDS_NOTHING -> word = needsNothing(in.enter());
        case LinkFields.WORD_ASK_HAS -> {
          in.skip();
          word = new SamplerWord.AskHas();
        }
        case LinkFields.WORD_EMPTY -> {
          in.skip();
          word = new SamplerWord.Empty();
        }
        default -> in.skip();
      }
    }
    return word;
  }

  private static SamplerWord lowering(WireReader in) throws MalformedWireException {
    long id = 0;
    long seq = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.LOWERING_ID -> id = in.readVarint();
        case LinkFields.LOWERING_SEQ -> seq = in.readVarint();
        default -> in.skip();
      }
    }
    return new SamplerWord.Lowering(id, seq);
  }

  private static SamplerWord question(WireReader in) throws MalformedWireException {
    long id = 0;
    SlotSet slots = null;
    long viewId = 0;
    long number = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.QUESTION_ID -> id = in.readVarint();
        case LinkFields.QUESTION_SLOTS -> {
          int length = in.readLength();
          slots = SlotSet.decoded(in.array(), in.position(), in.position() + length);
          in.position(in.position() + length);
        }
        case LinkFields.QUESTION_EPOCH_VIEW_ID -> viewId = in.readVarint();
        case LinkFields.QUESTION_EPOCH_NUMBER -> number = in.readVarint();
        default -> in.skip();
      }
    }
    if (slots == null) {
      throw new MalformedWireException("question " + id + ": slots missing");
    }
    return new SamplerWord.Question(id, slots, new EpochOrder(viewId, number));
  }

  private static SamplerWord needsNothing(WireReader in) throws MalformedWireException {
    Peer lost = null;
    long viewId = 0;
    long number = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.NEEDS_NOTHING_LOST -> lost = Peer.read(in.enter());
        case LinkFields.NEEDS_NOTHING_EPOCH_VIEW_ID -> viewId = in.readVarint();
        case LinkFields.NEEDS_NOTHING_EPOCH_NUMBER -> number = in.readVarint();
        default -> in.skip();
      }
    }
    if (lost == null) {
      throw new MalformedWireException("needs nothing: of whom is missing");
    }
    return new SamplerWord.NeedsNothing(
        lost.nodeId(), lost.incarnation(), new EpochOrder(viewId, number));
  }
}
