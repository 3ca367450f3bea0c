package io.ringtail.http2;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ReadMemoryTest {
  private static final int BUFFER = ReadMemory.BUFFER_BYTES;

  private long nanos;
  private final ReadMemory memory = new ReadMemory(2L * BUFFER, () -> nanos);
  private final List<Connection> resumed = new ArrayList<>();

  private final class Connection implements ReadMemory.Reader {
    @Override
    public void resume() {
      resumed.add(this);
    }

    boolean mayRead() {
      return memory.admits(this, false);
    }
  }

  private final Connection a = new Connection();
  private final Connection b = new Connection();
  private final Connection c = new Connection();

  private List<ByteBuf> takeAll() {
    List<ByteBuf> taken = new ArrayList<>();
    for (ByteBuf buffer = memory.take(); buffer != null; buffer = memory.take()) {
      taken.add(buffer);
    }
    return taken;
  }

  @Test
  void buffers_upToTheLimit_areTakenAndUsedAgain() {
    List<ByteBuf> taken = takeAll();
    assertThat(taken).hasSize(2).allMatch(buffer -> buffer.capacity() == BUFFER);
    assertThat(memory.inUseBytes()).isEqualTo(2L * BUFFER);
    taken.forEach(ByteBuf::release);
    assertThat(memory.inUseBytes()).isZero();
    assertThat(takeAll()).hasSize(2).allMatch(ByteBuf::release);
    assertThat(memory.takenBytes()).isEqualTo(2L * BUFFER);
  }

  @Test
  void pieceOfABuffer_keepsAllOfIt() {
    ByteBuf buffer = requireNonNull(memory.take());
    ByteBuf piece = buffer.retainedSlice(100, 1000);
    buffer.release();
    assertThat(memory.inUseBytes()).isEqualTo(BUFFER);
    piece.release();
    assertThat(memory.inUseBytes()).isZero();
  }

  @Test
  void nothingLeft_oneGoesOnAndTheOthersWaitTheirTurn() {
    List<ByteBuf> taken = takeAll();
    assertThat(a.mayRead()).isTrue();
    assertThat(b.mayRead()).isFalse();
    assertThat(c.mayRead()).isFalse();
    assertThat(a.mayRead()).isTrue();
    assertThat(memory.admits(b, true)).as("one with room in its buffer").isTrue();

    memory.hasMoved(a);
    assertThat(resumed).containsExactly(b);
    assertThat(b.mayRead()).isTrue();
    assertThat(a.mayRead()).isFalse();
    memory.hasMoved(b);
    memory.hasMoved(c);
    assertThat(resumed).containsExactly(b, c, a);
    taken.forEach(ByteBuf::release);
  }

  @Test
  void bufferGivenBack_letsTheNextOneRead() {
    List<ByteBuf> taken = takeAll();
    assertThat(a.mayRead()).isTrue();
    assertThat(b.mayRead()).isFalse();
    taken.get(0).release();
    assertThat(resumed).containsExactly(b);
    assertThat(b.mayRead()).isTrue();
    taken.get(1).release();
  }

  @Test
  void oneThatGoesOnEnds_theNextGoesOn() {
    List<ByteBuf> taken = takeAll();
    assertThat(a.mayRead()).isTrue();
    assertThat(b.mayRead()).isFalse();
    assertThat(c.mayRead()).isFalse();
    memory.hasEnded(b);
    memory.hasEnded(a);
    assertThat(resumed).containsExactly(c);
    assertThat(c.mayRead()).isTrue();
    assertThat(memory.waiting()).isZero();
    taken.forEach(ByteBuf::release);
  }

  @Test
  void oneThatGoesOnIsSilent_losesItsTurn() {
    List<ByteBuf> taken = takeAll();
    assertThat(a.mayRead()).isTrue();
    assertThat(b.mayRead()).isFalse();
    nanos += TimeUnit.MILLISECONDS.toNanos(900);
    memory.giveBackPiece(memory.takePiece(a));
    nanos += TimeUnit.MILLISECONDS.toNanos(900);
    memory.look();
    assertThat(resumed).isEmpty();
    nanos += TimeUnit.MILLISECONDS.toNanos(200);
    memory.look();
    assertThat(resumed).containsExactly(b);
    taken.forEach(ByteBuf::release);
  }
}
