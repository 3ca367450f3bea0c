package io.ringtail.ops;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.ringtail.metrics.Metrics;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A client that asks again and again, and does not read. */
class UntakenAnswersTest {
  /** Netty's own codec ends a connection with more than 128. */
  private static final int REQUESTS = 1_000;

  private static final String REQUEST = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

  private static final class FullSocket extends ChannelOutboundHandlerAdapter {
    boolean takes;

    @Override
    public void flush(ChannelHandlerContext ctx) {
      if (takes) {
        ctx.flush();
      }
    }
  }

  @Test
  void answers_notTaken_noMoreAreMade() {
    Metrics metrics = new Metrics();
    AtomicInteger answered = new AtomicInteger();
    metrics.gauge("ringtail_asked", "Asked.".repeat(1_000), answered::incrementAndGet);
    FullSocket socket = new FullSocket();
    EmbeddedChannel channel = new EmbeddedChannel(socket);
    OpsServer.addTo(channel.pipeline(), new Exposition(metrics), new Readiness());

    channel.writeInbound(Unpooled.copiedBuffer(REQUEST.repeat(REQUESTS), US_ASCII));
    assertThat(answered.get()).isBetween(1, 50);

    socket.takes = true;
    channel.flush();
    assertThat(answered.get()).isEqualTo(REQUESTS);
    channel.finishAndReleaseAll();
  }
}
