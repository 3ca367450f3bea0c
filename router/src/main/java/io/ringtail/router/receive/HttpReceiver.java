package io.ringtail.router.receive;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.ringtail.config.ListenException;
import io.ringtail.http2.ConnectionLimit;
import io.ringtail.metrics.Metrics;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * OTLP/HTTP over HTTP/1.1: POST /v1/traces as protobuf or JSON. Reading follows demand: a
 * connection is read only while a request of it is wanted. See {@link HttpConnection}.
 */
final class HttpReceiver implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final Reception reception;
  private final ReceiveMetrics metrics;
  private final ChannelGroup connections =
      new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
  private final Channel server;
  private volatile boolean draining;
  private volatile boolean sendsAway;

  private HttpReceiver(
      Reception reception, Metrics metrics, Connections on, InetSocketAddress address)
      throws ListenException {
    this.reception = reception;
    this.metrics = new ReceiveMetrics(metrics, "http");
    int maxConnections = reception.config().maxConnections();
    ConnectionLimit limit = new ConnectionLimit(maxConnections, this.metrics.refusedConnections);
    this.metrics.connections(limit::open, maxConnections);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(on.loops().boss(), on.loops().workers())
            .channelFactory(() -> limit.guard(on.newHttpServer()))
            .childOption(ChannelOption.ALLOCATOR, on.memory())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(new Pipelines())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new ListenException("router.receive.http", address, bound.cause());
    }
    this.server = bound.channel();
  }

  static HttpReceiver start(
      Reception reception, Metrics metrics, Connections on, InetSocketAddress address)
      throws ListenException {
    return new HttpReceiver(reception, metrics, on, address);
  }

  int port() {
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** Takes no new connections; those that are there are closed after their request. */
  void drain() {
    draining = true;
    server.close().awaitUninterruptibly();
    for (Channel channel : connections) {
      channel
          .eventLoop()
          .execute(
              () -> {
                HttpConnection connection = channel.pipeline().get(HttpConnection.class);
                if (connection != null) {
                  connection.drain();
                }
              });
    }
  }

  /** While that is so, each answer closes its connection. One without a request is left alone. */
  void sendAway(boolean away) {
    sendsAway = away;
  }

  boolean awaitQuiet(Duration atMost) {
    return connections
        .newCloseFuture()
        .awaitUninterruptibly(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    server.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }

  private final class Pipelines extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      connections.add(channel);
      if (draining) {
        channel.unsafe().closeForcibly();
        return;
      }
      HttpConnection connection = new HttpConnection(reception, metrics, () -> sendsAway);
      channel
          .pipeline()
          .addLast(new FirstBytes(connection))
          .addLast(connection.requests())
          .addLast(new HttpResponseEncoder())
          .addLast(connection);
    }
  }

  /** Starts the clock of a request with its first byte, before its head is whole. */
  private static final class FirstBytes extends ChannelInboundHandlerAdapter {
    private final HttpConnection connection;

    FirstBytes(HttpConnection connection) {
      this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      connection.bytesSeen();
      ctx.fireChannelRead(message);
    }
  }
}
