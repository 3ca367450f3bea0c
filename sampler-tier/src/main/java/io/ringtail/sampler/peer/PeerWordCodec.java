package io.ringtail.sampler.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.link.WireWriter;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.peer.PeerFrame.Hello;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What who opens a stream says, as protobuf bytes, by hand; docs/peer-protocol.md has them as a
 * schema. Unknown fields are passed over. Threads: any.
 */
final class PeerWordCodec {
  private PeerWordCodec() {}

  static byte[] encode(Hello hello) {
    WireWriter body = new WireWriter(160);
    body.field(PeerFields.HELLO_MIN_VERSION, hello.minVersion());
    body.field(PeerFields.HELLO_MAX_VERSION, hello.maxVersion());
    hello.from().write(body, PeerFields.HELLO_FROM);
    hello.to().write(body, PeerFields.HELLO_TO);
    body.field(PeerFields.HELLO_ATTEMPT, hello.attempt());
    return PeerWire.framed(PeerFields.HELLO, body);
  }

  /**
   * @param word its buffer is borrowed
   */
  static byte[] encode(PeerWord word) {
    if (word instanceof PeerWord.Floors m) {
      return PeerWire.framed(PeerFields.FLOORS, floors(m));
    } else if (word instanceof PeerWord.FloorsEnd) {
      return PeerWire.framed(PeerFields.FLOORS_END, new WireWriter(0));
    } else if (word instanceof PeerWord.Transfer m) {
      WireWriter head = new WireWriter(40);
      head.field(PeerFields.TRANSFER_ID, m.id());
      PeerWire.order(head, PeerFields.TRANSFER_VIEW_ID, PeerFields.TRANSFER_NUMBER, m.epoch());
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
      return PeerWire.framed(PeerFields.SETTLED, body);
    }
    throw new AssertionError(word);
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

  private static WireWriter floors(PeerWord.Floors m) {
    WireWriter body = new WireWriter(64 + m.seqs().size() * 64);
    body.field(PeerFields.FLOORS_ID, m.id());
    PeerWire.order(body, PeerFields.FLOORS_VIEW_ID, PeerFields.FLOORS_NUMBER, m.epoch());
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
  static PeerFrame decode(byte[] message) throws MalformedWireException {
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
        PeerWire.version(numbers[0]),
        PeerWire.version(numbers[1]),
        PeerWire.required(from, "hello.from"),
        PeerWire.required(to, "hello.to"),
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
    return new PeerWord.RouterSeq(PeerWire.required(router, "floors.router"), seq);
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

  /** A field of bytes, which stay where they are. */
  private static ByteBuf slice(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    ByteBuf slice = Unpooled.wrappedBuffer(in.array(), in.position(), length);
    in.position(in.position() + length);
    return slice;
  }
}
