package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyScratchTest {
  @Test
  void owner_whoCannotMoveOut_isToldAndInNobodysWay() throws IOException {
    List<String> told = new ArrayList<>();
    BodyScratch.Owner cramped =
        new BodyScratch.Owner() {
          @Override
          public void moveOut(byte[] array) {
            throw new OutOfMemoryError("told to fail");
          }

          @Override
          public void lost(Throwable why) {
            told.add(String.valueOf(why.getMessage()));
          }
        };
    try (BodyScratch scratch = new BodyScratch()) {
      scratch.read(new ByteArrayInputStream(new byte[] {1, 2}), cramped);
      byte[] next = scratch.raw(3);
      assertThat(next).hasSizeGreaterThanOrEqualTo(3);
      assertThat(told).containsExactly("told to fail");
      assertThat(scratch.ownedBy(cramped)).isFalse();
    }
  }
}
