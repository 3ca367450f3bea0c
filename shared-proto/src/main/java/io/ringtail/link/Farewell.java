package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;

/**
 * Why one end is about to close the link. Said by either; nothing follows it.
 *
 * @param message for people
 */
public record Farewell(Reason reason, String message) {
  /** With its number on the wire. */
  public enum Reason {
    /** A reason of a later version, or none given. */
    UNSPECIFIED(0),
    /** The ends have no version in common. */
    VERSION(1),
    /** The hello named another incarnation than the sampler that got it. */
    NOT_ME(2),
    /** A newer link of the same two incarnations took over (protocol A1). */
    FENCED(3),
    /** What came was not this protocol. */
    MALFORMED(4),
    /** This end stops in order. */
    STOPPING(5);

    private final int code;

    Reason(int code) {
      this.code = code;
    }

    static Reason of(long code) {
      for (Reason reason : values()) {
        if (reason.code == code) {
          return reason;
        }
      }
      return UNSPECIFIED;
    }
  }

  void write(WireWriter out, int tag) {
    WireWriter body = new WireWriter(64);
    body.field(LinkFields.FAREWELL_REASON, reason.code);
    body.stringField(LinkFields.FAREWELL_MESSAGE, message);
    out.messageField(tag, body);
  }

  static Farewell read(WireReader in) throws MalformedWireException {
    Reason reason = Reason.UNSPECIFIED;
    String message = "";
    while (in.next()) {
      switch (in.tag()) {
        case LinkFields.FAREWELL_REASON -> reason = Reason.of(in.readVarint());
        case LinkFields.FAREWELL_MESSAGE -> message = LinkWire.string(in);
        default -> in.skip();
      }
    }
    return new Farewell(reason, message);
  }
}
