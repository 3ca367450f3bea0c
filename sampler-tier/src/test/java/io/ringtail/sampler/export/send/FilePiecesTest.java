package io.ringtail.sampler.export.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FilePiecesTest {
  @TempDir private Path directory;

  @Test
  void bytes_ofAnyNumberOfPieces_areWrittenAndReadAsTheyWere() throws IOException {
    Random random = new Random(3);
    for (int length : new int[] {0, 1, 64 << 10, (64 << 10) + 1, 300_000}) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      Path file = directory.resolve("f" + length);
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        FilePieces.write(out, buffer);
      }
      assertThat(buffer.hasRemaining()).isFalse();
      assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
      assertThat(FilePieces.read(file)).isEqualTo(bytes);
    }
  }
}
