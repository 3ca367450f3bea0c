package io.ringtail.sampler.peer;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.link.WireWriter;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.peer.PeerFrame.Farewell;
import io.ringtail.sampler.peer.PeerFrame.Welcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What who answers a stream says, as protobuf bytes, by hand; docs/peer-protocol.md has them as a
 * schema. Unknown fields are passed over. Threads: any.
 */
final class PeerAnswerCodec {
  private PeerAnswerCodec() {}

  static byte[] encode(Welcome welcome) {
    WireWriter body = new WireWriter(80);
    body.field(PeerFields.WELCOME_VERSION, welcome.version());
    welcome.from().write(body, PeerFields.WELCOME_FROM);
    return PeerWire.framed(PeerFields.WELCOME, body);
  }

  static byte[] encode(Farewell farewell) {
    WireWriter body = new WireWriter(80);
    body.stringField(PeerFields.FAREWELL_REASON, farewell.reason());
    return PeerWire.framed(PeerFields.FAREWELL, body);
  }

  static byte[] encode(PeerAnswer answer) {
    WireWriter out = new WireWriter(32);
    if (answer instanceof PeerAnswer.TransferTaken m) {
      out.presentField(PeerFields.TRANSFER_TAKEN, m.id());
    } else if (answer instanceof PeerAnswer.TransferNotOwner m) {
      WireWriter body = new WireWriter(32);
      body.field(PeerFields.NOT_OWNER_ID, m.id());
      PeerWire.order(body, PeerFields.NOT_OWNER_VIEW_ID, PeerFields.NOT_OWNER_NUMBER, m.epoch());
      out.messageField(PeerFields.TRANSFER_NOT_OWNER, body);
    } else if (answer instanceof PeerAnswer.TransferFull m) {
      out.presentField(PeerFields.TRANSFER_FULL, m.id());
    } else if (answer instanceof PeerAnswer.TransferUnfit m) {
      out.messageField(PeerFields.TRANSFER_UNFIT, unfit(m));
    } else if (answer instanceof PeerAnswer.NoticeTaken m) {
      out.presentField(PeerFields.NOTICE_TAKEN, m.id());
    } else if (answer instanceof PeerAnswer.NoticeNotOwner m) {
      WireWriter body = new WireWriter(32);
      body.field(PeerFields.NOT_OWNER_ID, m.id());
      PeerWire.order(body, PeerFields.NOT_OWNER_VIEW_ID, PeerFields.NOT_OWNER_NUMBER, m.epoch());
      out.messageField(PeerFields.NOTICE_NOT_OWNER, body);
    } else if (answer instanceof PeerAnswer.NoticeUnfit m) {
      out.presentField(PeerFields.NOTICE_UNFIT, m.id());
    } else {
      throw new AssertionError(answer);
    }
    return out.toByteArray();
  }

  private static WireWriter unfit(PeerAnswer.TransferUnfit m) {
    WireWriter entries = new WireWriter(m.entries().size() * 2);
    m.entries().forEach(entries::varint);
    WireWriter body = new WireWriter(24 + entries.size());
    body.field(PeerFields.UNFIT_ID, m.id());
    body.messageField(PeerFields.UNFIT_ENTRIES, entries);
    return body;
  }

  static PeerFrame decode(byte[] message) throws MalformedWireException {
    WireReader in = new WireReader().reset(message, 0, message.length);
    PeerFrame frame = new PeerFrame.Unknown();
    while (in.next()) {
      PeerFrame known =
          switch (in.tag()) {
            case PeerFields.WELCOME -> welcome(in.enter());
            case PeerFields.TRANSFER_TAKEN ->
                new PeerFrame.Answer(new PeerAnswer.TransferTaken(in.readVarint()));
            case PeerFields.TRANSFER_NOT_OWNER ->
                new PeerFrame.Answer(notOwner(in.enter(), PeerAnswer.TransferNotOwner::new));
            case PeerFields.NOTICE_NOT_OWNER ->
                new PeerFrame.Answer(notOwner(in.enter(), PeerAnswer.NoticeNotOwner::new));
            case PeerFields.TRANSFER_FULL ->
                new PeerFrame.Answer(new PeerAnswer.TransferFull(in.readVarint()));
            case PeerFields.TRANSFER_UNFIT -> new PeerFrame.Answer(unfit(in.enter()));
            case PeerFields.NOTICE_TAKEN ->
                new PeerFrame.Answer(new PeerAnswer.NoticeTaken(in.readVarint()));
            case PeerFields.NOTICE_UNFIT ->
                new PeerFrame.Answer(new PeerAnswer.NoticeUnfit(in.readVarint()));
            case PeerFields.FAREWELL -> farewell(in.enter());
            default -> {
              in.skip();
              yield null;
            }
          };
      frame = known == null ? frame : known;
    }
    return frame;
  }

  private static Welcome welcome(WireReader in) throws MalformedWireException {
    long version = 0;
    Peer from = null;
    while (in.next()) {
      switch (in.tag()) {
        case PeerFields.WELCOME_VERSION -> version = in.readVarint();
        case PeerFields.WELCOME_FROM -> from = Peer.read(in.enter());
        default -> in.skip();
      }
    }
    return new Welcome(PeerWire.version(version), PeerWire.required(from, "welcome.from"));
  }

  private static PeerAnswer notOwner(WireReader in, BiFunction<Long, EpochOrder, PeerAnswer> answer)
      throws MalformedWireException {
    long[] numbers = new long[3];
    while (in.next()) {
      switch (in.tag()) {
        case PeerFields.NOT_OWNER_ID -> numbers[0] = in.readVarint();
        case PeerFields.NOT_OWNER_VIEW_ID -> numbers[1] = in.readVarint();
        case PeerFields.NOT_OWNER_NUMBER -> numbers[2] = in.readVarint();
        default -> in.skip();
      }
    }
    return answer.apply(numbers[0], new EpochOrder(numbers[1], numbers[2]));
  }

  private static PeerAnswer unfit(WireReader in) throws MalformedWireException {
    long id = 0;
    List<Integer> entries = new ArrayList<>();
    while (in.next()) {
      switch (in.tag()) {
        case PeerFields.UNFIT_ID -> id = in.readVarint();
        case PeerFields.UNFIT_ENTRIES -> {
          WireReader packed = in.enter();
          while (packed.position() < packed.end()) {
            entries.add(place(packed.readVarint()));
          }
        }
        default -> in.skip();
      }
    }
    return new PeerAnswer.TransferUnfit(id, entries);
  }

  private static int place(long value) throws MalformedWireException {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new MalformedWireException("entry: " + Long.toUnsignedString(value));
    }
    return (int) value;
  }

  private static Farewell farewell(WireReader in) throws MalformedWireException {
    String reason = "";
    while (in.next()) {
      if (in.tag() == PeerFields.FAREWELL_REASON) {
        int length = in.readLength();
        reason = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
      } else {
        in.skip();
      }
    }
    return new Farewell(reason);
  }
}
