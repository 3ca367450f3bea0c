package io.ringtail.compress;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.ringtail.compress.Decompressed.Malformed;
import io.ringtail.compress.Decompressed.Ok;
import io.ringtail.compress.Decompressed.TooLarge;
import java.nio.ByteBuffer;

/**
 * RFC 8878 on byte arrays, one frame or several. Always the streaming interface: the content size
 * of a frame is only a claim. Windows are limited to 8 MiB (2^{@value #MAX_WINDOW_LOG}), what the
 * RFC asks every decoder to take, since the native decoder allocates what a frame asks for.
 */
final class Unzstd implements AutoCloseable {
  private static final int MAX_WINDOW_LOG = 23;
  private static final int STEP = 128 * 1024;

  private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
  private final ByteBuffer probe = ByteBuffer.allocate(1);

  Unzstd() {
    zstd.setLongMax(MAX_WINDOW_LOG);
  }

  Decompressed decompress(byte[] input, int offset, int length, ByteOutput output, int maxBytes) {
    if (length == 0) {
      return new Malformed("zstd: truncated at byte 0");
    }
    ByteBuffer source = ByteBuffer.wrap(input, offset, length);
    output.growTo(Decompressor.firstBytes(length, maxBytes), 0);
    try {
      return frames(source, offset, output, maxBytes);
    } catch (ZstdException e) {
      String where = " at about byte " + (source.position() - offset);
      return new Malformed("zstd: " + e.getMessage() + where);
    } finally {
      zstd.reset();
      zstd.setLongMax(MAX_WINDOW_LOG);
    }
  }

  private Decompressed frames(ByteBuffer source, int offset, ByteOutput output, int maxBytes) {
    ByteBuffer target = ByteBuffer.wrap(output.array());
    int written = 0;
    boolean frameDone = false;
    while (!frameDone || source.hasRemaining()) {
      if (written == output.capacity() && written < maxBytes) {
        output.growTo(Decompressor.nextBytes(written, maxBytes), written);
        target = ByteBuffer.wrap(output.array());
      }
      int consumed = source.position();
      int room = Math.min(STEP, Math.min(output.capacity(), maxBytes) - written);
      int count;
      if (room == 0) {
        probe.clear();
        frameDone = zstd.decompressByteBufferStream(probe, source);
        if (probe.position() > 0) {
          return new TooLarge(maxBytes);
        }
        count = 0;
      } else {
        target.limit(written + room).position(written);
        frameDone = zstd.decompressByteBufferStream(target, source);
        count = target.position() - written;
        written += count;
      }
      if (!frameDone && count == 0 && source.position() == consumed) {
        return new Malformed("zstd: truncated at byte " + (source.position() - offset));
      }
    }
    return new Ok(written);
  }

  @Override
  public void close() {
    zstd.close();
  }
}
