package io.ringtail.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatchTest {
  @TempDir private Path directory;
  private int changes;

  @Test
  void file_changed_toldOnceItStaysTheSame() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "a: 1");
    try (ConfigWatch watch = new ConfigWatch(file, Files.readAllBytes(file), () -> changes++)) {
      watch.look();
      watch.look();
      assertThat(changes).as("as it was").isZero();
      Files.writeString(file, "a: 2");
      watch.look();
      assertThat(changes).as("perhaps half written").isZero();
      watch.look();
      watch.look();
      assertThat(changes).isEqualTo(1);
      Files.delete(file);
      watch.look();
      Files.writeString(file, "a: 3");
      watch.look();
      watch.look();
      assertThat(changes).isEqualTo(2);
    }
  }
}
