package io.ringtail.sampler.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Peer;
import io.ringtail.link.WireWriter;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PeerCodecsTest {
  private static final EpochOrder EPOCH = new EpochOrder(Long.MAX_VALUE, 7);
  private static final Peer ROUTER = new Peer("r-é", new Incarnation(new EpochOrder(3, 4), -5));
  private static final Peer SAMPLER = new Peer("s0", new Incarnation(EpochOrder.NONE, 9));

  static final List<byte[]> FROM_OPENER =
      List.of(
          PeerWordCodec.encode(new PeerFrame.Hello(1, 3, SAMPLER, ROUTER, Long.MIN_VALUE)),
          PeerWordCodec.encode(
              new PeerWord.Floors(
                  1,
                  EPOCH,
                  List.of(
                      new PeerWord.RouterSeq(ROUTER, 0),
                      new PeerWord.RouterSeq(SAMPLER, Long.MAX_VALUE)))),
          PeerWordCodec.encode(new PeerWord.FloorsEnd()),
          PeerWordCodec.encode(
              new PeerWord.Transfer(-1, EPOCH, Unpooled.wrappedBuffer(bytes(300)))),
          PeerWordCodec.encode(new PeerWord.Notice(8, Unpooled.wrappedBuffer(bytes(3)))),
          PeerWordCodec.encode(new PeerWord.Settled(new long[] {1, -1, Long.MAX_VALUE})));

  static final List<PeerAnswer> ANSWERS =
      List.of(
          new PeerAnswer.TransferTaken(0),
          new PeerAnswer.TransferNotOwner(-2, EPOCH),
          new PeerAnswer.TransferFull(3),
          new PeerAnswer.TransferUnfit(4, List.of(0, 7, 300)),
          new PeerAnswer.TransferUnfit(5, List.of()),
          new PeerAnswer.NoticeNotOwner(8, new EpochOrder(2, 5)),
          new PeerAnswer.NoticeUnfit(9),
          new PeerAnswer.NoticeTaken(Long.MAX_VALUE));

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] encode(PeerFrame frame) {
    if (frame instanceof PeerFrame.Hello hello) {
      return PeerWordCodec.encode(hello);
    } else if (frame instanceof PeerFrame.Word word) {
      return PeerWordCodec.encode(word.word());
    }
    throw new AssertionError(frame);
  }

  @ParameterizedTest
  @FieldSource("FROM_OPENER")
  void decodeWord_encoded_isTheSame(byte[] message) throws Exception {
    assertThat(encode(PeerWordCodec.decode(message))).isEqualTo(message);
  }

  @ParameterizedTest
  @FieldSource("FROM_OPENER")
  void decodeWord_unknownFields_arePassedOver(byte[] message) throws Exception {
    WireWriter out = new WireWriter(16);
    out.stringField(99 << 3 | WireReader.LEN, "from the future");
    out.raw(message, message.length);
    out.presentField(100 << 3 | WireReader.FIXED64, 1);
    assertThat(encode(PeerWordCodec.decode(out.toByteArray()))).isEqualTo(message);
  }

  @ParameterizedTest
  @FieldSource("FROM_OPENER")
  void decodeWord_truncated_isRefusedOrUnknown(byte[] message) {
    for (int length = 0; length < message.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(message, length);
      try {
        assertThat(PeerWordCodec.decode(cut)).isInstanceOf(PeerFrame.Unknown.class);
        assertThat(length).isZero();
      } catch (MalformedWireException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  @ParameterizedTest
  @FieldSource("ANSWERS")
  void decodeAnswer_encoded_isEqual(PeerAnswer answer) throws Exception {
    assertThat(PeerAnswerCodec.decode(PeerAnswerCodec.encode(answer)))
        .isEqualTo(new PeerFrame.Answer(answer));
  }

  @Test
  void decodeAnswer_welcomeAndFarewell_areEqual() throws Exception {
    PeerFrame.Welcome welcome = new PeerFrame.Welcome(1, SAMPLER);
    PeerFrame.Farewell farewell = new PeerFrame.Farewell("stops");
    assertThat(PeerAnswerCodec.decode(PeerAnswerCodec.encode(welcome))).isEqualTo(welcome);
    assertThat(PeerAnswerCodec.decode(PeerAnswerCodec.encode(farewell))).isEqualTo(farewell);
    assertThat(PeerAnswerCodec.decode(new byte[] {(byte) 0xf2, 1, 0}))
        .isEqualTo(new PeerFrame.Unknown());
  }

  @Test
  void decodeWord_transfer_bufferIsOfTheMessage() throws Exception {
    byte[] entries = bytes(1000);
    byte[] message =
        PeerWordCodec.encode(new PeerWord.Transfer(1, EPOCH, Unpooled.wrappedBuffer(entries)));
    PeerFrame.Word word = (PeerFrame.Word) PeerWordCodec.decode(message);
    PeerWord.Transfer transfer = (PeerWord.Transfer) word.word();
    assertThat(transfer.entries().hasArray()).isTrue();
    assertThat(ByteBufUtil.getBytes(transfer.entries())).isEqualTo(entries);
  }

  @Test
  void decode_randomBytes_nothingButRefused() {
    Random random = new Random(5);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = FROM_OPENER.get(i % FROM_OPENER.size()).clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      try {
        PeerWordCodec.decode(bytes);
        PeerAnswerCodec.decode(bytes);
      } catch (MalformedWireException e) {
        assertThat(e).hasMessageNotContaining("Exception");
      }
    }
  }
}
