package io.ringtail.sampler.export.send;

import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.json.ProtobufToJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a file of OTLP JSON, one {@code TracesData} with one trace a line. A request is
 * written and flushed to the operating system whole or not at all: after an error the file is cut
 * back to where the request began, and opened anew for the next attempt. What a killed process has
 * left of a line is ended when the file is opened: that trace was not answered.
 */
public final class FileTransport implements Transport {
  private static final byte[] LINE_END = {'\n'};

  private final Path path;
  private final ProtobufToJson toJson = new ProtobufToJson();
  private final ByteOutput line = new ByteOutput(0);
  private ByteBuffer lines = ByteBuffer.allocate(0);
  private @Nullable FileChannel channel;

  public FileTransport(Path path) {
    this.path = path;
  }

  /** Why traces could not be appended to a file there; empty if they could, as far as it shows. */
  public static Optional<String> whyNotWritable(Path path) {
    if (Files.isDirectory(path)) {
      return Optional.of("is a directory (expected a file)");
    }
    if (Files.exists(path)) {
      return Files.isWritable(path) ? Optional.empty() : Optional.of("may not be written");
    }
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return Optional.of("has no directory to be made in");
    }
    return Files.isWritable(parent) ? Optional.empty() : Optional.of("may not be made");
  }

  @Override
  public void send(Payload payload, boolean afterFailure, Consumer<SendResult> onResult) {
    onResult.accept(write(payload));
  }

  private SendResult write(Payload payload) {
    lines.clear();
    int unreadableSpans = 0;
    String problem = "";
    int start = 0;
    for (int i = 0; i < payload.traces(); i++) {
      int end = payload.traceEnds()[i];
      try {
        addLine(toJson.convert(payload.array(), start, end - start, line));
      } catch (MalformedWireException e) {
        unreadableSpans += payload.traceSpans()[i];
        problem = "no JSON for it: " + e.getMessage();
      }
      start = end;
    }
    try {
      append(lines.flip());
    } catch (IOException e) {
      close();
      return new SendResult.Retryable(e.toString(), Duration.ZERO);
    }
    return new SendResult.Accepted(unreadableSpans, problem);
  }

  private void addLine(int length) {
    if (lines.remaining() < length + 1) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(2 * lines.capacity(), lines.position() + length + 1));
      lines = larger.put(lines.flip());
    }
    lines.put(line.array(), 0, length).put((byte) '\n');
  }

  /** One writer at a time in this JVM: {@code dev} runs samplers that share a file. */
  private void append(ByteBuffer bytes) throws IOException {
    synchronized (FileTransport.class) {
      write(open(), bytes);
    }
  }

  private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
    long begin = out.size();
    try {
      out.position(begin);
      FilePieces.write(out, bytes);
    } catch (IOException e) {
      cutBack(out, begin, e);
      throw e;
    }
  }

  private static void cutBack(FileChannel out, long size, IOException cause) {
    try {
      out.truncate(size);
    } catch (IOException e) {
      cause.addSuppressed(e); // the attempt that follows tells whether it matters
    }
  }

  private FileChannel open() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      open = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel = open;
      if (!endsWithLine(path)) {
        write(open, ByteBuffer.wrap(LINE_END));
      }
    }
    return open;
  }

  private static boolean endsWithLine(Path path) throws IOException {
    try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return in.size() == 0 || in.read(last, in.size() - 1) != 1 || last.get(0) == LINE_END[0];
    } catch (AccessDeniedException e) {
      return true; // it may be written and not read
    }
  }

  /** One line a trace, however long. */
  @Override
  public boolean limitsRequests() {
    return false;
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        return; // everything written was flushed before it was answered
      }
    }
  }
}
