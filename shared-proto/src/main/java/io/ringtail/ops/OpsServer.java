package io.ringtail.ops;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Serves {@code /metrics}, {@code /livez} and {@code /readyz} over plain HTTP. Threads: {@link
 * #start} and {@link #close} block shortly; requests are answered on one daemon thread.
 */
public final class OpsServer implements AutoCloseable {
  private static final int MAX_REQUEST_BYTES = 16 << 10;
  private static final int IDLE_SECONDS = 120;

  private final EventLoopGroup loop;
  private final Channel listening;

  private OpsServer(EventLoopGroup loop, Channel listening) {
    this.loop = loop;
    this.listening = listening;
  }

  /**
   * Listens at once.
   *
   * @throws ListenException if the address cannot be had
   */
  public static OpsServer start(OpsConfig config, Metrics metrics, Readiness readiness)
      throws ListenException {
    Exposition exposition = new Exposition(metrics);
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("ringtail-ops", true), NioIoHandler.newFactory());
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(pipeline(exposition, readiness));
    ChannelFuture bound = server.bind(config.host(), config.port()).awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
      throw new ListenException("ops.http", config.host(), config.port(), cause);
    }
    return new OpsServer(loop, bound.channel());
  }

  private static ChannelInitializer<SocketChannel> pipeline(
      Exposition exposition, Readiness readiness) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel ch) {
        addTo(ch.pipeline(), exposition, readiness);
      }
    };
  }

  /** What has been read of later requests waits while a client does not take its answers. */
  static void addTo(ChannelPipeline pipeline, Exposition exposition, Readiness readiness) {
    OpsHandler handler = new OpsHandler(pipeline.channel(), exposition, readiness);
    pipeline
        .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
        .addLast(handler.requests())
        .addLast(new HttpResponseEncoder())
        .addLast(new HttpServerKeepAliveHandler())
        .addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES))
        .addLast(handler);
  }

  /** Where it listens, with the real port. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listening.localAddress();
  }

  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
