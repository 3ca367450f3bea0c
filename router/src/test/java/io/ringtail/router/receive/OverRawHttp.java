package io.ringtail.router.receive;

import io.ringtail.compress.Compression;
import io.ringtail.compress.Compressor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Tests of HTTP over raw sockets: what they open is closed after each. */
abstract class OverRawHttp extends WithReceivers {
  static final String PROTOBUF = "application/x-protobuf";

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

  RawHttp client(ReceiveFixture router) throws IOException {
    return opened(new RawHttp(router.receivers.httpPort()));
  }
}
