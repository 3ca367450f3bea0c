package io.ringtail.router.receive;

import io.grpc.Codec;
import io.grpc.Context;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import io.ringtail.compress.Compression;
import io.ringtail.config.ListenException;
import io.ringtail.http2.ConnectionLimit;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MessageBytes;
import io.ringtail.refusal.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * OTLP/gRPC: {@code TraceService/Export} without decoding. All work is done on the event loop that
 * reads the connection.
 *
 * <p>The marshaller hands the stream of bytes through as it is, and compressed messages too, since
 * gRPC is told that gzip and zstd are the identity: so a body is copied once, into the event loop's
 * own buffer, and inflated there under our limit. Bytes count against the budget as they arrive,
 * which a {@link ServerStreamTracer} is told, not only when a message is whole.
 */
final class GrpcReceiver implements AutoCloseable {
  private static final String SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService";
  private static final Metadata.Key<String> ENCODING_KEY =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Tracer> TRACER_KEY = Context.key("ringtail-receive");

  /** More than one message is only asked for to tell a client that it sent two. */
  private static final int MESSAGES = 2;

  /** Held, or it would be collected with its level. */
  private static final Logger STREAM_LOG = Logger.getLogger("io.grpc.netty.NettyServerStream");

  private final Server server;
  private final Reception reception;
  private final ReceiveMetrics metrics;
  private final IncomingCalls incoming;
  private final Future<?> sweep;
  private final GoAways goAways;

  private GrpcReceiver(
      Reception reception, Metrics metrics, Connections on, InetSocketAddress address)
      throws ListenException {
    this.reception = reception;
    this.metrics = new ReceiveMetrics(metrics, "grpc");
    this.incoming = new IncomingCalls(this.metrics);
    ReceiveConfig config = reception.config();
    ConnectionLimit limit =
        new ConnectionLimit(config.maxConnections(), this.metrics.refusedConnections);
    this.metrics.connections(limit::open, config.maxConnections());
    this.goAways = new GoAways(on.loops().workers().next(), this.metrics);
    this.server = builder(config, limit, on, address).build();
    // It prints a stack trace for every request over the limit, which is counted and answered.
    STREAM_LOG.setLevel(Level.SEVERE);
    try {
      server.start();
    } catch (IOException e) {
      goAways.close();
      throw new ListenException("router.receive.grpc", address, e);
    }
    long tickMillis = Math.max(5, Math.min(1000, config.times().requestTimeout().toMillis() / 4));
    this.sweep =
        on.loops()
            .workers()
            .next()
            .scheduleWithFixedDelay(
                () -> incoming.sweep(System.nanoTime()),
                tickMillis,
                tickMillis,
                TimeUnit.MILLISECONDS);
  }

  static GrpcReceiver start(
      Reception reception, Metrics metrics, Connections on, InetSocketAddress address)
      throws ListenException {
    return new GrpcReceiver(reception, metrics, on, address);
  }

  int port() {
    return server.getPort();
  }

  /** Takes no new connections or calls; those that are there go on. */
  void drain() {
    server.shutdown();
  }

  /** While that is so, connections are told to go. */
  void sendAway(boolean away) {
    goAways.sendAway(away);
  }

  boolean awaitQuiet(Duration atMost) throws InterruptedException {
    return server.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    sweep.cancel(false);
    goAways.close();
    server.shutdownNow();
  }

  private NettyServerBuilder builder(
      ReceiveConfig config, ConnectionLimit limit, Connections on, InetSocketAddress address) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(on.loops().boss())
            .workerEventLoopGroup(on.loops().workers())
            .channelFactory(() -> limit.guard(goAways.watch(on.newHttp2Server())))
            .withChildOption(ChannelOption.ALLOCATOR, on.memory())
            .directExecutor()
            .maxInboundMessageSize(config.maxRequestBytes())
            .maxInboundMetadataSize(config.maxHeaderBytes())
            .maxConcurrentCallsPerConnection(config.maxConcurrentCalls())
            .keepAliveTime(config.times().keepaliveTime().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(config.times().keepaliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(
                config.times().permitKeepaliveTime().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveWithoutCalls(true)
            .decompressorRegistry(
                DecompressorRegistry.emptyInstance()
                    .with(Codec.Identity.NONE, false)
                    .with(new Untouched(Compression.GZIP), true)
                    .with(new Untouched(Compression.ZSTD), true))
            .addStreamTracerFactory(new TracerFactory())
            .addService(
                ServerServiceDefinition.builder(SERVICE)
                    .addMethod(exportMethod(), this::startCall)
                    .build());
    if (!config.times().maxConnectionAge().isZero()) {
      builder
          .maxConnectionAge(config.times().maxConnectionAge().toNanos(), TimeUnit.NANOSECONDS)
          .maxConnectionAgeGrace(
              config.times().maxConnectionAgeGrace().toNanos(), TimeUnit.NANOSECONDS);
    }
    return builder;
  }

  /**
   * Export is unary. It is declared as client streaming since gRPC answers a second message of a
   * unary call by a reset that clients see as CANCELLED, which OTLP calls retryable; {@link
   * GrpcExchange} gives a proper status. On the wire the two are the same.
   */
  private static MethodDescriptor<InputStream, byte[]> exportMethod() {
    return MethodDescriptor.<InputStream, byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Export"))
        .setRequestMarshaller(new RequestBytes())
        .setResponseMarshaller(new MessageBytes())
        .build();
  }

  private ServerCall.Listener<InputStream> startCall(
      ServerCall<InputStream, byte[]> call, Metadata headers) {
    Compression encoding = Compression.of(headers.get(ENCODING_KEY));
    if (encoding == null) {
      throw new AssertionError("gRPC let an unknown encoding pass");
    }
    GrpcExchange exchange = new GrpcExchange(reception, metrics, call, headers, encoding, incoming);
    Refusal refusal = reception.admit();
    if (refusal != null) {
      exchange.refused(refusal);
      return new ServerCall.Listener<>() {};
    }
    Tracer tracer = TRACER_KEY.get();
    if (tracer != null) {
      tracer.exchange = exchange;
    }
    call.request(MESSAGES);
    return exchange.listener();
  }

  /** Hands the stream itself through; gRPC closes it after the listener's onMessage. */
  private static final class RequestBytes implements MethodDescriptor.Marshaller<InputStream> {
    @Override
    public InputStream stream(InputStream value) {
      return value;
    }

    @Override
    public InputStream parse(InputStream stream) {
      return stream;
    }
  }

  /** Lets compressed bytes through as they are. */
  private record Untouched(Compression compression) implements Decompressor {
    @Override
    public String getMessageEncoding() {
      return compression.wireName();
    }

    @Override
    public InputStream decompress(InputStream stream) {
      return stream;
    }
  }

  /** Tells the exchange of bytes before their message is whole, and of gRPC's own verdicts. */
  private static final class Tracer extends ServerStreamTracer {
    private @Nullable GrpcExchange exchange;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(TRACER_KEY, this);
    }

    @Override
    public void inboundWireSize(long bytes) {
      if (exchange != null) {
        exchange.arrived(bytes);
      }
    }

    @Override
    public void streamClosed(Status status) {
      if (exchange != null) {
        exchange.streamClosed(status);
      }
    }
  }

  private static final class TracerFactory extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
      return new Tracer();
    }
  }
}
