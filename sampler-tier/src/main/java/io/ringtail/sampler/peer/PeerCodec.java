package io.ringtail.sampler.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.link.WireWriter;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.peer.PeerFrame.Farewell;
import io.ringtail.sampler.peer.PeerFrame.Hello;
import io.ringtail.sampler.peer.PeerFrame.Welcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Frames between samplers as protobuf bytes, by hand; docs/peer-protocol.md has them as a schema.
 * Unknown fields are passed over. Threads: any.
 */
final class PeerCodec {
  private PeerCodec() {}

  // ---- who opens the stream

  static byte[] encode(Hello hello) {
    WireWriter body = new WireWriter(160);
    body.field(PeerFields.HELLO_MIN_VERSION, hello.minVersion());
    body.field(PeerFields.HELLO_MAX_VERSION, hello.maxVersion());
    hello.from().write(body, PeerFields.HELLO_FROM);
    hello.to().write(body, PeerFields.HELLO_TO);
    body.field(PeerFields.HELLO_ATTEMPT, hello.attempt());
    return framed(PeerFields.HELLO, body);
  }

  /**
   * @param word its buffer is borrowed
   */
  static byte[] encode(PeerWord word) {
    if (word instanceof PeerWord.Floors m) {
      return framed(PeerFields.FLOORS, floors(m));
    } else if (word instanceof PeerWord.FloorsEnd) {
      return framed(PeerFields.FLOORS_END, new WireWriter(0));
    } else if (word instanceof PeerWord.Transfer m) {
      WireWriter head = new WireWriter(40);
      head.field(PeerFields.TRANSFER_ID, m.id());
      order(head, PeerFields.TRANSFER_VIEW_ID, PeerFields.TRANSFER_NUMBER, m.epoch());
      return framed(PeerFields.TRANSFER, head, PeerFields.TRANSFER_ENTRIES, m.entries());
    } else if (word instanceof PeerWord.Notice m) {
      WireWriter head = new WireWriter(16);
      head.field(PeerFields.NOTICE_ID, m.id());
      return framed(PeerFields.NOTICE, head, PeerFields.NOTICE_DECISIONS, m.decisions());
    } else if (word instanceof PeerWord.Settled m) {
      WireWriter body = new WireWriter(m.noticeIds().length * 9);
      for (long id : m.noticeIds()) {
        body.presentField(PeerFields.SETTLED_NOTICE, id);
      }
      return framed(PeerFields.SETTLED, body);
    }
    throw new AssertionError(word);
  }

  private static WireWriter floors(PeerWord.Floors m) {
    WireWriter body = new WireWriter(64 + m.seqs().size() * 64);
    body.field(PeerFields.FLOORS_ID, m.id());
    order(body, PeerFields.FLOORS_VIEW_ID, PeerFields.FLOORS_NUMBER, m.epoch());
    for (PeerWord.RouterSeq seq : m.seqs()) {
      WireWriter inner = new WireWriter(64);
      seq.router().write(inner, PeerFields.SEQ_ROUTER);
      inner.field(PeerFields.SEQ_SEQ, seq.seq());
      body.messageField(PeerFields.FLOORS_SEQ, inner);
    }
    return body;
  }

  /**
   * What who opened a stream says.
   *
   * @param message not changed afterwards: buffers of words are parts of it
   */
  static PeerFrame decodeWord(byte[] message) throws MalformedWireException {
    WireReader in = new WireReader().reset(message, 0, message.length);
    PeerFrame frame = new PeerFrame.Unknown();
    while (in.next()) {
      PeerFrame known =
          switch (in.tag()) {
            case PeerFields.HELLO -> hello(in.enter());
            case PeerFields.FLOORS -> new PeerFrame.Word(floors(in.enter()));
            case PeerFields.FLOORS_END -> {
              in.skip();
              yield new PeerFrame.Word(new PeerWord.FloorsEnd());
            }
            case PeerFields.TRANSFER -> new PeerFrame.Word(transfer(in.enter()));
            case PeerFields.NOTICE -> new PeerFrame.Word(notice(in.enter()));
            case PeerFields.SETTLED -> new PeerFrame.Word(settled(in.enter()));
            default -> {
              in.skip();
              yield null;
            }
          };
      frame = known == null ? frame : known;
    }
    return frame;
  }

  private static Hello hello(WireReader in) throws MalformedWireException {
    long[] numbers = new long[3];
    Peer from = null;
    Peer to = null;
    while (in.next()) {
      switch (in.tag()) {
        case PeerFields.HELLO_MIN_VERSION -> numbers[0] = in.readVarint();
        case PeerFields.HELLO_MAX_VERSION -> numbers[1] = in.readVarint();
        case PeerFields.HELLO_ATTEMPT -> numbers[2] = in.readVarint();
        case PeerFields.HELLO_FROM -> from = Peer.read(in.enter());
        case PeerFields.HELLO_TO -> to = Peer.read(in.enter());
        default -> in.skip();
      }
    }
    return new Hello(
        version(numbers[0]),
        version(numbers[1]),
        required(from, "hello.from"),
        required(to, "hello.to"),
        numbers[2]);
  }

  private static PeerWord.Floors floors(WireReader in) throws MalformedWireException {
    long[] numbers = new long[3];
    List<PeerWord.RouterSeq> seqs = new ArrayList<>();
    while (in.next()) {
      switch (in.tag()) {
        case PeerFields.FLOORS_ID -> numbers[0] = in.readVarint();
        case PeerFields.FLOORS_VIEW_ID -> numbers[1] = in.readVarint();
        case PeerFields.FLOORS_NUMBER -> numbers[2] = in.readVarint();
        case PeerFields.FLOORS_SEQ -> seqs.add(routerSeq(in.enter()));
        default -> in.skip();
      }
    }
    return new PeerWord.Floors(numbers[0], new EpochOrder(numbers[1], numbers[2]), seqs);
  }

