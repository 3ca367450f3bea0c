package io.ringtail.sampler.export.send;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A header whose value stands in a file.
 *
 * @param before what goes before the content: {@code "Bearer "}, or nothing
 * @param path absolute
 */
public record HeaderFile(String before, Path path) {
  public static final String EXPECTED = "an absolute path, perhaps with words before: Bearer /a/b";

  /** Reads {@code /a/b} or {@code Bearer /a/b}: the path begins at the first slash. */
  public static Optional<HeaderFile> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new HeaderFile(text.substring(0, slash), Path.of(text.substring(slash).strip())));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
