package io.ringtail.compress;

/**
 * Decompresses bodies into a buffer of the caller, up to a limit. Memory follows the bytes that
 * really come out: a length the input merely claims is never allocated.
 *
 * <p>Threads: one at a time. Buffers: input borrowed for the call; output is the caller's. {@link
 * #close} frees native memory.
 */
public final class Decompressor implements AutoCloseable {
  private final Gunzip gunzip = new Gunzip();
  private final Unzstd unzstd = new Unzstd();

  /**
   * Decompresses {@code input[offset, offset + length)}. With {@link Compression#NONE} it copies,
   * so a caller who can use the range itself should.
   *
   * @param output grown as needed, to at most {@code maxBytes} or what it has
   * @param maxBytes most bytes that may come out, inclusive
   */
  public Decompressed decompress(
      Compression compression,
      byte[] input,
      int offset,
      int length,
      ByteOutput output,
      int maxBytes) {
    return switch (compression) {
      case NONE -> copy(input, offset, length, output, maxBytes);
      case GZIP -> gunzip.decompress(input, offset, length, output, maxBytes);
      case ZSTD -> unzstd.decompress(input, offset, length, output, maxBytes);
    };
  }

  @Override
  public void close() {
    gunzip.close();
    unzstd.close();
  }

  /** First guess of the output's size: by what really came, never by what it claims. */
  static int firstBytes(int inputLength, int maxBytes) {
    return (int) Math.min(maxBytes, Math.max(4096L, inputLength * 4L));
  }

  /** The next size of a full output: doubled, up to the limit. */
  static int nextBytes(int capacity, int maxBytes) {
    return (int) Math.min(maxBytes, Math.max(4096L, capacity * 2L));
  }

  private static Decompressed copy(
      byte[] input, int offset, int length, ByteOutput output, int maxBytes) {
    if (length > maxBytes) {
      return new Decompressed.TooLarge(maxBytes);
    }
    System.arraycopy(input, offset, output.ensure(length, 0), 0, length);
    return new Decompressed.Ok(length);
  }
}
