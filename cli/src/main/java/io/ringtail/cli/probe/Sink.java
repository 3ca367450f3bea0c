package io.ringtail.cli.probe;

import io.ringtail.config.ListenException;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.receive.Connections;
import io.ringtail.router.receive.EventLoops;
import io.ringtail.router.receive.Ingress;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.receive.Receivers;
import io.ringtail.router.receive.Responder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The other end as a backend: OTLP over gRPC and HTTP, by a router's own servers. Everything is
 * accepted. Threads: two event loops of its own.
 */
final class Sink implements AutoCloseable {
  private static final int LOOPS = 2;

  private final EventLoops loops;
  private final Receivers receivers;

  private Sink(EventLoops loops, Receivers receivers) {
    this.loops = loops;
    this.receivers = receivers;
  }

  /**
   * Listens at once.
   *
   * @param grpc where; null: nowhere
   * @param http where; null: nowhere
   * @throws ListenException if an address is taken
   */
  static Sink listen(
      @Nullable InetSocketAddress grpc,
      @Nullable InetSocketAddress http,
      Arrivals arrivals,
      LongSupplier nanos)
      throws ListenException {
    EventLoops loops = EventLoops.create(LOOPS);
    try {
      Receivers receivers =
          Receivers.start(
              config(grpc, http),
              new Taker(arrivals, nanos),
              new Metrics(),
              Connections.unlimited(loops));
      return new Sink(loops, receivers);
    } catch (ListenException | RuntimeException e) {
      loops.close();
      throw e;
    }
  }

  private static ReceiveConfig config(
      @Nullable InetSocketAddress grpc, @Nullable InetSocketAddress http) {
    ReceiveConfig otherwise = ReceiveConfig.defaults();
    return new ReceiveConfig(
        grpc,
        http,
        otherwise.maxRequestBytes(),
        otherwise.maxBytesInFlight(),
        otherwise.maxBytesIncoming(),
        List.of(),
        otherwise.maxConcurrentCalls(),
        otherwise.maxConnections(),
        otherwise.maxHeaderBytes(),
        otherwise.times());
  }

  /** 0 if it is off. */
  int grpcPort() {
    return receivers.grpcPort();
  }

  /** 0 if it is off. */
  int httpPort() {
    return receivers.httpPort();
  }

  @Override
  public void close() {
    receivers.close();
    loops.close();
  }

  private record Taker(Arrivals arrivals, LongSupplier nanos) implements Ingress {
    @Override
    public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
      try {
        arrivals.accept(body, offset, length, nanos.getAsLong());
        responder.accepted(0, "");
      } catch (MalformedWireException e) {
        responder.refused(new Refusal.Malformed(String.valueOf(e.getMessage())));
      }
    }

    @Override
    public boolean ready() {
      return true;
    }
  }
}
