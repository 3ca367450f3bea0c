package io.ringtail.sampler.export.send;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The headers of a backend: those of the config, and those whose values stand in files. Files are
 * looked at again by content, since a mounted Secret is swapped by a link, at most once in two
 * seconds and when something is sent. One that cannot be read, or is no header's value, changes
 * nothing.
 *
 * <p>Threads: one at a time. Values are never logged.
 */
public final class LiveHeaders {
  private static final Logger log = LoggerFactory.getLogger(LiveHeaders.class);
  private static final long LOOK_NANOS = 2_000_000_000L;
  private static final int MAX_BYTES = 8 << 10;

  private final Map<String, HeaderFile> files;
  private final LongSupplier nanoClock;
  private final Set<String> unreadable = new HashSet<>();
  private Map<String, String> values;
  private long lookedNanos;

  /**
   * Reads the files.
   *
   * @param fixed by name; a file of the same name wins
   * @throws UncheckedIOException if one cannot be read; its cause names the key
   */
  LiveHeaders(Map<String, String> fixed, Map<String, HeaderFile> files, LongSupplier nanoClock) {
    this.files = files;
    this.nanoClock = nanoClock;
    Map<String, String> read = new HashMap<>(fixed);
    files.forEach((name, file) -> read.put(name, first(name, file)));
    values = Map.copyOf(read);
    lookedNanos = nanoClock.getAsLong();
  }

  /** As an endpoint's config says. */
  public static LiveHeaders of(OtlpEndpoint endpoint) {
    return new LiveHeaders(endpoint.headers(), endpoint.headerFiles(), System::nanoTime);
  }

  private static String first(String name, HeaderFile file) {
    try {
      return read(file);
    } catch (IOException e) {
      String key = "sampler.export.otlp.headers-files." + name;
      throw new UncheckedIOException(new IOException(key + ": " + file.path() + ": " + whyOf(e)));
    }
  }

  /** What is sent now, by name. */
  Map<String, String> now() {
    if (!files.isEmpty() && nanoClock.getAsLong() - lookedNanos >= LOOK_NANOS) {
      look();
      lookedNanos = nanoClock.getAsLong();
    }
    return values;
  }

  private void look() {
    Map<String, String> read = new HashMap<>(values);
    files.forEach((name, file) -> again(name, file, read));
    if (!read.equals(values)) {
      values = Map.copyOf(read);
    }
  }

  private void again(String name, HeaderFile file, Map<String, String> into) {
    try {
      String value = read(file);
      unreadable.remove(name);
      if (!value.equals(into.put(name, value))) {
        log.info("event=header-changed header={} file={}", name, file.path());
      }
    } catch (IOException e) {
      if (unreadable.add(name)) {
        log.warn(
            "event=header-unreadable header={} file={} reason=\"{}\": the value before goes on",
            name,
            file.path(),
            whyOf(e));
      }
    }
  }

  private static String read(HeaderFile file) throws IOException {
    String content = new String(bytes(file.path()), UTF_8).strip();
    if (content.isEmpty()) {
      throw new IOException("is empty (expected a header's value)");
    }
    if (!content.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IOException("is no header's value (expected one line of printable ASCII)");
    }
    return file.before() + content;
  }

  private static byte[] bytes(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("is too long (expected at most " + MAX_BYTES + " bytes)");
      }
      return bytes;
    }
  }

  private static String whyOf(IOException e) {
    return e instanceof NoSuchFileException ? "no such file" : String.valueOf(e.getMessage());
  }
}
