package io.ringtail.http1;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WantedRequestsTest {
  private final List<String> heard = new ArrayList<>();
  private final Reads reads = new Reads();
  private final WantedRequests requests =
      new WantedRequests(new HttpDecoderConfig(), () -> this.wanted);
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private boolean wanted = true;

  /** After the end of so many requests no more is wanted. */
  private int wantedRequests = Integer.MAX_VALUE;

  private boolean asksAtOnce;

  WantedRequestsTest() {
    channel.config().setAutoRead(false);
    channel.pipeline().addLast(reads, requests, new Heard());
    reads.count = 0;
  }

  private static final class Reads extends ChannelOutboundHandlerAdapter {
    int count;

    @Override
    public void read(ChannelHandlerContext ctx) {
      count++;
    }
  }

  private final class Heard extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof HttpRequest request) {
        heard.add(request.uri());
      }
      if (message instanceof HttpContent content && content.content().isReadable()) {
        heard.add(content.content().toString(US_ASCII));
      }
      ReferenceCountUtil.release(message);
      if (message instanceof LastHttpContent && --wantedRequests <= 0) {
        wanted = false;
        if (asksAtOnce) {
          wanted = true;
          requests.goOn();
        }
      }
    }
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, US_ASCII);
  }

  private static String post(String path, String body) {
    return "POST " + path + " HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  @Test
  void requests_notWanted_waitAsBytes() {
    wantedRequests = 1;
    channel.writeInbound(bytes(post("/1", "one") + post("/2", "two") + post("/3", "")));
    assertThat(heard).containsExactly("/1", "one");
    assertThat(requests.holdsBytes()).isTrue();
    assertThat(reads.count).isZero();

    wanted = true;
    requests.goOn();
    assertThat(heard).containsExactly("/1", "one", "/2", "two");
    wanted = true;
    requests.goOn();
    assertThat(heard).containsExactly("/1", "one", "/2", "two", "/3");
    assertThat(requests.holdsBytes()).isFalse();
    assertThat(reads.count).isZero();

    wanted = true;
    requests.goOn();
    assertThat(reads.count).isEqualTo(1);
  }

  /** More than Netty's own codec takes, asked for where they are heard. */
  @Test
  void thousandsInOneRead_eachWantedAtOnce_allCome() {
    wantedRequests = 0;
    asksAtOnce = true;
    channel.writeInbound(bytes(post("/", "x").repeat(5_000)));
    assertThat(heard).hasSize(10_000);
  }

  @Test
  void request_inPieces_isReadOnWhileItIsNotWhole() {
    wantedRequests = 1;
    String all = post("/1", "body") + "POST /2 HT";
    for (int i = 0; i < all.length(); i++) {
      assertThat(reads.count).isEqualTo(Math.min(i, post("/1", "body").length() - 1));
      channel.writeInbound(bytes(all.substring(i, i + 1)));
    }
    assertThat(String.join("", heard)).isEqualTo("/1body");
    wanted = true;
    requests.goOn();
    assertThat(reads.count).as("for the rest of the second").isEqualTo(post("/1", "body").length());
  }

  @Test
  void channel_becomesActive_isReadIfWanted() {
    wanted = false;
    channel.pipeline().fireChannelActive();
    assertThat(reads.count).isZero();
    wanted = true;
    channel.pipeline().fireChannelActive();
    assertThat(reads.count).isEqualTo(1);
  }
}
