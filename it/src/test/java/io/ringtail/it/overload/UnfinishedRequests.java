package io.ringtail.it.overload;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * OTLP/HTTP requests to a router of which all but the last byte has been sent, each over a
 * connection of its own. Threads: the test's.
 */
final class UnfinishedRequests implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;

  private final int port;
  private final List<Open> open = new ArrayList<>();

  private record Open(long number, Socket socket, byte last) {}

  UnfinishedRequests(int port) {
    this.port = port;
  }

  /**
   * Begins one.
   *
   * @param number what {@link #finish} calls it
   */
  void begin(long number, byte[] body) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    open.add(new Open(number, socket, body[body.length - 1]));
    OutputStream out = socket.getOutputStream();
    String head =
        "POST /v1/traces HTTP/1.1\r\nhost: router\r\ncontent-type: application/x-protobuf\r\n"
            + "content-length: "
            + body.length
            + "\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(body, 0, body.length - 1);
    out.flush();
  }

  int count() {
    return open.size();
  }

  /**
   * Sends what is missing, and reads all answers.
   *
   * @param onAccepted told the number of each answered with success
   * @return answers by status, with {@code +retry-after} where they have that header
   */
  Map<String, Integer> finish(LongConsumer onAccepted) throws IOException {
    for (Open each : open) {
      each.socket.getOutputStream().write(each.last);
    }
    Map<String, Integer> answers = new TreeMap<>();
    for (Open each : open) {
      String answer = answer(each.socket);
      answers.merge(answer, 1, Integer::sum);
      if (answer.equals("200")) {
        onAccepted.accept(each.number);
      }
    }
    return answers;
  }

  private static String answer(Socket socket) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    String line = reader.readLine();
    if (line == null) {
      return "closed";
    }
    String answer = line.split(" ")[1];
    for (line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("retry-after:")) {
        answer += "+retry-after";
      }
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    for (Open each : open) {
      each.socket.close();
    }
  }
}
