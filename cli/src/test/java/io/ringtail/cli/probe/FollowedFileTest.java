package io.ringtail.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedFileTest {
  private static final String LINE =
      "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":"
          + "\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"eee19b7ec3c1b174\"}]}]}]}\n";

  @TempDir private Path directory;

  private final Arrivals arrivals = new Arrivals();
  private Path path = Path.of("");
  private @Nullable FollowedFile file;

  @BeforeEach
  void name() {
    path = directory.resolve("kept.jsonl");
  }

  @AfterEach
  void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  private void follow() throws IOException {
    file = new FollowedFile(path, arrivals);
  }

  private void append(String text) throws IOException {
    Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private long poll() throws IOException {
    Objects.requireNonNull(file).poll(1);
    return arrivals.foreignSpans();
  }

  @Test
  void file_thatIsThere_readFromItsEnd() throws IOException {
    append(LINE + LINE);
    follow();
    assertThat(poll()).isZero();
    append(LINE);
    assertThat(poll()).isEqualTo(1);
    append(LINE + "\n" + LINE);
    assertThat(poll()).isEqualTo(3);
  }

  @Test
  void file_madeLater_readFromItsBeginning() throws IOException {
    follow();
    assertThat(poll()).isZero();
    append(LINE);
    assertThat(poll()).isEqualTo(1);
  }

  @Test
  void line_notWholeYet_readWhenItIs() throws IOException {
    follow();
    for (int i = 0; i < LINE.length(); i++) {
      append(LINE.substring(i, i + 1));
      assertThat(poll()).isEqualTo(i == LINE.length() - 1 ? 1 : 0);
    }
  }

  @Test
  void file_replaced_oldOneReadToItsEndAndNewOneFromItsBeginning() throws IOException {
    append(LINE);
    follow();
    append(LINE);
    Files.move(path, directory.resolve("kept-1.jsonl"));
    append(LINE + LINE);
    assertThat(poll()).isEqualTo(3);
  }

  @Test
  void file_cut_readFromItsBeginning() throws IOException {
    append(LINE + LINE + LINE);
    follow();
    Path shorter = Files.writeString(directory.resolve("shorter"), LINE);
    Files.write(path, Files.readAllBytes(shorter), StandardOpenOption.TRUNCATE_EXISTING);
    assertThat(poll()).isEqualTo(1);
  }

  @Test
  void file_movedAway_waitedFor() throws IOException {
    append(LINE);
    follow();
    Files.move(path, directory.resolve("away"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(poll()).isZero();
    append(LINE);
    assertThat(poll()).isEqualTo(1);
  }

  @Test
  void line_thatIsNoRequest_countedAndPassedOver() throws IOException {
    follow();
    append("nonsense\n" + LINE);
    assertThat(poll()).isEqualTo(1);
    assertThat(Objects.requireNonNull(file).unreadableLines()).isEqualTo(1);
  }
}
