package io.ringtail.sampler.export.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveHeadersTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path directory;
  private Path token;
  private long nowNanos = -5;

  @BeforeEach
  void write() throws IOException {
    token = directory.resolve("token");
    Files.writeString(token, "first\n");
  }

  private LiveHeaders headers(String before) {
    return new LiveHeaders(
        Map.of("X-Tenant", "a"),
        Map.of("Authorization", new HeaderFile(before, token)),
        () -> nowNanos);
  }

  @Test
  void file_atTheStart_isReadWithWhatGoesBefore() {
    assertThat(headers("Bearer ").now())
        .containsOnly(Map.entry("X-Tenant", "a"), Map.entry("Authorization", "Bearer first"));
  }

  @Test
  void file_changed_isTakenAtTheNextLook() throws IOException {
    LiveHeaders headers = headers("");
    Files.writeString(token, "second");
    nowNanos += 2 * SECOND - 1;
    assertThat(headers.now()).containsEntry("Authorization", "first");
    nowNanos += 1;
    assertThat(headers.now()).containsEntry("Authorization", "second").hasSize(2);
    Files.writeString(token, "third");
    nowNanos += SECOND;
    assertThat(headers.now()).containsEntry("Authorization", "second");
    nowNanos += SECOND;
    assertThat(headers.now()).containsEntry("Authorization", "third");
  }

  @Test
  void file_swappedByALink_isTaken() throws IOException {
    Path link = directory.resolve("link");
    Files.createSymbolicLink(link, token);
    LiveHeaders headers =
        new LiveHeaders(Map.of(), Map.of("A", new HeaderFile("", link)), () -> nowNanos);
    Path other = Files.writeString(directory.resolve("other"), "swapped");
    Files.delete(link);
    Files.createSymbolicLink(link, other);
    nowNanos += 2 * SECOND;
    assertThat(headers.now()).containsEntry("A", "swapped");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n", "two\nlines", "not ascii: ä"})
  void file_noHeadersValue_changesNothingUntilItIsOne(String content) throws IOException {
    LiveHeaders headers = headers("");
    Files.writeString(token, content);
    nowNanos += 2 * SECOND;
    assertThat(headers.now()).containsEntry("Authorization", "first");
    Files.writeString(token, "good");
    nowNanos += 2 * SECOND;
    assertThat(headers.now()).containsEntry("Authorization", "good");
  }

  @Test
  void file_goneOrTooLong_changesNothing() throws IOException {
    LiveHeaders headers = headers("");
    Files.delete(token);
    nowNanos += 2 * SECOND;
    assertThat(headers.now()).containsEntry("Authorization", "first");
    Files.writeString(token, "x".repeat(8 * 1024 + 1));
    nowNanos += 2 * SECOND;
    assertThat(headers.now()).containsEntry("Authorization", "first");
  }

  @Test
  void file_missingAtTheStart_isOneLineWithItsKey() throws IOException {
    Files.delete(token);
    assertThatThrownBy(() -> headers(""))
        .isInstanceOf(UncheckedIOException.class)
        .rootCause()
        .hasMessage("sampler.export.otlp.headers-files.Authorization: " + token + ": no such file");
  }

  @Test
  void headerFile_texts_areWordsAndAnAbsolutePath() {
    assertThat(HeaderFile.parse("/a/b")).contains(new HeaderFile("", Path.of("/a/b")));
    assertThat(HeaderFile.parse("Bearer /a/b"))
        .contains(new HeaderFile("Bearer ", Path.of("/a/b")));
    assertThat(HeaderFile.parse("a")).isEmpty();
    assertThat(HeaderFile.parse("")).isEmpty();
  }
}
