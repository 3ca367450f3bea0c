package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The memory that a body takes while it comes is in proportion to what has come. */
class HttpBodyTest {
  private static final int BYTES = 1_000_000;

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
  private final HttpBody body = new HttpBody();
  private final byte[] bytes = new byte[BYTES];

  private void add(int from, int to) {
    ByteBuf piece = piece(from, to);
    body.add(allocator, piece);
    piece.release();
  }

  private ByteBuf piece(int from, int to) {
    return Unpooled.wrappedBuffer(bytes, from, to - from);
  }

  private long taken() {
    return allocator.metric().usedDirectMemory();
  }

  @Test
  void body_ofWhichOneByteHasCome_takesLittle() {
    add(0, 1);
    assertThat(taken()).isBetween(1L, 1024L);
    body.release();
    assertThat(taken()).isZero();
  }

  @Test
  void body_growing_takesAtMostTwiceWhatHasCome() {
    int have = 0;
    for (int piece = 1; have + piece < BYTES; piece = piece * 3 / 2 + 1) {
      add(have, have + piece);
      have += piece;
      assertThat(taken()).as("at %d", have).isLessThanOrEqualTo(Math.max(512, 2L * have));
    }
    body.release();
    assertThat(taken()).isZero();
  }

  @Test
  void body_inPiecesOfAnySize_isTheirBytes() {
    new SplittableRandom(1).nextBytes(bytes);
    int have = 0;
    for (int piece = 1; have + piece < BYTES; piece = piece * 2 + 1) {
      add(have, have + piece);
      have += piece;
    }
    BodyScratch scratch = BodyScratch.current();
    ByteBuf last = piece(have, BYTES);
    assertThat(body.end(scratch, last)).isEqualTo(BYTES);
    last.release();
    assertThat(Arrays.copyOf(scratch.rawArray(), BYTES)).isEqualTo(bytes);
    assertThat(taken()).isZero();
  }

  @Test
  void body_afterAnother_hasNothingOfIt() {
    bytes[0] = 1;
    bytes[1] = 2;
    BodyScratch scratch = BodyScratch.current();
    for (int i = 0; i < 2; i++) {
      add(0, 1);
      ByteBuf last = piece(1, 2);
      assertThat(body.end(scratch, last)).isEqualTo(2);
      last.release();
      assertThat(Arrays.copyOf(scratch.rawArray(), 2)).containsExactly(1, 2);
    }
  }
}
