package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.channel.EventLoopGroup;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;

/**
 * Servers on free ports in front of a {@link FakeIngress}; checks on close that nothing is held.
 */
final class ReceiveFixture implements AutoCloseable {
  /**
   * Within which whatever must happen has happened, on a machine that stands still now and then.
   */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  static final EventLoops LOOPS = EventLoops.create(2);
  private static final Connections CONNECTIONS = Connections.unlimited(LOOPS);

  final FakeIngress ingress = new FakeIngress();
  final Metrics metrics = new Metrics();
  final Receivers receivers;

  ReceiveFixture() throws ListenException {
    this(config());
  }

  ReceiveFixture(ReceiveConfig config) throws ListenException {
    receivers = Receivers.start(config, ingress, metrics, CONNECTIONS);
  }

  static ReceiveConfig config() {
    return new Settings().config();
  }

  /** What tests change of the defaults. */
  static final class Settings {
    InetSocketAddress grpc = new InetSocketAddress("127.0.0.1", 0);
    InetSocketAddress http = new InetSocketAddress("127.0.0.1", 0);
    int maxRequestBytes = 1024 * 1024;
    long maxBytesInFlight = 4 * 1024 * 1024;
    List<String> contextHeaders = List.of();
    int maxConnections = 100;
    Duration requestTimeout = PATIENCE;
    Duration idleTimeout = PATIENCE;
    Duration maxConnectionAge = Duration.ZERO;

    ReceiveConfig config() {
      ReceiveConfig defaults = ReceiveConfig.defaults();
      ReceiveTimes times = defaults.times();
      return new ReceiveConfig(
          grpc,
          http,
          maxRequestBytes,
          maxBytesInFlight,
          defaults.maxBytesIncoming(),
          contextHeaders,
          defaults.maxConcurrentCalls(),
          maxConnections,
          8 * 1024,
          new ReceiveTimes(
              requestTimeout,
              idleTimeout,
              maxConnectionAge,
              times.maxConnectionAgeGrace(),
              times.keepaliveTime(),
              times.keepaliveTimeout(),
              times.permitKeepaliveTime()));
    }
  }

  /** An export request of {@code spans} random spans, some 100 B each. */
  static byte[] request(int spans, long seed) {
    Random random = new Random(seed);
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < spans; i++) {
      byte[] traceId = new byte[16];
      byte[] spanId = new byte[8];
      random.nextBytes(traceId);
      random.nextBytes(spanId);
      scope.addSpans(
          Span.newBuilder()
              .setTraceId(ByteString.copyFrom(traceId))
              .setSpanId(ByteString.copyFrom(spanId))
              .setName("GET /things/" + random.nextLong()));
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  long count(String name, String... labels) {
    return metrics.counter("ringtail_router_" + name + "_total", "", labels).getCount();
  }

  long refused(String protocol, String reason) {
    return count("refused_requests", "protocol", protocol, "reason", reason);
  }

  static EventLoopGroup workers() {
    return LOOPS.workers();
  }

  @Override
  public void close() {
    ingress.requests.forEach(request -> request.responder().accepted(0, ""));
    Awaitility.await()
        .pollInterval(Duration.ofMillis(2))
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(receivers.bytesInFlight()).isZero());
    receivers.close();
    for (String protocol : List.of("grpc", "http")) {
      assertThat(count("received_requests", "protocol", protocol))
          .as("received = accepted + refused, %s", protocol)
          .isEqualTo(count("accepted_requests", "protocol", protocol) + allRefused(protocol));
    }
  }

  private long allRefused(String protocol) {
    long sum = 0;
    for (ReceiveMetrics.Reason reason : ReceiveMetrics.Reason.values()) {
      sum += refused(protocol, reason.name().toLowerCase(java.util.Locale.ROOT));
    }
    return sum;
  }
}
