package io.ringtail.link;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;

/**
 * A link's word of each 100 ms (protocol A5). It stands behind the parts before it, on the link and
 * in every shard's queue.
 *
 * @param upToSeq nothing at or below it will come on this link any more
 * @param oldestSeq oldest seq in the router's log, or one below it that was taken for the oldest
 *     request that is not answered; the next seq if there is neither
 * @param epoch the router has in use; {@link EpochOrder#NONE} if it does not say
 */
public record Progress(long upToSeq, long oldestSeq, EpochOrder epoch) {
  void write(WireWriter out) {
    out.openField(
        LinkFields.ROUTER_PROGRESS,
        WireWriter.fieldSize(LinkFields.PROGRESS_UP_TO_SEQ, upToSeq)
            + WireWriter.fieldSize(LinkFields.PROGRESS_OLDEST_SEQ, oldestSeq)
            + WireWriter.fieldSize(LinkFields.PROGRESS_EPOCH_VIEW_ID, epoch.viewId())
            + WireWriter.fieldSize(LinkFields.PROGRESS_EPOCH_NUMBER, epoch.number()));
    out.field(LinkFields.PROGRESS_UP_TO_SEQ, upToSeq);
    out.field(LinkFields.PROGRESS_OLDEST_SEQ, oldestSeq);
    out.field(LinkFields.PROGRESS_EPOCH_VIEW_ID, epoch.viewId());
    out.field(LinkFields.PROGRESS_EPOCH_NUMBER, epoch.number());
  }

  static Progress read(WireReader in) throws MalformedWireException {
    long upToSeq = 0;
    long oldestSeq = 0;
    long viewId = 0;
    long number = 0;
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.PROGRESS_UP_TO_SEQ -> upToSeq = in.readVarint();
        case LinkFields.PROGRESS_OLDEST_SEQ -> oldestSeq = in.readVarint();
        case LinkFields.PROGRESS_EPOCH_VIEW_ID -> viewId = in.readVarint();
        case LinkFields.PROGRESS_EPOCH_NUMBER -> number = in.readVarint();
        default -> in.skip();
      }
    }
    return new Progress(upToSeq, oldestSeq, new EpochOrder(viewId, number));
  }
}
