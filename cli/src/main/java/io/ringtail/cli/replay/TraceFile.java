package io.ringtail.cli.replay;

import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.json.JsonToProtobuf;
import io.ringtail.otlp.json.MalformedJsonException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * A file of OTLP JSON lines, plain or gzip (told by its first bytes, not its name). Empty lines are
 * passed over. Threads: the reader's; {@link #share} from any.
 */
final class TraceFile implements Closeable {
  private static final int CHUNK = 1 << 16;

  private final long fileBytes;
  private final Counting counting;
  private final InputStream in;
  private final byte[] chunk = new byte[CHUNK];
  private int chunkPosition;
  private int chunkEnd;
  private long lineNumber;

  private final ByteOutput line = new ByteOutput(CHUNK);
  private final ByteOutput converted = new ByteOutput(CHUNK);
  private final JsonToProtobuf json = new JsonToProtobuf();
  private final SpanTally tally = new SpanTally();

  /** A line that is no export request. {@code message} says where and why. */
  static final class BadLineException extends Exception {
    private static final long serialVersionUID = 1L;

    BadLineException(long line, String message) {
      super("line " + line + ": " + message, null, false, false);
    }
  }

  TraceFile(Path path) throws IOException {
    fileBytes = Files.size(path);
    counting = new Counting(Files.newInputStream(path));
    try {
      in = plain(new BufferedInputStream(counting, CHUNK));
    } catch (IOException e) {
      counting.close();
      throw e;
    }
  }

  private static InputStream plain(BufferedInputStream raw) throws IOException {
    raw.mark(2);
    boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
    raw.reset();
    return gzip ? new GZIPInputStream(raw, CHUNK) : raw;
  }

  /** How much of the file has been read, 0 to 1. */
  double share() {
    return fileBytes == 0 ? 1 : (double) counting.count / fileBytes;
  }

  /**
   * Reads the next line.
   *
   * @return empty at the end of the file
   * @throws BadLineException it is no export request; the next call goes on behind it
   */
  Optional<RecordedLine> next() throws IOException, BadLineException {
    int length = nextBytes();
    if (length < 0) {
      return Optional.empty();
    }
    try {
      int bytes = json.convert(line.array(), 0, length, converted);
      tally.read(converted.array(), bytes);
      return Optional.of(recorded(length, bytes));
    } catch (MalformedJsonException e) {
      throw new BadLineException(lineNumber, "column " + e.column() + afterPosition(e));
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
  }

  private static String afterPosition(MalformedJsonException e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(message.indexOf(':', message.indexOf(':') + 1));
  }

  private RecordedLine recorded(int length, int bytes) {
    return new RecordedLine(
        lineNumber,
        line.copy(length),
        converted.copy(bytes),
        tally.spanCount(),
        tally.latestEndNanos());
  }

  /** Puts the next line that is not empty into {@link #line}; -1 at the end of the file. */
  private int nextBytes() throws IOException {
    while (true) {
      int length = lineBytes();
      if (length < 0) {
        return -1;
      }
      lineNumber++;
      if (length > 0 && line.array()[length - 1] == '\r') {
        length--;
      }
      if (length > 0) {
        return length;
      }
    }
  }

  private int lineBytes() throws IOException {
    int length = 0;
    while (true) {
      if (chunkPosition == chunkEnd) {
        chunkEnd = Math.max(0, in.read(chunk));
        chunkPosition = 0;
        if (chunkEnd == 0) {
          return length == 0 ? -1 : length;
        }
      }
      int end = chunkPosition;
      while (end < chunkEnd && chunk[end] != '\n') {
        end++;
      }
      int count = end - chunkPosition;
      System.arraycopy(chunk, chunkPosition, line.ensure(length + count, length), length, count);
      length += count;
      boolean whole = end < chunkEnd;
      chunkPosition = whole ? end + 1 : end;
      if (whole) {
        return length;
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static final class Counting extends FilterInputStream {
    private volatile long count;

    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      count(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      count(Math.max(0, read));
      return read;
    }

    /** Written by the one thread that reads the file. */
    private void count(int bytes) {
      long before = count;
      count = before + bytes;
    }
  }
}
