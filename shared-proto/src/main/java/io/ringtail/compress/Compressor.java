package io.ringtail.compress;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses bodies into a buffer of the caller: one gzip member or one zstd frame with a checksum.
 *
 * <p>Threads: one at a time. Buffers: input borrowed for the call; output is the caller's. {@link
 * #close} frees native memory.
 */
public final class Compressor implements AutoCloseable {
  /** Deflate level 6, the default of every OTLP exporter. */
  private static final int GZIP_LEVEL = Deflater.DEFAULT_COMPRESSION;

  private static final int GZIP_OVERHEAD = 18;
  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final Deflater deflater = new Deflater(GZIP_LEVEL, true);
  private final CRC32 crc = new CRC32();
  private final ZstdCompressCtx zstd = new ZstdCompressCtx();

  public Compressor() {
    zstd.setLevel(Zstd.defaultCompressionLevel()).setChecksum(true);
  }

  /**
   * Compresses {@code input[offset, offset + length)}; {@link Compression#NONE} copies.
   *
   * @return bytes written to the beginning of {@code output}
   */
  public int compress(
      Compression compression, byte[] input, int offset, int length, ByteOutput output) {
    return switch (compression) {
      case NONE -> {
        System.arraycopy(input, offset, output.ensure(length, 0), 0, length);
        yield length;
      }
      case GZIP -> gzip(input, offset, length, output);
      case ZSTD -> zstd(input, offset, length, output);
    };
  }

  /** {@link #compress} into an array of its own. */
  public byte[] compress(Compression compression, byte[] input) {
    ByteOutput output = new ByteOutput(0);
    return output.copy(compress(compression, input, 0, input.length, output));
  }

  private int gzip(byte[] input, int offset, int length, ByteOutput output) {
    byte[] array = output.ensure(length / 3 + GZIP_OVERHEAD, 0);
    System.arraycopy(GZIP_HEADER, 0, array, 0, GZIP_HEADER.length);
    int written = GZIP_HEADER.length;
    deflater.reset();
    deflater.setInput(input, offset, length);
    deflater.finish();
    while (!deflater.finished()) {
      array = output.ensure(written + GZIP_OVERHEAD, written);
      written += deflater.deflate(array, written, array.length - written);
    }
    crc.reset();
    crc.update(input, offset, length);
    array = output.ensure(written + 8, written);
    writeInt32(array, written, (int) crc.getValue());
    writeInt32(array, written + 4, length);
    return written + 8;
  }

  private int zstd(byte[] input, int offset, int length, ByteOutput output) {
    byte[] array = output.ensure(Math.toIntExact(Zstd.compressBound(length)), 0);
    return zstd.compressByteArray(array, 0, array.length, input, offset, length);
  }

  private static void writeInt32(byte[] array, int at, int value) {
    for (int i = 0; i < 4; i++) {
      array[at + i] = (byte) (value >>> (8 * i));
    }
  }

  @Override
  public void close() {
    deflater.end();
    zstd.close();
  }
}
