package io.ringtail.sampler.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KeptMemoryTest {
  private static final int MIB = 1 << 20;

  @Test
  void traces_untilThereIsNoRoom_takeNoMoreThanTheLimit() {
    KeptMemory memory = KeptMemory.bounded(4L * MIB);
    List<ByteBuf> taken = new ArrayList<>();
    for (ByteBuf b = memory.tryAllocate(10_000); b != null; b = memory.tryAllocate(10_000)) {
      taken.add(b);
      assertThat(memory.bytes()).isLessThanOrEqualTo(memory.limitBytes());
    }
    assertThat(taken).hasSize(4 * MIB / 10_000);
    taken.forEach(ByteBuf::release);
    assertThat(memory.bytes()).isZero();
  }

  @Test
  void fewSmallTraces_thatStay_takeNoRoomFromOthers() {
    KeptMemory memory = KeptMemory.bounded(4L * MIB);
    Random random = new Random(1);
    List<ByteBuf> all = new ArrayList<>();
    List<ByteBuf> stay = new ArrayList<>();
    int bytes = 100;
    for (ByteBuf b = memory.tryAllocate(bytes); b != null; b = memory.tryAllocate(bytes)) {
      (bytes % 100 == 0 ? stay : all).add(b);
      bytes = 100 + random.nextInt(20_000);
    }
    all.forEach(ByteBuf::release);
    int free = (int) (memory.limitBytes() - memory.bytes());
    assertThat(free).isGreaterThan(3 * MIB);
    for (int i = 0; i < free / 10_000; i++) {
      stay.add(requireNonNull(memory.tryAllocate(10_000)));
    }
    stay.forEach(ByteBuf::release);
  }

  @Test
  void traceLargerThanAllRoom_goesAloneToTheHeap() {
    KeptMemory memory = KeptMemory.bounded(MIB);
    ByteBuf small = requireNonNull(memory.tryAllocate(100));
    assertThat(memory.tryAllocate(2 * MIB)).isNull();
    small.release();
    ByteBuf large = requireNonNull(memory.tryAllocate(2 * MIB));
    assertThat(large.hasArray()).isTrue();
    large.release();
  }
}
