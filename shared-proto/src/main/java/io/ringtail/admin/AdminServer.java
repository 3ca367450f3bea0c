package io.ringtail.admin;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ringtail.config.ListenException;
import io.ringtail.http2.ConnectionLimit;
import io.ringtail.metrics.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The admin service's port: the service, its health and its schema. Few clients, small requests:
 * its limits are constants.
 *
 * <p>Threads: one event loop; calls run on the executor given. Memory: buffers lie on the heap.
 */
final class AdminServer implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_CALLS_A_CONNECTION = 16;
  private static final int MAX_REQUEST_BYTES = 64 << 10;
  private static final int MAX_METADATA_BYTES = 8 << 10;
  private static final long IDLE_MINUTES = 30;
  private static final long KEEP_ALIVE_SECONDS = 5;
  private static final long LAST_ANSWERS_MILLIS = 500;

  private final EventLoopGroup loop;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;

  private AdminServer(
      EventLoopGroup loop,
      InetSocketAddress listen,
      ServerServiceDefinition service,
      Executor calls,
      ConnectionLimit limit) {
    this.loop = loop;
    ready(false);
    this.server =
        NettyServerBuilder.forAddress(listen)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .channelFactory(() -> limit.guard(new NioServerSocketChannel()))
            .withOption(ChannelOption.SO_REUSEADDR, true)
            .withChildOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false))
            .executor(calls)
            .maxInboundMessageSize(MAX_REQUEST_BYTES)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(MAX_CALLS_A_CONNECTION)
            .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES)
            .permitKeepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(service)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .build();
  }

  /**
   * Listens at once; its health says not serving until {@link #ready}.
   *
   * @throws ListenException if the address cannot be had
   */
  static AdminServer start(
      InetSocketAddress listen, ServerServiceDefinition service, Executor calls, Metrics metrics)
      throws ListenException {
    ConnectionLimit limit =
        new ConnectionLimit(
            MAX_CONNECTIONS,
            metrics.counter(
                "ringtail_admin_refused_connections_total",
                "Connections to the admin service closed at once, being over the limit."));
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("ringtail-admin-io", true), NioIoHandler.newFactory());
    AdminServer made = new AdminServer(loop, listen, service, calls, limit);
    try {
      made.server.start();
    } catch (IOException e) {
      made.close();
      throw new ListenException("admin.listen", listen, e);
    }
    return made;
  }

  int port() {
    return server.getPort();
  }

  /** Tells watchers of the service's health. */
  void ready(boolean ready) {
    ServingStatus status = ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(AdminMethods.SERVICE, status);
  }

  /** Answers what it has; watchers of health are told that it ends. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(LAST_ANSWERS_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
    }
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
