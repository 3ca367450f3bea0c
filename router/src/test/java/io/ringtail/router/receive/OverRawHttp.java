package io.ringtail.router.receive;

import io.ringtail.compress.Compression;
import io.ringtail.compress.Compressor;
import io.ringtail.config.ListenException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Tests of HTTP over raw sockets: what they open is closed after each. */
abstract class OverRawHttp {
  static final String PROTOBUF = "application/x-protobuf";

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  static String chunkedHead() {
    return String.join(
        "\r\n",
        "POST /v1/traces HTTP/1.1",
        "Host: x",
        "Content-Type: application/x-protobuf",
        "Transfer-Encoding: chunked",
        "",
        "");
  }

  static byte[] compress(Compression compression, byte[] body) {
    try (Compressor compressor = new Compressor()) {
      return compressor.compress(compression, body);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  ReceiveFixture fixture(ReceiveFixture.Settings settings) throws ListenException {
    ReceiveFixture fixture = new ReceiveFixture(settings.config());
    open.add(fixture);
    return fixture;
  }

  RawHttp client(ReceiveFixture router) throws IOException {
    RawHttp client = new RawHttp(router.receivers.httpPort());
    open.add(client);
    return client;
  }
}
