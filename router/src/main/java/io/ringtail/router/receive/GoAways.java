package io.ringtail.router.receive;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells HTTP/2 connections to go while another router is to be used: a GOAWAY that refuses no
 * stream, after which a client opens a connection elsewhere and ends this one when its calls are
 * answered. gRPC's own server says it only to the old, or when it shuts down. Those that come
 * meanwhile are told within {@value #AGAIN_SECONDS} s. Threads: any.
 */
@Sharable
final class GoAways extends ChannelInboundHandlerAdapter implements AutoCloseable {
  private static final long AGAIN_SECONDS = 10;

  private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
  private final java.util.concurrent.Future<?> again;
  private volatile boolean sendsAway;

  GoAways(ScheduledExecutorService loop, ReceiveMetrics metrics) {
    Runnable tell = metrics.goingOn("where=goaway", this::tell);
    again = loop.scheduleWithFixedDelay(tell, AGAIN_SECONDS, AGAIN_SECONDS, TimeUnit.SECONDS);
  }

  /** Sees the connections of a listening channel that is not registered yet. */
  ServerChannel watch(ServerChannel channel) {
    channel.pipeline().addFirst(this);
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Channel child) {
      connections.add(child);
      child.closeFuture().addListener((Future<Void> closed) -> connections.remove(child));
    }
    ctx.fireChannelRead(message);
  }

  /** Begins to tell connections, or tells no more of them. */
  void sendAway(boolean away) {
    sendsAway = away;
    tell();
  }

  private void tell() {
    for (Channel connection : sendsAway ? connections : Set.<Channel>of()) {
      if (connection.isRegistered()) {
        connection.eventLoop().execute(() -> tell(connection));
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // what fails closes the connection
  private static void tell(Channel connection) {
    Http2ConnectionHandler handler = connection.pipeline().get(Http2ConnectionHandler.class);
    if (handler == null || handler.connection().goAwaySent()) {
      return;
    }
    ChannelHandlerContext ctx = connection.pipeline().context(handler);
    handler.goAway(
        ctx,
        Integer.MAX_VALUE,
        Http2Error.NO_ERROR.code(),
        ByteBufUtil.writeAscii(ctx.alloc(), "drained"),
        ctx.newPromise());
    ctx.flush();
  }

  @Override
  public void close() {
    again.cancel(false);
  }
}
