package io.ringtail.cli.probe;

import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.json.JsonToProtobuf;
import io.ringtail.otlp.json.MalformedJsonException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The other end as a file of OTLP JSON lines that others append to: what is added from now on is
 * read. It may be made later, be cut, or be replaced by a new one. Threads: one.
 */
final class FollowedFile implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  private final Path path;
  private final Arrivals arrivals;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
  private final ByteOutput line = new ByteOutput(CHUNK);
  private final ByteOutput converted = new ByteOutput(CHUNK);
  private final JsonToProtobuf json = new JsonToProtobuf();
  private int lineBytes;
  private long unreadableLines;
  private @Nullable FileChannel channel;
  private @Nullable Object key;

  /**
   * Begins at its end; at its beginning if it is not there yet.
   *
   * @throws IOException if it cannot be read
   */
  FollowedFile(Path path, Arrivals arrivals) throws IOException {
    this.path = path;
    this.arrivals = arrivals;
    FileChannel open = open();
    if (open != null) {
      open.position(open.size());
    }
  }

  /** Lines that were no export request. */
  long unreadableLines() {
    return unreadableLines;
  }

  /**
   * Reads what has been added.
   *
   * @param nowNanos when it came
   */
  void poll(long nowNanos) throws IOException {
    FileChannel open = channel;
    if (open != null) {
      if (open.size() < open.position()) {
        open.position(0); // it was cut
        lineBytes = 0;
      }
      read(open, nowNanos);
      if (isSame()) {
        return;
      }
      close();
    }
    FileChannel next = open();
    if (next != null) {
      read(next, nowNanos);
    }
  }

  private @Nullable FileChannel open() throws IOException {
    try {
      key = keyOf(path);
      channel = FileChannel.open(path, StandardOpenOption.READ);
      lineBytes = 0;
    } catch (NoSuchFileException e) {
      channel = null;
    }
    return channel;
  }

  /** Whether the path still names the file that is open. */
  private boolean isSame() throws IOException {
    try {
      return Objects.equals(key, keyOf(path));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private void read(FileChannel open, long nowNanos) throws IOException {
    while (open.read(chunk.clear()) > 0) {
      chunk.flip();
      while (chunk.hasRemaining()) {
        byte next = chunk.get();
        if (next != '\n') {
          line.ensure(lineBytes + 1, lineBytes)[lineBytes++] = next;
        } else if (lineBytes > 0) {
          take(nowNanos);
          lineBytes = 0;
        }
      }
    }
  }

  private void take(long nowNanos) {
    try {
      int length = json.convert(line.array(), 0, lineBytes, converted);
      arrivals.accept(converted.array(), 0, length, nowNanos);
    } catch (MalformedJsonException | MalformedWireException e) {
      unreadableLines++;
    }
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }
}
