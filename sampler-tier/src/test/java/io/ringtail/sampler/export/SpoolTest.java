package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.link.Header;
import io.ringtail.sampler.export.Spool.Stored;
import io.ringtail.sampler.export.send.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  @TempDir private Path dir;
  private final List<Integer> unreadable = new ArrayList<>();

  private static Payload payload(int seed) {
    byte[] array = {1, 2, 3, (byte) seed, 99};
    return new Payload(
        array, 4, 2, new int[] {1, 4, 0}, new int[] {3, seed, 0}, 3 + seed, Header.EMPTY);
  }

  private Stored take(Spool spool) throws IOException {
    Stored stored = spool.take(unreadable::add);
    if (stored == null) {
      throw new AssertionError("nothing to take");
    }
    return stored;
  }

  @Test
  void requests_writtenAndReopened_comeBackInOrder() throws Exception {
    try (Spool spool = new Spool(dir, 1000)) {
      assertThat(spool.write(payload(5))).isTrue();
      assertThat(spool.write(payload(6))).isTrue();
    }
    try (Spool spool = new Spool(dir, 1000)) {
      assertThat(spool.spans()).isEqualTo(17);
      Stored first = take(spool);
      assertThat(first.payload().array()).containsExactly(1, 2, 3, 5);
      assertThat(first.payload().traceEnds()).containsExactly(1, 4);
      assertThat(first.payload().traceSpans()).containsExactly(3, 5);
      assertThat(take(spool).payload().spanCount()).isEqualTo(9);
      assertThat(spool.isTaken()).isTrue();
      spool.answered(first.entry(), 3);
      assertThat(spool.spans()).isEqualTo(14);
      spool.answered(first.entry(), 5);
      assertThat(spool.spans()).isEqualTo(9);
    }
    try (Spool spool = new Spool(dir, 1000)) {
      assertThat(spool.spans()).as("what was taken and not answered").isEqualTo(9);
    }
  }

  @Test
  void requests_noRoom_refused() throws Exception {
    try (Spool spool = new Spool(dir, 60)) {
      assertThat(spool.write(payload(5))).isTrue();
      assertThat(spool.write(payload(6))).isFalse();
    }
  }

  @Test
  void file_damaged_putAsideAndCounted() throws Exception {
    try (Spool spool = new Spool(dir, 1000)) {
      spool.write(payload(5));
      spool.write(payload(6));
    }
    Path oldest;
    try (var files = Files.list(dir)) {
      oldest = files.filter(f -> f.toString().endsWith(".request")).sorted().findFirst().get();
    }
    byte[] bytes = Files.readAllBytes(oldest);
    bytes[bytes.length - 1] ^= 1;
    Files.write(oldest, bytes);
    try (Spool spool = new Spool(dir, 1000)) {
      assertThat(take(spool).payload().spanCount()).isEqualTo(9);
      assertThat(unreadable).containsExactly(8);
    }
  }

  @Test
  void file_ofAnotherName_isLeftAlone() throws Exception {
    Path foreign = Files.writeString(dir.resolve("my-notes.request"), "mine");
    try (Spool spool = new Spool(dir, 1000)) {
      assertThat(spool.isTaken()).isTrue();
      assertThat(spool.bytes()).isZero();
    }
    assertThat(foreign).hasContent("mine");
  }

  @Test
  void file_gone_isCountedAndPassedOver() throws Exception {
    try (Spool spool = new Spool(dir, 1000)) {
      spool.write(payload(5));
      spool.write(payload(6));
      Files.delete(dir.resolve("0000000000000000-8.request"));
      assertThat(take(spool).payload().spanCount()).isEqualTo(9);
      assertThat(unreadable).containsExactly(8);
    }
  }

  @Test
  void directory_inUse_saysSo() throws Exception {
    try (Spool spool = new Spool(dir, 1000)) {
      assertThat(spool.isTaken()).isTrue();
      assertThatThrownBy(() -> new Spool(dir, 1000))
          .isInstanceOf(IOException.class)
          .hasMessage("sampler.export.disk.directory: " + dir + " is in use");
    }
  }
}
