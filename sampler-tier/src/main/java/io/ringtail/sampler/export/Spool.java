package io.ringtail.sampler.export;

import io.ringtail.link.Header;
import io.ringtail.sampler.export.send.FilePieces;
import io.ringtail.sampler.export.send.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a destination's queue that lies on disk: one file a request, forced to the disk with
 * its name before it counts as written, deleted once all of it is finally answered. What a process
 * leaves behind, the next one with the same directory sends; a request that was on its way when the
 * process died is sent twice.
 *
 * <p>Threads: one; {@link #bytes} and {@link #spans} any, and {@link Draft#write} another.
 */
final class Spool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Spool.class);
  private static final int MAGIC = 0x52544531; // "RTE1": a new layout takes a new number
  private static final int HEAD_BYTES = 7 * Integer.BYTES;
  private static final String SUFFIX = ".request";

  /** Its number and its spans, so that nothing need be read to know what is there. */
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9]{1,9})\\.request");

  private final Path directory;
  private final @Nullable FileChannel names;
  private final long maxBytes;
  private final FileChannel lockChannel;
  private final FileLock lock;

  /** Not read yet, oldest first. */
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();

  private long nextNumber;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong spans = new AtomicLong();

  /** One file. */
  static final class Entry {
    private final Path file;
    private final long bytes;
    private int unansweredSpans;

    Entry(Path file, long bytes, int spans) {
      this.file = file;
      this.bytes = bytes;
      this.unansweredSpans = spans;
    }
  }

  /** What was in it. */
  record Stored(Entry entry, Payload payload) {}

  /** The bytes are there and are not a request. */
  private static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  /**
   * Opens the directory, making it if need be.
   *
   * @param maxBytes of all files
   * @throws IOException if it cannot be used, or another process uses it
   */
  Spool(Path directory, long maxBytes) throws IOException {
    this.directory = directory;
    this.maxBytes = maxBytes;
    Files.createDirectories(directory);
    this.lockChannel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    this.lock = lock();
    this.names = openDirectory(directory);
    for (Path file : files()) {
      recover(file);
    }
  }

  /** To force names to the disk; null where that is not possible: Windows, some file systems. */
  private static @Nullable FileChannel openDirectory(Path directory) throws IOException {
    FileChannel opened;
    try {
      opened = FileChannel.open(directory, StandardOpenOption.READ);
    } catch (IOException e) {
      return null;
    }
    try {
      opened.force(true);
      return opened;
    } catch (IOException e) {
      opened.close();
      return null;
    }
  }

  private FileLock lock() throws IOException {
    try {
      FileLock taken = lockChannel.tryLock();
      if (taken != null) {
        return taken;
      }
    } catch (OverlappingFileLockException e) {
      // told below: it is this process that has it
    }
    lockChannel.close();
    throw new IOException("sampler.export.disk.directory: " + directory + " is in use");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    }
  }

  private void recover(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(".tmp")) {
      Files.delete(file);
      return;
    }
    Matcher parts = NAME.matcher(name);
    if (parts.matches()) {
      nextNumber = Math.max(nextNumber, Long.parseUnsignedLong(parts.group(1), 16) + 1);
      add(new Entry(file, Files.size(file), Integer.parseInt(parts.group(2))));
    }
  }

  private void add(Entry entry) {
    entries.add(entry);
    bytes.addAndGet(entry.bytes);
    spans.addAndGet(entry.unansweredSpans);
  }

  /** Of all files. */
  long maxBytes() {
    return maxBytes;
  }

  /**
   * Writes a request, here and now.
   *
   * @return false if there is no room
   * @throws IOException if the disk fails; nothing is kept of it then
   */
  boolean write(Payload payload) throws IOException {
    Draft draft = draft(payload);
    if (draft == null) {
      return false;
    }
    draft.write();
    written(draft);
    return true;
  }

  /**
   * Begins to write a request: {@link Draft#write} is the slow part, {@link #written} the end. One
   * at a time.
   *
   * @param payload not changed until it is written
   * @return null if there is no room
   */
  @Nullable Draft draft(Payload payload) {
    int size = HEAD_BYTES + payload.context().size() + 8 * payload.traces() + payload.length();
    return bytes.get() + size > maxBytes ? null : new Draft(nextNumber++, payload, size);
  }

  /** From here on it is one of those on disk. */
  void written(Draft draft) {
    add(new Entry(draft.file, draft.size, draft.payload.spanCount()));
  }

  /** A request on its way to the disk. */
  final class Draft {
    private final Path temporary;
    private final Path file;
    private final Payload payload;
    private final int size;

    private Draft(long number, Payload payload, int size) {
      String name = String.format(Locale.ROOT, "%016x-%d", number, payload.spanCount());
      this.temporary = directory.resolve(name + ".tmp");
      this.file = directory.resolve(name + SUFFIX);
      this.payload = payload;
      this.size = size;
    }

    /**
     * Puts it on the disk, which may take seconds. Threads: any one.
     *
     * @throws IOException if the disk fails; nothing is kept of it then
     */
    void write() throws IOException {
      try {
        writeForced(temporary, encode(payload, size));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        if (names != null) {
          names.force(true); // or a machine that loses power forgets the name
        }
      } catch (IOException e) {
        Files.deleteIfExists(temporary);
        Files.deleteIfExists(file);
        throw e;
      }
    }
  }

  private static void writeForced(Path file, ByteBuffer content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      FilePieces.write(channel, content);
      channel.force(true);
    }
  }

  private static ByteBuffer encode(Payload payload, int size) {
    ByteBuffer out = ByteBuffer.allocate(size);
    out.putInt(MAGIC).putInt(0).putInt(size);
    out.putInt(payload.context().size()).putInt(payload.traces());
    out.putInt(payload.spanCount()).putInt(payload.length());
    out.put(payload.context().bytes());
    for (int i = 0; i < payload.traces(); i++) {
      out.putInt(payload.traceEnds()[i]).putInt(payload.traceSpans()[i]);
    }
    out.put(payload.array(), 0, payload.length());
    out.putInt(Integer.BYTES, checksum(out.array()));
    return out.flip();
  }

  private static int checksum(byte[] file) {
    CRC32C sum = new CRC32C();
    sum.update(file, 2 * Integer.BYTES, file.length - 2 * Integer.BYTES);
    return (int) sum.getValue();
  }

  /**
   * Takes the oldest that has not been taken; null if there is none. A damaged file is put aside
   * under another name and passed over, as one that is gone.
   *
   * @param onUnreadable told the spans of such a file
   * @throws IOException if the disk fails, which says nothing about the file: it stays, behind the
   *     others
   */
  @Nullable Stored take(IntConsumer onUnreadable) throws IOException {
    for (Entry entry = entries.peek(); entry != null; entry = entries.peek()) {
      try {
        Payload payload = read(entry);
        entries.remove();
        return new Stored(entry, payload);
      } catch (DamagedException | NoSuchFileException e) {
        log.error("export queue file unreadable file={} why=\"{}\"", entry.file, e.toString());
        entries.remove();
        putAside(entry.file);
        onUnreadable.accept(entry.unansweredSpans);
        spans.addAndGet(-entry.unansweredSpans);
        bytes.addAndGet(-entry.bytes);
      } catch (IOException e) {
        entries.add(entries.remove());
        throw e;
      }
    }
    return null;
  }

  private static Payload read(Entry entry) throws IOException {
    Payload payload = decode(FilePieces.read(entry.file));
    if (payload.spanCount() != entry.unansweredSpans) {
      throw new DamagedException("it has " + payload.spanCount() + " spans, its name says others");
    }
    return payload;
  }

  private static Payload decode(byte[] file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(file);
    if (file.length < HEAD_BYTES || in.getInt() != MAGIC) {
      throw new DamagedException("not a file of this queue");
    }
    if (in.getInt() != checksum(file) || in.getInt() != file.length) {
      throw new DamagedException("checksum or length is wrong");
    }
    byte[] context = new byte[in.getInt()];
    int traces = in.getInt();
    int spanCount = in.getInt();
    byte[] array = new byte[in.getInt()];
    in.get(context);
    int[] ends = new int[traces];
    int[] spansOf = new int[traces];
    for (int i = 0; i < traces; i++) {
      ends[i] = in.getInt();
      spansOf[i] = in.getInt();
    }
    in.get(array);
    Header header = context.length == 0 ? Header.EMPTY : new Header(context);
    return new Payload(array, array.length, traces, ends, spansOf, spanCount, header);
  }

  private static void putAside(Path file) {
    try {
      Files.move(file, file.resolveSibling(file.getFileName() + ".unreadable"));
    } catch (NoSuchFileException e) {
      return; // said already
    } catch (IOException e) {
      log.error("export queue file cannot be put aside file={} why=\"{}\"", file, e.toString());
    }
  }

  /** Spans of a taken one are finally answered; with the last of them its file goes. */
  void answered(Entry entry, int answeredSpans) {
    spans.addAndGet(-answeredSpans);
    entry.unansweredSpans -= answeredSpans;
    if (entry.unansweredSpans == 0) {
      delete(entry.file);
      bytes.addAndGet(-entry.bytes);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (NoSuchFileException e) {
      log.warn("export queue file was removed by another hand file={}", file);
    } catch (IOException e) {
      log.error(
          "export queue file cannot be deleted, will be sent again after a restart file={}"
              + " why=\"{}\"",
          file,
          e.toString());
    }
  }

  Path directory() {
    return directory;
  }

  /** Whether nothing is left to be taken. */
  boolean isTaken() {
    return entries.isEmpty();
  }

  /** Of all files, those taken and not answered included. */
  long bytes() {
    return bytes.get();
  }

  long spans() {
    return spans.get();
  }

  @Override
  public void close() {
    try {
      lock.release();
      lockChannel.close();
      if (names != null) {
        names.close();
      }
    } catch (IOException e) {
      log.warn("export queue directory not let go directory={}", directory, e);
    }
  }
}
