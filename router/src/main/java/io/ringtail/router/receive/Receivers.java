package io.ringtail.router.receive;

import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A router's OTLP servers. Threads: started, drained and closed by one; the event loops are the
 * caller's.
 */
public final class Receivers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Receivers.class);

  private final InFlightBytes inFlight;
  private final @Nullable GrpcReceiver grpc;
  private final @Nullable HttpReceiver http;

  private Receivers(
      InFlightBytes inFlight, @Nullable GrpcReceiver grpc, @Nullable HttpReceiver http) {
    this.inFlight = inFlight;
    this.grpc = grpc;
    this.http = http;
  }

  /**
   * Listens on the configured addresses.
   *
   * @throws ListenException if one is taken; nothing listens then
   */
  public static Receivers start(
      ReceiveConfig config, Ingress ingress, Metrics metrics, Connections on)
      throws ListenException {
    InFlightBytes inFlight =
        new InFlightBytes(config.maxBytesInFlight(), config.maxBytesIncoming());
    ReceiveMetrics.gauges(metrics, inFlight);
    Reception reception =
        new Reception(config, ingress, inFlight, new ContextHeaders(config.contextHeaders()));
    InetSocketAddress grpcAddress = config.grpc();
    InetSocketAddress httpAddress = config.http();
    GrpcReceiver grpc =
        grpcAddress == null ? null : GrpcReceiver.start(reception, metrics, on, grpcAddress);
    HttpReceiver http;
    try {
      http = httpAddress == null ? null : HttpReceiver.start(reception, metrics, on, httpAddress);
    } catch (ListenException e) {
      if (grpc != null) {
        grpc.close();
      }
      throw e;
    }
    Receivers receivers = new Receivers(inFlight, grpc, http);
    LOG.info("receiving grpc_port={} http_port={}", receivers.grpcPort(), receivers.httpPort());
    return receivers;
  }

  /** The port gRPC is served on; 0 if it is off. */
  public int grpcPort() {
    return grpc == null ? 0 : grpc.port();
  }

  /** The port HTTP is served on; 0 if it is off. */
  public int httpPort() {
    return http == null ? 0 : http.port();
  }

  /** Bytes of requests being received or not yet answered. */
  public long bytesInFlight() {
    return inFlight.bytes();
  }

  /**
   * While another router is to be used instead: connections are told to go once what runs on them
   * is answered, those that come are served and told so, too. May be taken back.
   */
  public void sendAway(boolean away) {
    if (grpc != null) {
      grpc.sendAway(away);
    }
    if (http != null) {
      http.sendAway(away);
    }
  }

  /**
   * Stops accepting, tells connections to go and lets requests finish; then closes what is left.
   *
   * @return whether all had finished in time
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + atMost.toNanos();
    if (grpc != null) {
      grpc.drain();
    }
    if (http != null) {
      http.drain();
    }
    boolean quiet = grpc == null || grpc.awaitQuiet(until(deadlineNanos));
    quiet &= http == null || http.awaitQuiet(until(deadlineNanos));
    close();
    LOG.info("receiving stopped quiet={} bytes_in_flight={}", quiet, bytesInFlight());
    return quiet;
  }

  @Override
  public void close() {
    if (grpc != null) {
      grpc.close();
    }
    if (http != null) {
      http.close();
    }
  }

  private static Duration until(long deadlineNanos) {
    return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
  }
}
