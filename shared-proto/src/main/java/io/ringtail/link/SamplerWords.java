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
    WireWriter body = new WireWriter(64);
    WireWriter content = new WireWriter(64);
    if (word instanceof SamplerWord.Lowering lowering) {
      content.field(LinkFields.LOWERING_ID, lowering.id());
      content.field(LinkFields.LOWERING_SEQ, lowering.seq());
      body.messageField(LinkFields.WORD_LOWERING, content);
    } else if (word instanceof SamplerWord.Question question) {
      content.field(LinkFields.QUESTION_ID, question.id());
      content.bytesField(LinkFields.QUESTION_SLOTS, question.slots().encoded());
      content.field(LinkFields.QUESTION_EPOCH_VIEW_ID, question.epoch().viewId());
      content.field(LinkFields.QUESTION_EPOCH_NUMBER, question.epoch().number());
      body.messageField(LinkFields.WORD_QUESTION, content);
    } else if (word instanceof SamplerWord.NeedsNothing of) {
      new Peer(of.nodeId(), of.lost()).write(content, LinkFields.NEEDS_NOTHING_LOST);
      content.field(LinkFields.NEEDS_NOTHING_EPOCH_VIEW_ID, of.epoch().viewId());
      content.field(LinkFields.NEEDS_NOTHING_EPOCH_NUMBER, of.epoch().number());
      body.messageField(LinkFields.WORD_NEEDS_NOTHING, content);
    } else if (word instanceof SamplerWord.AskHas) {
      body.messageField(LinkFields.WORD_ASK_HAS, content);
    } else if (word instanceof SamplerWord.Empty) {
      body.messageField(LinkFields.WORD_EMPTY, content);
    } else {
      throw new AssertionError(word);
    }
    out.messageField(LinkFields.SAMPLER_WORD, body);
  }

  /** Null if it is a word of a later version. */
  static @Nullable SamplerWord read(WireReader in) throws MalformedWireException {
    SamplerWord word = null;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.WORD_LOWERING -> word = lowering(LinkWire.enter(in));
        case LinkFields.WORD_QUESTION -> word = question(LinkWire.enter(in));
        case LinkFields.WORD_NEEDS_NOTHING -> word = needsNothing(LinkWire.enter(in));
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
        case LinkFields.NEEDS_NOTHING_LOST -> lost = Peer.read(LinkWire.enter(in));
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
