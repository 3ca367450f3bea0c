package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.ringtail.metrics.Metrics;
import io.ringtail.router.receive.ReceiveMetrics.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What throws on a connection where nothing should. */
class HttpFailureTest {
  private final FakeIngress ingress = new FakeIngress();
  private final ReceiveMetrics metrics = new ReceiveMetrics(new Metrics(), "http");
  private final InFlightBytes inFlight = new InFlightBytes(1 << 20, 1 << 20);
  private final ScarceMemory memory = new ScarceMemory();
  private boolean failsToAnswer;
  private EmbeddedChannel channel = open(Duration.ofHours(1));

  /** Once told to, has none for the next buffer. */
  private static final class ScarceMemory extends AbstractByteBufAllocator {
    private boolean failsNext;

    private ByteBuf take(int initial, int max) {
      if (failsNext) {
        failsNext = false;
        throw new OutOfMemoryError("told to fail");
      }
      return UnpooledByteBufAllocator.DEFAULT.heapBuffer(initial, max);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      return take(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      return take(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  private EmbeddedChannel open(Duration requestTimeout) {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.requestTimeout = requestTimeout;
    Reception reception =
        new Reception(settings.config(), ingress, inFlight, new ContextHeaders(List.of()));
    HttpConnection connection =
        new HttpConnection(
            reception,
            metrics,
            () -> {
              if (failsToAnswer) {
                throw new IllegalStateException("told to fail");
              }
              return false;
            });
    EmbeddedChannel made =
        new EmbeddedChannel(connection.requests(), new HttpResponseEncoder(), connection);
    made.config().setAllocator(memory);
    made.freezeTime(); // or a slow machine has a timeout come before the test wants it
    return made;
  }

  private void send(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    channel.runPendingTasks();
  }

  private String answer() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      text.append(out.toString(StandardCharsets.US_ASCII));
      out.release();
    }
    return text.toString();
  }

  private void letTimePass() {
    channel.advanceTimeBy(1, TimeUnit.HOURS);
    channel.runScheduledPendingTasks();
  }

  @AfterEach
  void nothingIsHeld() {
    channel.finishAndReleaseAll();
    assertThat(inFlight.bytes()).isZero();
    assertThat(inFlight.incoming()).isZero();
    assertThat(metrics.failures()).isEqualTo(1);
  }

  @Test
  void body_forWhichThereIsNoMemory_isRefusedForNow_andTheConnectionEnds() {
    send(RawHttp.head("POST /v1/traces", HttpAnswer.PROTOBUF, 6));
    memory.failsNext = true;
    send("abc");
    assertThat(answer()).contains("503", "retry-after", "connection: close");
    assertThat(metrics.refused(Reason.BUSY).getCount()).isEqualTo(1);
    send("def");
    letTimePass();
    assertThat(channel.isOpen()).isFalse();
    assertThat(ingress.requests).isEmpty();
  }

  @Test
  void connection_thatFailsBetweenRequests_isClosed() {
    channel.pipeline().fireExceptionCaught(new IllegalStateException("told to fail"));
    assertThat(channel.isOpen()).isFalse();
    assertThat(answer()).isEmpty();
  }

  @Test
  void connection_thatFailsWhileTheIngressHasItsRequest_isClosed() {
    ingress.answers = false;
    send(RawHttp.head("POST /v1/traces", HttpAnswer.PROTOBUF, 3) + "abc");
    channel.pipeline().fireExceptionCaught(new IllegalStateException("told to fail"));
    assertThat(channel.isOpen()).isFalse();
    assertThat(inFlight.bytes()).isEqualTo(3);
    ingress.requests.get(0).responder().accepted(0, "");
  }

  @Test
  void request_whoseTimeoutCannotBeAnswered_closesTheConnection() {
    channel = open(Duration.ofNanos(1));
    send("POST /v1/traces HTTP/1.1\r\nContent-Type: " + HttpAnswer.PROTOBUF);
    send("\r\nContent-Length: 3\r\n\r\n");
    failsToAnswer = true;
    letTimePass();
    assertThat(channel.isOpen()).isFalse();
  }
}
