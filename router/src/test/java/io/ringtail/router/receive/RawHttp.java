package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An HTTP client that sends exactly what it is told, right or wrong. */
final class RawHttp implements AutoCloseable {
  record Response(int status, TreeMap<String, String> headers, byte[] body) {
    @Nullable String header(String name) {
      return headers.get(name);
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private final Socket socket;
  private final InputStream in;

  RawHttp(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(60_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends a POST of protobuf with further header lines. */
  Response post(byte[] body, String... headers) throws IOException {
    send(head("POST /v1/traces", "application/x-protobuf", body.length, headers), body);
    return read();
  }

  Response postJson(String body, String... headers) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    send(head("POST /v1/traces", "application/json", bytes.length, headers), bytes);
    return read();
  }

  static String head(String line, String type, long length, String... headers) {
    StringBuilder head = new StringBuilder(line).append(" HTTP/1.1\r\nHost: x\r\n");
    head.append("Content-Type: ").append(type).append("\r\n");
    head.append("Content-Length: ").append(length).append("\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  RawHttp send(String text) throws IOException {
    return send(text, new byte[0]);
  }

  RawHttp send(String head, byte[] body) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    all.writeBytes(body);
    socket.getOutputStream().write(all.toByteArray());
    socket.getOutputStream().flush();
    return this;
  }

  Response read() throws IOException {
    Response head = readHead();
    String length = head.header("content-length");
    byte[] body = length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
    return new Response(head.status(), head.headers(), body);
  }

  /** Of an answer that has no body, whatever length it says. */
  Response readHead() throws IOException {
    String[] status = line().split(" ", 3);
    assertThat(status[0]).isEqualTo("HTTP/1.1");
    TreeMap<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
    }
    return new Response(Integer.parseInt(status[1]), headers, new byte[0]);
  }

  /** Whether the server has closed; waits for it. */
  boolean closed() throws IOException {
    return in.read() < 0;
  }

  /** Closes by a reset, as a killed client does. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("closed after \"" + line + "\"");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
