package io.ringtail.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatchTest {
  @TempDir private Path directory;
  private final List<String> told = new ArrayList<>();

  @Test
  void file_changed_toldOnceItStaysTheSame() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "a: 1");
    try (ConfigWatch watch =
        new ConfigWatch(file, Files.readAllBytes(file), now -> told.add(new String(now, UTF_8)))) {
      watch.look();
      watch.look();
      assertThat(told).as("as it was").isEmpty();
      Files.writeString(file, "a: 2");
      watch.look();
      assertThat(told).as("perhaps half written").isEmpty();
      watch.look();
      watch.look();
      assertThat(told).containsExactly("a: 2");
      Files.delete(file);
      watch.look();
      Files.writeString(file, "a: 3");
      watch.look();
      watch.look();
      assertThat(told).containsExactly("a: 2", "a: 3");
    }
  }

  @Test
  void change_thatCannotBeApplied_isNotTheLastThatIsTold() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "a: 1");
    try (ConfigWatch watch =
        new ConfigWatch(
            file,
            Files.readAllBytes(file),
            now -> {
              told.add(new String(now, UTF_8));
              throw new AssertionError("told to fail");
            })) {
      for (int i = 2; i <= 3; i++) {
        Files.writeString(file, "a: " + i);
        watch.look();
        watch.look();
      }
    }
    assertThat(told).containsExactly("a: 2", "a: 3");
  }
}
