package io.ringtail.link;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.refusal.Refusal;
import java.time.Duration;

/**
 * A part that was not taken, none of it (protocol A2).
 *
 * @param seq of the sending that is refused
 * @param epoch the sampler's newest; a {@link Refusal.NotOwner} names the same
 */
public record Refused(long seq, EpochOrder epoch, Refusal refusal) {
  private static final int NOT_OWNER = 1;
  private static final int BUSY = 2;
  private static final int NOT_READY = 3;
  private static final int MALFORMED = 4;
  private static final int TOO_LARGE = 5;
  private static final int TIMED_OUT = 6;
  private static final int UNSUPPORTED = 7;

  /** A slot of the part is not the sampler's in its newest epoch (protocol A3). */
  public static Refused notOwner(long seq, EpochOrder epoch, String message) {
    return new Refused(seq, epoch, new Refusal.NotOwner(message, epoch.viewId(), epoch.number()));
  }

  void write(WireWriter out) {
    WireWriter body = new WireWriter(96);
    body.field(LinkFields.REFUSED_SEQ, seq);
    body.field(LinkFields.REFUSED_KIND, kind());
    body.field(LinkFields.REFUSED_EPOCH_VIEW_ID, epoch.viewId());
    body.field(LinkFields.REFUSED_EPOCH_NUMBER, epoch.number());
    body.field(LinkFields.REFUSED_RETRY_AFTER_MILLIS, retryAfter().toMillis());
    body.stringField(LinkFields.REFUSED_MESSAGE, refusal.message());
    out.messageField(LinkFields.SAMPLER_REFUSED, body);
  }

  private int kind() {
    if (refusal instanceof Refusal.NotOwner) {
      return NOT_OWNER;
    } else if (refusal instanceof Refusal.Busy) {
      return BUSY;
    } else if (refusal instanceof Refusal.NotReady) {
      return NOT_READY;
    } else if (refusal instanceof Refusal.Malformed) {
      return MALFORMED;
    } else if (refusal instanceof Refusal.TooLarge) {
      return TOO_LARGE;
    } else if (refusal instanceof Refusal.TimedOut) {
      return TIMED_OUT;
    } else if (refusal instanceof Refusal.Unsupported) {
      return UNSUPPORTED;
    }
    throw new AssertionError(refusal);
  }

  private Duration retryAfter() {
    if (refusal instanceof Refusal.Busy busy) {
      return busy.retryAfter();
    } else if (refusal instanceof Refusal.NotReady notReady) {
      return notReady.retryAfter();
    } else if (refusal instanceof Refusal.TimedOut timedOut) {
      return timedOut.retryAfter();
    }
    return Duration.ZERO;
  }

  static Refused read(WireReader in) throws MalformedWireException {
    long seq = 0;
    int kind = 0;
    long viewId = 0;
    long number = 0;
    long retryAfterMillis = 0;
    String message = "";
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.REFUSED_SEQ -> seq = in.readVarint();
        case LinkFields.REFUSED_KIND ->
            kind = LinkWire.integer(in, Integer.MAX_VALUE, "refused.kind");
        case LinkFields.REFUSED_EPOCH_VIEW_ID -> viewId = in.readVarint();
        case LinkFields.REFUSED_EPOCH_NUMBER -> number = in.readVarint();
        case LinkFields.REFUSED_RETRY_AFTER_MILLIS ->
            retryAfterMillis =
                LinkWire.integer(in, Integer.MAX_VALUE, "refused.retry_after_millis");
        case LinkFields.REFUSED_MESSAGE -> message = LinkWire.string(in);
        default -> in.skip();
      }
    }
    EpochOrder epoch = new EpochOrder(viewId, number);
    return new Refused(
        seq, epoch, refusal(kind, message, epoch, Duration.ofMillis(retryAfterMillis)));
  }

  /** A kind of a later version reads as "not ready": the sender may try again. */
  private static Refusal refusal(int kind, String message, EpochOrder epoch, Duration retryAfter) {
    return switch (kind) {
      case NOT_OWNER -> new Refusal.NotOwner(message, epoch.viewId(), epoch.number());
      case BUSY -> new Refusal.Busy(message, retryAfter);
      case MALFORMED -> new Refusal.Malformed(message);
      case TOO_LARGE -> new Refusal.TooLarge(message);
      case TIMED_OUT -> new Refusal.TimedOut(message, retryAfter);
      case UNSUPPORTED -> new Refusal.Unsupported(message);
      default -> new Refusal.NotReady(message, retryAfter);
    };
  }
}
