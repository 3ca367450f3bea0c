package io.ringtail.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.ringtail.http1.WantedRequests;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one connection's requests, one after the other. Threads: its event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
final class OpsHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(OpsHandler.class);
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final Set<String> PATHS = Set.of("/metrics", "/livez", "/readyz");

  private final Exposition exposition;
  private final Readiness readiness;
  private final WantedRequests requests;

  /**
   * @param channel whose requests it answers
   */
  OpsHandler(Channel channel, Exposition exposition, Readiness readiness) {
    this.exposition = exposition;
    this.readiness = readiness;
    this.requests = new WantedRequests(new HttpDecoderConfig(), channel::isWritable);
  }

  /** What the requests come from; to stand before it. */
  WantedRequests requests() {
    return requests;
  }

  /**
   * @param request released by the superclass
   */
  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request)
      throws IOException {
    FullHttpResponse response = answer(ctx, request);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    if (request.method().equals(HttpMethod.HEAD)) {
      response.content().clear();
    }
    ctx.writeAndFlush(response);
  }

  /** Who does not take the answers is not read: else they would fill the memory. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    requests.goOn();
    ctx.fireChannelWritabilityChanged();
  }

  private FullHttpResponse answer(ChannelHandlerContext ctx, FullHttpRequest request)
      throws IOException {
    if (request.decoderResult().isFailure()) {
      return text(HttpResponseStatus.BAD_REQUEST, "bad request\n");
    }
    String path = new QueryStringDecoder(request.uri()).rawPath();
    if (!PATHS.contains(path)) {
      return text(HttpResponseStatus.NOT_FOUND, "not found (known: /livez, /metrics, /readyz)\n");
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      FullHttpResponse refused =
          text(HttpResponseStatus.METHOD_NOT_ALLOWED, "method not allowed (expected: GET)\n");
      refused.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
      return refused;
    }
    return switch (path) {
      case "/livez" -> text(HttpResponseStatus.OK, "ok\n");
      case "/readyz" -> readyz();
      default -> metrics(ctx, request.headers().get(HttpHeaderNames.ACCEPT));
    };
  }

  private FullHttpResponse readyz() {
    List<String> reasons = readiness.reasons();
    return reasons.isEmpty()
        ? text(HttpResponseStatus.OK, "ok\n")
        : text(HttpResponseStatus.SERVICE_UNAVAILABLE, String.join("\n", reasons) + "\n");
  }

  private FullHttpResponse metrics(ChannelHandlerContext ctx, @Nullable String accept)
      throws IOException {
    ByteBuf body = ctx.alloc().buffer(64 << 10);
    try (ByteBufOutputStream out = new ByteBufOutputStream(body)) {
      exposition.write(accept, out);
    } catch (IOException | RuntimeException e) {
      body.release();
      throw e;
    }
    return response(HttpResponseStatus.OK, exposition.contentType(accept), body);
  }

  private static FullHttpResponse text(HttpResponseStatus status, String body) {
    return response(status, TEXT, Unpooled.copiedBuffer(body, UTF_8));
  }

  /**
   * @param body consumed by the response
   */
  private static FullHttpResponse response(
      HttpResponseStatus status, String contentType, ByteBuf body) {
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    return response;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException
        || cause instanceof io.netty.handler.timeout.TimeoutException) {
      ctx.close(); // the client went away or fell silent
      return;
    }
    log.warn("ops request failed", cause);
    FullHttpResponse failed =
        text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error, see the log\n");
    failed.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, failed.content().readableBytes());
    ctx.writeAndFlush(failed).addListener(ChannelFutureListener.CLOSE);
  }
}
