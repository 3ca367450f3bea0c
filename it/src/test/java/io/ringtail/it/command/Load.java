package io.ringtail.it.command;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/** Requests to some routers at a steady rate, by a thread of its own, until it is closed. */
final class Load implements AutoCloseable {
  private static final int REQUESTS_A_SECOND = 10;
  private static final int IN_FLIGHT = 4;
  private static final int TRACES_A_REQUEST = 50;
  private static final long STEP_NANOS = Duration.ofMillis(100).toNanos();

  private final Sender sender;
  private final LongFunction<byte[]> bodies;
  private final Thread thread = new Thread(this::send, "load");
  private volatile int requestsPerSecond = REQUESTS_A_SECOND;
  private volatile boolean over;

  private Load(List<Cluster.Node> routers, LongFunction<byte[]> bodies) {
    this.bodies = bodies;
    sender = new Sender(routers.stream().map(Cluster.Node::grpcPort).toList(), IN_FLIGHT);
    thread.setDaemon(true);
    thread.start();
  }

  /** Ten requests a second of traces that are whole, and so decided soon. */
  static Load ofWholeTraces(List<Cluster.Node> routers) {
    Random random = new Random();
    return new Load(routers, number -> wholeTraces(random));
  }

  /** Ten requests a second, of 240 KB, of traces that never get their root. */
  static Load ofOpenTraces(Cluster.Node router) {
    return new Load(List.of(router), new RequestBodies(2, 470, 300, 7)::request);
  }

  private static byte[] wholeTraces(Random random) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < TRACES_A_REQUEST; i++) {
      scope.addSpans(
          Span.newBuilder()
              .setTraceId(bytes(random, 16))
              .setSpanId(bytes(random, 8))
              .setName("GET /")
              .setStartTimeUnixNano(1_700_000_000_000_000_000L)
              .setEndTimeUnixNano(1_700_000_000_250_000_000L));
    }
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    request.addResourceSpansBuilder().addScopeSpans(scope);
    return request.build().toByteArray();
  }

  private static ByteString bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private void send() {
    try {
      while (!over) {
        sender.run(bodies, STEP_NANOS, requestsPerSecond);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on another rate. */
  void rate(int newRequestsPerSecond) {
    requestsPerSecond = newRequestsPerSecond;
  }

  /** What it was told; counts agree with each other once it has ended. */
  Sender sender() {
    return sender;
  }

  /** Sends no more and waits for the answers to what it has sent. */
  void end() throws InterruptedException {
    over = true;
    thread.join();
  }

  @Override
  public void close() {
    try {
      end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sender.close();
    }
  }
}
