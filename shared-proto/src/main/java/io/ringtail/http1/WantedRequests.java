package io.ringtail.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes requests, and asks for more bytes, only while they are wanted. What a client has sent
 * beyond that waits here as bytes: at most what one read brings, and what it takes to hold it.
 * Netty's {@code HttpServerCodec} decodes all that was read, which a small read makes thousands of
 * objects, and fails the connection once 128 requests are without an answer.
 *
 * <p>For a channel without automatic reading. Knows nothing of answers: who answers a HEAD leaves
 * out the body. Threads: the event loop.
 */
public final class WantedRequests extends HttpRequestDecoder {
  private final BooleanSupplier wanted;
  private @Nullable ChannelHandlerContext context;
  private boolean decoding;

  /**
   * @param wanted whether the next message may come, which is the next request if the last has come
   *     to its end; asked before each
   */
  public WantedRequests(HttpDecoderConfig config, BooleanSupplier wanted) {
    super(config);
    this.wanted = wanted;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    ctx.fireChannelActive();
    readIfWanted(ctx);
  }

  /** More may be wanted now than when it was last asked. */
  public void goOn() {
    ChannelHandlerContext ctx = context;
    if (ctx == null || decoding) {
      return; // it asks again before it ends
    }
    if (!holdsBytes()) {
      readIfWanted(ctx);
      return;
    }
    try {
      channelRead(ctx, Unpooled.EMPTY_BUFFER);
    } catch (Exception e) {
      ctx.fireExceptionCaught(e);
    }
  }

  /** Whether bytes have come that no message has come of. */
  public boolean holdsBytes() {
    return actualReadableBytes() > 0;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    decoding = true;
    try {
      super.channelRead(ctx, message);
    } finally {
      decoding = false;
    }
    readIfWanted(ctx);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (wanted.getAsBoolean()) {
      super.decode(ctx, in, out);
    }
  }

  /** The superclass would read on when nothing was decoded. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    discardSomeReadBytes();
    ctx.fireChannelReadComplete();
  }

  private void readIfWanted(ChannelHandlerContext ctx) {
    if (wanted.getAsBoolean()) {
      ctx.read();
    }
  }
}
