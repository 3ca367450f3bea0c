package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Requests that end early, and netty's leak detector asked afterwards. */
final class LeakTest {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final int ROUNDS = 30;

  private final ListAppender<ILoggingEvent> leaks = new ListAppender<>();

  @Test
  void requestsThatEndEarly_leaveNoBuffer() throws Exception {
    ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    leaks.start();
    logger.addAppender(leaks);
    try (ReceiveFixture router = new ReceiveFixture()) {
      for (int i = 0; i < ROUNDS; i++) {
        endEarly(router);
      }
      findLeaks();
      assertThat(leaks.list).isEmpty();
    } finally {
      logger.detachAppender(leaks);
      ResourceLeakDetector.setLevel(level);
    }
  }

  private static void endEarly(ReceiveFixture router) throws IOException {
    int port = router.receivers.httpPort();
    try (RawHttp gone = new RawHttp(port);
        RawHttp tooLarge = new RawHttp(port);
        RawHttp wrongPath = new RawHttp(port);
        RawHttp broken = new RawHttp(port);
        RawHttp pipelined = new RawHttp(port)) {
      gone.send(RawHttp.head("POST /v1/traces", PROTOBUF, 900_000), new byte[200_000]).reset();
      tooLarge.send(RawHttp.head("POST /v1/traces", PROTOBUF, 5_000_000), new byte[10_000]).read();
      wrongPath.send(RawHttp.head("POST /v2", PROTOBUF, 100_000), new byte[50_000]).read();
      broken
          .send("POST /v1/traces HTTP/1.1\r\nContent-Type: " + PROTOBUF + "\r\n")
          .send("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n")
          .read();
      String request = RawHttp.head("POST /v1/traces", PROTOBUF, 3) + "abc";
      router.ingress.answers = false;
      pipelined.send(request.repeat(20)).reset();
      router.ingress.answers = true;
    }
    List.copyOf(router.ingress.requests).forEach(one -> one.responder().accepted(0, ""));
  }

  /** Leaks are found when their objects are collected and then another buffer is made. */
  private static void findLeaks() {
    for (int i = 0; i < 5; i++) {
      System.gc();
      for (int j = 0; j < 100; j++) {
        ByteBufAllocator.DEFAULT.heapBuffer(16).release();
        ByteBufAllocator.DEFAULT.directBuffer(16).release();
      }
    }
  }
}
