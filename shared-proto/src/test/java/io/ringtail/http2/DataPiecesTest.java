package io.ringtail.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DataPiecesTest {
  private static final int MAX_FRAME = 4000;
  private static final int DATA = 0;
  private static final int END_STREAM = 1;
  private static final int PADDED = 8;
  private static final byte[] NONE = {};

  /** A frame as it stands on the wire. */
  private record Frame(int type, int flags, int stream, byte[] content) {
    byte[] encoded() {
      ByteBuf out = Unpooled.buffer();
      out.writeMedium(content.length).writeByte(type).writeByte(flags).writeInt(stream);
      out.writeBytes(content);
      return bytes(out);
    }
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes);
    return bytes;
  }

  @Test
  void frames_readInAnyPieces_areTheSameStreamOfBytesAndFlags() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      List<Frame> frames = randomFrames(random);
      int largestRead = 1 + random.nextInt(round % 2 == 0 ? 30 : 3000);
      byte[] passed = passed(frames, random, largestRead);

      assertThat(encoded(merged(decoded(passed))))
          .as("seed %d round %d", seed, round)
          .isEqualTo(encoded(merged(frames)));
    }
  }

  @Test
  void dataFrame_overSeveralReads_isHandedOnWithEachOfThem() {
    Frame frame = new Frame(DATA, END_STREAM, 3, new byte[1000]);
    DataPieces pieces = afterPreface();
    byte[] wire = frame.encoded();

    List<Frame> first = decoded(read(pieces, wire, 0, 400));
    List<Frame> second = decoded(read(pieces, wire, 400, 900));
    List<Frame> third = decoded(read(pieces, wire, 900, wire.length));

    assertThat(first).singleElement().satisfies(f -> piece(f, 391, 0));
    assertThat(second).singleElement().satisfies(f -> piece(f, 500, 0));
    assertThat(third).singleElement().satisfies(f -> piece(f, 109, END_STREAM));
  }

  @Test
  void dataFrame_largerThanAllowed_isLeftToTheDecoder() {
    byte[] wire = new Frame(DATA, 0, 3, new byte[MAX_FRAME + 1]).encoded();

    assertThat(read(afterPreface(), wire, 0, 100)).isEqualTo(Arrays.copyOf(wire, 100));
  }

  private static void piece(Frame frame, int length, int flags) {
    assertThat(frame.type()).isEqualTo(DATA);
    assertThat(frame.stream()).isEqualTo(3);
    assertThat(frame.flags()).isEqualTo(flags);
    assertThat(frame.content()).hasSize(length);
  }

  private static DataPieces afterPreface() {
    DataPieces pieces = new DataPieces(MAX_FRAME);
    read(pieces, new byte[24], 0, 24);
    return pieces;
  }

  private static byte[] read(DataPieces pieces, byte[] wire, int from, int to) {
    ByteBuf buffer = Unpooled.buffer(to - from + 9);
    pieces.begin(buffer);
    buffer.writeBytes(wire, from, to - from);
    pieces.end(buffer);
    return bytes(buffer);
  }

  private static List<Frame> randomFrames(SplittableRandom random) {
    List<Frame> frames = new ArrayList<>();
    for (int i = random.nextInt(1, 20); i > 0; i--) {
      byte[] content = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(MAX_FRAME)];
      random.nextBytes(content);
      int flags = random.nextInt(2) | (random.nextInt(5) == 0 ? PADDED : 0);
      frames.add(new Frame(random.nextInt(3), flags, random.nextInt(1, 4), content));
    }
    return frames;
  }

  private static byte[] encoded(List<Frame> frames) {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    frames.forEach(frame -> wire.writeBytes(frame.encoded()));
    return wire.toByteArray();
  }

  private static byte[] passed(List<Frame> frames, SplittableRandom random, int largestRead) {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    wire.writeBytes(new byte[24]);
    wire.writeBytes(encoded(frames));
    byte[] sent = wire.toByteArray();
    DataPieces pieces = new DataPieces(MAX_FRAME);
    ByteArrayOutputStream passed = new ByteArrayOutputStream();
    for (int at = 0; at < sent.length; ) {
      int to = Math.min(sent.length, at + random.nextInt(1, largestRead + 1));
      passed.writeBytes(read(pieces, sent, at, to));
      at = to;
    }
    byte[] all = passed.toByteArray();
    return Arrays.copyOfRange(all, 24, all.length);
  }

  private static List<Frame> decoded(byte[] wire) {
    List<Frame> frames = new ArrayList<>();
    ByteBuf in = Unpooled.wrappedBuffer(wire);
    while (in.isReadable()) {
      int length = in.readUnsignedMedium();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] content = new byte[length];
      in.readBytes(content);
      frames.add(new Frame(type, flags, stream, content));
    }
    return frames;
  }

  /** Plain DATA frames that follow each other on a stream as one, up to its end. */
  private static List<Frame> merged(List<Frame> frames) {
    List<Frame> merged = new ArrayList<>();
    for (Frame frame : frames) {
      Frame last = merged.isEmpty() ? new Frame(-1, 0, 0, NONE) : merged.get(merged.size() - 1);
      if (last.type() == DATA
          && frame.type() == DATA
          && last.stream() == frame.stream()
          && last.flags() == 0
          && (frame.flags() & PADDED) == 0) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(last.content());
        both.writeBytes(frame.content());
        merged.set(
            merged.size() - 1, new Frame(DATA, frame.flags(), frame.stream(), both.toByteArray()));
      } else {
        merged.add(frame);
      }
    }
    return merged;
  }
}
