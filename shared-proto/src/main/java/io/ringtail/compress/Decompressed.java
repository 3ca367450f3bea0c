package io.ringtail.compress;

/** What became of one body. */
public sealed interface Decompressed {
  /** The first {@code length} bytes of the output are the body. */
  record Ok(int length) implements Decompressed {}

  /** More than {@code maxBytes} would come out; work stopped there. */
  record TooLarge(int maxBytes) implements Decompressed {
    public String message() {
      return "body over " + maxBytes + " bytes after decompression";
    }
  }

  /** The input is not what its encoding says: what was found where, and what was expected. */
  record Malformed(String message) implements Decompressed {}
}
