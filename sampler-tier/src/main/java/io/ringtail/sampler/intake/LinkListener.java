package io.ringtail.sampler.intake;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.ringtail.http2.LargeReads;
import io.ringtail.http2.ReadMemory;
import io.ringtail.link.LinkMethod;
import io.ringtail.metrics.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gRPC server of a sampler's one port. Threads: start and stop. */
final class LinkListener {
  private static final long KEEP_ALIVE_SECONDS = 10; // the least a client may have
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 5;
  private static final int FLOW_CONTROL_WINDOW = 4 << 20;
  private static final Duration STOP_WAIT = Duration.ofSeconds(2);

  private final InetSocketAddress listen;
  private final EventLoopGroup loops;
  private final ReadMemory reading;
  private @Nullable Server server;

  /**
   * @param listen where; port 0 is any free one
   * @param loops run the links; not shut down here
   * @param reading what connections are read into
   */
  LinkListener(
      InetSocketAddress listen, EventLoopGroup loops, ReadMemory reading, Metrics metrics) {
    this.listen = listen;
    this.loops = loops;
    this.reading = reading;
    gauges(metrics, reading);
  }

  private static void gauges(Metrics metrics, ReadMemory reading) {
    metrics.gauge(
        "ringtail_sampler_read_bytes",
        "Buffers with what connections have sent and is not handed on yet.",
        reading::inUseBytes);
    metrics.gauge(
        "ringtail_sampler_read_bytes_capacity",
        "Most of them; connections wait for more.",
        reading::limitBytes);
    metrics.gauge(
        "ringtail_sampler_read_waiting_connections",
        "Connections that are not read because all buffers are in use.",
        reading::waiting);
  }

  /**
   * @throws IOException if the address cannot be had
   */
  void start(List<ServerServiceDefinition> services) throws IOException {
    Server listening =
        NettyServerBuilder.forAddress(listen)
            .channelFactory(() -> LargeReads.on(channel(loops), reading))
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .directExecutor()
            .maxInboundMessageSize(LinkMethod.MAX_MESSAGE_BYTES)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(KEEP_ALIVE_SECONDS / 2, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .flowControlWindow(FLOW_CONTROL_WINDOW) // fixed: gRPC would ping to find a better one
            .addServices(services)
            .build();
    server = listening;
    listening.start();
  }

  private static ServerChannel channel(EventLoopGroup loops) {
    boolean epoll = loops instanceof IoEventLoopGroup group && group.isIoType(EpollIoHandler.class);
    return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
  }

  /** The port it listens on; 0 before the start. */
  int port() {
    return server == null ? 0 : server.getPort();
  }

  /** Takes no more connections and streams. */
  void stopAccepting() {
    if (server != null) {
      server.shutdown();
    }
  }

  /** Waits a while for streams to end, then ends them. */
  void stop() throws InterruptedException {
    Server listening = server;
    if (listening != null
        && !listening.awaitTermination(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
      listening.shutdownNow();
    }
  }
}
