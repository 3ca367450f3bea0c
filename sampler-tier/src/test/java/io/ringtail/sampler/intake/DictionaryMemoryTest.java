package io.ringtail.sampler.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.DictionaryLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DictionaryMemoryTest {
  private static final long MIB = 1 << 20;

  @Test
  void fewLinks_haveTheMostThatIsOfUse() {
    DictionaryMemory memory = new DictionaryMemory(256 * MIB);
    assertThat(memory.grant(3)).isEqualTo(DictionaryLimits.DEFAULT);
    assertThat(memory.grantedBytes()).isEqualTo(8 * MIB);
  }

  @Test
  void manyLinksThatAreKnown_haveEqualShares() {
    DictionaryMemory memory = new DictionaryMemory(256 * MIB);
    List<DictionaryLimits> granted = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      granted.add(memory.grant(1000));
    }
    assertThat(granted).containsOnly(granted.get(0));
    assertThat(granted.get(0)).isEqualTo(new DictionaryLimits(65, 67_108, 16_777));
  }

  @Test
  void linksThatComeOneByOne_neverHaveMoreTogetherThanThereIs_andAllHaveSome() {
    DictionaryMemory memory = new DictionaryMemory(64 * MIB);
    for (int links = 1; links <= 64; links++) {
      assertThat(memory.grant(links).bytes()).isEqualTo(Math.min(4 * MIB, 16 * MIB / links));
      assertThat(memory.grantedBytes()).isLessThan(64 * MIB);
    }
  }

  @Test
  void noRoom_everyHeaderGoesAlong() {
    assertThat(new DictionaryMemory(64 << 10).grant(4)).isEqualTo(DictionaryLimits.NONE);
  }

  @Test
  void linksThatComeAndGo_giveBackAllTheyHad() {
    DictionaryMemory memory = new DictionaryMemory(64 * MIB);
    Random random = new Random(3);
    Deque<DictionaryLimits> open = new ArrayDeque<>();
    for (int i = 0; i < 10_000; i++) {
      if (open.isEmpty() || random.nextInt(100) < 51) {
        open.add(memory.grant(open.size() + 1));
      } else {
        memory.giveBack(open.remove());
      }
      assertThat(memory.grantedBytes()).isLessThan(64 * MIB);
    }
    open.forEach(memory::giveBack);
    assertThat(memory.grantedBytes()).isZero();
  }
}
