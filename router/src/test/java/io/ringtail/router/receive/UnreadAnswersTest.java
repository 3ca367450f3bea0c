package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.ringtail.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that sends requests and does not read the answers: those wait to be written. */
class UnreadAnswersTest {
  private final ArrayDeque<ChannelPromise> unwritten = new ArrayDeque<>();
  private final FakeIngress ingress = new FakeIngress();
  private EmbeddedChannel channel = open(Duration.ofHours(1));

  private final class FullSocket extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ReferenceCountUtil.release(message);
      unwritten.add(promise);
    }
  }

  private EmbeddedChannel open(Duration requestTimeout) {
    HttpConnection connection = connection(requestTimeout);
    return new EmbeddedChannel(connection.requests(), new FullSocket(), connection);
  }

  private HttpConnection connection(Duration requestTimeout) {
    ReceiveConfig defaults = ReceiveConfig.defaults();
    ReceiveTimes otherwise = defaults.times();
    ReceiveTimes times =
        new ReceiveTimes(
            requestTimeout,
            otherwise.idleTimeout(),
            otherwise.maxConnectionAge(),
            otherwise.maxConnectionAgeGrace(),
            otherwise.keepaliveTime(),
            otherwise.keepaliveTimeout(),
            otherwise.permitKeepaliveTime());
    ReceiveConfig config =
        new ReceiveConfig(
            null,
            null,
            defaults.maxRequestBytes(),
            defaults.maxBytesInFlight(),
            defaults.maxBytesIncoming(),
            List.of(),
            defaults.maxConcurrentCalls(),
            defaults.maxConnections(),
            defaults.maxHeaderBytes(),
            times);
    Reception reception =
        new Reception(
            config,
            ingress,
            new InFlightBytes(config.maxBytesInFlight(), config.maxBytesIncoming()),
            new ContextHeaders(List.of()));
    return new HttpConnection(reception, new ReceiveMetrics(new Metrics(), "http"), () -> false);
  }

  private void send(String method) {
    channel.writeInbound(bytes(RawHttp.head(method + " /v1/traces", HttpAnswer.PROTOBUF, 0)));
  }

  private void sendLast() {
    String head = RawHttp.head("POST /v1/traces", HttpAnswer.PROTOBUF, 0, "Connection: close");
    channel.writeInbound(bytes(head));
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  /** More than a millisecond by the clock that deadlines go by, and by the one that looks. */
  private void letTimePass() {
    long now = System.nanoTime();
    while (System.nanoTime() - now < 2_000_000) {
      Thread.onSpinWait();
    }
    channel.advanceTimeBy(1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void refusals_notTaken_noMoreRequestsAreRead() {
    for (int i = 0; i < 10; i++) {
      send("GET");
    }
    assertThat(unwritten).hasSize(1);
    for (int i = 1; i < 10; i++) {
      unwritten.remove().setSuccess();
      assertThat(unwritten).as("after %d", i).hasSize(1);
    }
  }

  @Test
  void answers_notTaken_noMoreRequestsAreRead() {
    for (int i = 0; i < 3; i++) {
      send("POST");
      channel.runPendingTasks();
    }
    assertThat(ingress.requests).hasSize(1);
    unwritten.remove().setSuccess();
    channel.runPendingTasks();
    assertThat(ingress.requests).hasSize(2);
  }

  @Test
  void answer_notTakenInTime_closesTheConnection() {
    channel = open(Duration.ofMillis(1));
    send("POST");
    channel.runPendingTasks();
    assertThat(unwritten).hasSize(1);
    letTimePass();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void lastAnswer_notTakenInTime_closesTheConnection() {
    channel = open(Duration.ofMillis(1));
    sendLast();
    channel.runPendingTasks();
    assertThat(unwritten).hasSize(1);
    letTimePass();
    assertThat(channel.isOpen()).isFalse();
  }
}
