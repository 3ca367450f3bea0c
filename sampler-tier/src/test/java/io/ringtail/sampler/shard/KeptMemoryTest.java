package io.ringtail.sampler.shard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeptMemoryTest {
  private static final int MIB = 1 << 20;

  @Test
  void traces_untilThereIsNoRoom_takeNoMoreThanTheLimit() {
    KeptMemory memory = KeptMemory.pooled(4L * MIB, 2);
    List<ByteBuf> taken = new ArrayList<>();
    for (ByteBuf b = memory.tryAllocate(10_000); b != null; b = memory.tryAllocate(10_000)) {
      taken.add(b);
      assertThat(memory.bytes()).isLessThanOrEqualTo(memory.limitBytes());
    }
    assertThat(taken).hasSizeGreaterThan(2 * MIB / 10_000);
    taken.forEach(ByteBuf::release);
    assertThat(requireNonNull(memory.tryAllocate(10_000)).release()).isTrue();
  }

  @Test
  void traceLargerThanAllRoom_goesAloneToTheHeap() {
    KeptMemory memory = KeptMemory.pooled(MIB, 1);
    ByteBuf small = requireNonNull(memory.tryAllocate(100));
    assertThat(memory.tryAllocate(2 * MIB)).isNull();
    small.release();
    ByteBuf large = requireNonNull(memory.tryAllocate(2 * MIB));
    assertThat(large.hasArray()).isTrue();
    large.release();
  }
}
