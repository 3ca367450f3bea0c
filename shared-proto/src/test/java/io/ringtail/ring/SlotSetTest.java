package io.ringtail.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.trace.TraceHash;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotSetTest {
  @Test
  void encoded_ofAnyDensity_readsBackAndIsNoLargerThanABitmap() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int oneIn = 1; oneIn < 10_000_000; oneIn *= 3) {
      int bound = oneIn;
      assertReadsBack(SlotSet.where(slot -> random.nextInt(bound) == 0));
    }
    assertReadsBack(SlotSet.NONE);
    assertReadsBack(SlotSet.ALL);
    assertReadsBack(SlotSet.of(0));
    assertReadsBack(SlotSet.of(TraceHash.SLOTS - 1));
    assertThat(SlotSet.of(5, 100_000).encoded()).hasSize(5);
  }

  private static void assertReadsBack(SlotSet set) throws MalformedWireException {
    byte[] bytes = set.encoded();
    assertThat(bytes).hasSizeLessThanOrEqualTo(1 + TraceHash.SLOTS / 8);
    byte[] shifted = new byte[bytes.length + 9];
    System.arraycopy(bytes, 0, shifted, 4, bytes.length);
    assertThat(SlotSet.decoded(shifted, 4, 4 + bytes.length)).isEqualTo(set);
  }

  @Test
  void decoded_ofWhatIsNoSetOfSlots_isMalformed() {
    byte[][] wrong = {
      {}, {0}, {3, 1}, {1, 0}, {1, 5, 0}, {1, -1}, {1, -1, -1, -1, 1}, new byte[2 + (1 << 15)],
    };
    wrong[7][0] = 2;
    for (byte[] bytes : wrong) {
      assertThatThrownBy(() -> SlotSet.decoded(bytes, 0, bytes.length))
          .as(Arrays.toString(bytes))
          .isInstanceOf(MalformedWireException.class);
    }
  }
}