  private static PeerWord.RouterSeq routerSeq(WireReader in) throws MalformedWireException {
    Peer router = null;
    long seq = 0;
    while (in.next()) {
      switch (in.tag()) {
        case PeerFields.SEQ_ROUTER -> router = Peer.read(in.enter());
        case PeerFields.SEQ_SEQ -> seq = in.readVarint();
        default -> in.skip();
      }
    }
    return new PeerWord.RouterSeq(required(router, "floors.router"), seq);
  }

  private static PeerWord.Transfer transfer(WireReader in) throws MalformedWireException {
    long[] numbers = new long[3];
    ByteBuf entries = Unpooled.EMPTY_BUFFER;
    while (in.next()) {
      switch (in.tag()) {
        case PeerFields.TRANSFER_ID -> numbers[0] = in.readVarint();
        case PeerFields.TRANSFER_VIEW_ID -> numbers[1] = in.readVarint();
        case PeerFields.TRANSFER_NUMBER -> numbers[2] = in.readVarint();
        case PeerFields.TRANSFER_ENTRIES -> entries = slice(in);
        default -> in.skip();
      }
    }
    return new PeerWord.Transfer(numbers[0], new EpochOrder(numbers[1], numbers[2]), entries);
  }

  private static PeerWord.Notice notice(WireReader in) throws MalformedWireException {
    long id = 0;
    ByteBuf decisions = Unpooled.EMPTY_BUFFER;
    while (in.next()) {
      switch (in.tag()) {
        case PeerFields.NOTICE_ID -> id = in.readVarint();
        case PeerFields.NOTICE_DECISIONS -> decisions = slice(in);
        default -> in.skip();
      }
    }
    return new PeerWord.Notice(id, decisions);
  }

  private static PeerWord.Settled settled(WireReader in) throws MalformedWireException {
    long[] ids = new long[(in.end() - in.position()) / 9 + 1];
    int count = 0;
    while (in.next()) {
      if (in.tag() == PeerFields.SETTLED_NOTICE) {
        ids[count++] = in.readFixed64();
      } else {
        in.skip();
      }
    }
    return new PeerWord.Settled(Arrays.copyOf(ids, count));
  }

  // ---- who answers

  static byte[] encode(Welcome welcome) {
    WireWriter body = new WireWriter(80);
    body.field(PeerFields.WELCOME_VERSION, welcome.version());
    welcome.from().write(body, PeerFields.WELCOME_FROM);
    return framed(PeerFields.WELCOME, body);
  }

  static byte[] encode(Farewell farewell) {
    WireWriter body = new WireWriter(80);
    body.stringField(PeerFields.FAREWELL_REASON, farewell.reason());
    return framed(PeerFields.FAREWELL, body);
  }

  static byte[] encode(PeerAnswer answer) {
    WireWriter out = new WireWriter(32);
    if (answer instanceof PeerAnswer.TransferTaken m) {
      out.presentField(PeerFields.TRANSFER_TAKEN, m.id());
    } else if (answer instanceof PeerAnswer.TransferNotOwner m) {
      WireWriter body = new WireWriter(32);
      body.field(PeerFields.NOT_OWNER_ID, m.id());
      order(body, PeerFields.NOT_OWNER_VIEW_ID, PeerFields.NOT_OWNER_NUMBER, m.epoch());
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
      order(body, PeerFields.NOT_OWNER_VIEW_ID, PeerFields.NOT_OWNER_NUMBER, m.epoch());
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

  /** What who answers a stream says. */
  static PeerFrame decodeAnswer(byte[] message) throws MalformedWireException {
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
    return new Welcome(version(version), required(from, "welcome.from"));
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

  // ---- wire

  private static void order(WireWriter out, int viewIdTag, int numberTag, EpochOrder order) {
    out.field(viewIdTag, order.viewId());
    out.field(numberTag, order.number());
  }

  private static byte[] framed(int tag, WireWriter body) {
    WireWriter out = new WireWriter(body.size() + 8);
    out.messageField(tag, body);
    return out.toByteArray();
  }

  /** With a last field of bytes, copied once. */
  private static byte[] framed(int tag, WireWriter head, int bytesTag, ByteBuf bytes) {
    int length = bytes.readableBytes();
    WireWriter out = new WireWriter(40);
    out.openField(tag, head.size() + WireWriter.lengthFieldSize(bytesTag, length));
    out.raw(head.array(), head.size());
    out.openField(bytesTag, length);
    byte[] message = Arrays.copyOf(out.array(), out.size() + length);
    bytes.getBytes(bytes.readerIndex(), message, out.size(), length);
    return message;
  }

  private static ByteBuf slice(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    ByteBuf slice = Unpooled.wrappedBuffer(in.array(), in.position(), length);
    in.position(in.position() + length);
    return slice;
  }

  private static int version(long value) throws MalformedWireException {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new MalformedWireException("version: " + Long.toUnsignedString(value));
    }
    return (int) value;
  }

  private static Peer required(@Nullable Peer peer, String what) throws MalformedWireException {
    if (peer == null) {
      throw new MalformedWireException(what + " is missing");
    }
    return peer;
  }
}
