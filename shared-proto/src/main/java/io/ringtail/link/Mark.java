package io.ringtail.link;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;

/**
 * A sampler's word to one router: all you sent me, or that was handed to me, up to this seq is
 * settled (protocol 1, M1). It may fall (M4).
 *
 * @param epoch the sampler's newest when it said so (M7)
 */
public record Mark(long seq, EpochOrder epoch) {
  void write(WireWriter out) {
    WireWriter body = new WireWriter(32);
    body.field(LinkFields.MARK_SEQ, seq);
    body.field(LinkFields.MARK_EPOCH_VIEW_ID, epoch.viewId());
    body.field(LinkFields.MARK_EPOCH_NUMBER, epoch.number());
    out.messageField(LinkFields.SAMPLER_MARK, body);
  }

  static Mark read(WireReader in) throws MalformedWireException {
    long seq = 0;
    long viewId = 0;
    long number = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.MARK_SEQ -> seq = in.readVarint();
        case LinkFields.MARK_EPOCH_VIEW_ID -> viewId = in.readVarint();
        case LinkFields.MARK_EPOCH_NUMBER -> number = in.readVarint();
        default -> in.skip();
      }
    }
    return new Mark(seq, new EpochOrder(viewId, number));
  }
}
