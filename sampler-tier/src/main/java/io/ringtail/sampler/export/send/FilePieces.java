package io.ringtail.sampler.export.send;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Files read and written in small pieces: for each read or write of heap memory the JVM takes as
 * much outside its heap, and keeps it for the thread. Threads: any.
 */
public final class FilePieces {
  private static final int PIECE_BYTES = 64 << 10;

  private FilePieces() {}

  /** Writes all that remains, at the file's position. */
  public static void write(FileChannel out, ByteBuffer bytes) throws IOException {
    int end = bytes.limit();
    try {
      while (bytes.position() < end) {
        bytes.limit(Math.min(end, bytes.position() + PIECE_BYTES));
        out.write(bytes);
      }
    } finally {
      bytes.limit(end);
    }
  }

  /** All bytes of a file. */
  public static byte[] read(Path file) throws IOException {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(in.size()));
      while (bytes.position() < bytes.capacity()) {
        bytes.limit(Math.min(bytes.capacity(), bytes.position() + PIECE_BYTES));
        if (in.read(bytes) < 0) {
          throw new EOFException(file + " ends at " + bytes.position());
        }
      }
      return bytes.array();
    }
  }
}
