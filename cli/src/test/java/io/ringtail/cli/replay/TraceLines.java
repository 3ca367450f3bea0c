package io.ringtail.cli.replay;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Files of OTLP JSON lines for tests. */
final class TraceLines {
  private TraceLines() {}

  /** A request whose spans end at {@code endNanos} and before. */
  static String line(int spans, long endNanos) {
    StringBuilder line = new StringBuilder("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[");
    for (int i = 0; i < spans; i++) {
      line.append(i == 0 ? "" : ",")
          .append("{\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"eee19b7ec3c1b1")
          .append(String.format("%02x", i))
          .append("\",\"name\":\"n\",\"endTimeUnixNano\":\"")
          .append(endNanos - i)
          .append("\"}");
    }
    return line.append("]}]}]}").toString();
  }

  static Path plain(Path directory, String... lines) throws IOException {
    return Files.writeString(
        directory.resolve("traces.jsonl"), String.join("\n", lines), StandardCharsets.UTF_8);
  }

  static Path gzip(Path directory, String... lines) throws IOException {
    Path file = directory.resolve("traces.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }
}
