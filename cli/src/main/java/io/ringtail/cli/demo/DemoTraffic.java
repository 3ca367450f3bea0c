package io.ringtail.cli.demo;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.ringtail.threads.DaemonThreads;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the visits of a {@link Shop} at a steady pace, each service's spans in a request of their
 * own, to one router after the other. Refused requests are given up and counted: it is a demo.
 */
public final class DemoTraffic implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DemoTraffic.class);
  private static final long TIMEOUT_SECONDS = 10;

  private final Shop shop;
  private final List<ManagedChannel> channels;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("demo-traffic"));
  private @Nullable ScheduledFuture<?> ticks;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /**
   * @param targets {@code host:port} of the routers' OTLP/gRPC
   * @param seed of the visits
   */
  public DemoTraffic(List<String> targets, long seed) {
    this.shop = new Shop(seed);
    this.channels =
        targets.stream()
            .map(target -> NettyChannelBuilder.forTarget(target).usePlaintext().build())
            .<ManagedChannel>map(channel -> channel)
            .toList();
  }

  /** Begins to send so many traces a second. */
  public DemoTraffic start(int tracesPerSecond) {
    long nanos = TimeUnit.SECONDS.toNanos(1) / tracesPerSecond;
    ticks = clock.scheduleAtFixedRate(this::sendOne, 0, nanos, TimeUnit.NANOSECONDS);
    return this;
  }

  public long spansSent() {
    return sent.get();
  }

  public long spansRefused() {
    return refused.get();
  }

  private void sendOne() {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    int turn = 0;
    for (ResourceSpans spans : shop.visit(now)) {
      send(channels.get(turn++ % channels.size()), spans);
    }
  }

  private void send(ManagedChannel channel, ResourceSpans spans) {
    int count = spans.getScopeSpans(0).getSpansCount();
    try {
      TraceServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .export(ExportTraceServiceRequest.newBuilder().addResourceSpans(spans).build());
      sent.addAndGet(count);
    } catch (StatusRuntimeException e) {
      if (refused.getAndAdd(count) == 0) {
        LOG.warn("demo spans refused status={}", e.getStatus());
      }
    }
  }

  /** Stops sending; what was sent is answered first, within two seconds. */
  @Override
  public void close() {
    if (ticks != null) {
      ticks.cancel(false);
    }
    clock.shutdown();
    try {
      if (!clock.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("demo stopped with a request unanswered");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
