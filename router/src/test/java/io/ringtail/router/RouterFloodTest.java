package io.ringtail.router;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.router.forward.FakeSampler;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.split.SampleRequests;
import io.ringtail.rules.Rules;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * A router in a JVM of its own, whose memory outside the heap is small, is sent more than it can
 * take by many connections at once, and forwards to one sampler that is slow.
 */
final class RouterFloodTest {
  private static final long DIRECT_BYTES = 128 << 20;
  private static final int CONNECTIONS = 40;
  private static final int REQUESTS_A_CONNECTION = 6;
  private static final int REQUESTS_THAT_FILL_THE_LOG = 60;
  private static final int SPANS = 2_500;
  private static final Set<Status.Code> RETRIED =
      Set.of(Status.Code.OK, Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  @Test
  void flood_ofMoreThanTheMemory_isRefusedAndFailsNothing() throws Exception {
    try (FakeSampler quick = new FakeSampler("s0", 0, 0);
        FakeSampler slow = new FakeSampler("s1", 0, 0)) {
      slow.answers =
          part -> {
            LockSupport.parkNanos(SLOW_NANOS);
            return null;
          };
      Process router = start(quick.port(), slow.port());
      try (BufferedReader out = router.inputReader(StandardCharsets.UTF_8)) {
        int port = Integer.parseInt(after(out, "port "));
        fillLog(port);
        Map<Status.Code, AtomicInteger> answers = flood(port);
        router.getOutputStream().close();

        assertThat(answers).containsKey(Status.Code.UNAVAILABLE);
        assertThat(answers.keySet()).as("all of them sent again by clients").isSubsetOf(RETRIED);
        String[] said = after(out, "says ").split(" ");
        assertThat(Long.parseLong(said[0]))
            .as("bytes outside the heap, at most")
            .isLessThanOrEqualTo(DIRECT_BYTES);
        assertThat(Long.parseLong(said[1])).as("bytes kept").isGreaterThan(DIRECT_BYTES / 3);
        assertThat(said[2]).as("bytes the log may keep in the end").isEqualTo(said[3]);
        assertThat(said[4]).as("reads and writes that found no memory").isEqualTo("0");
      } finally {
        router.destroyForcibly().waitFor();
      }
    }
  }

  /** One by one, so that hardly any is refused; one that is goes again. */
  private static void fillLog(int port) throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    ExportTraceServiceRequest request = request();
    for (int accepted = 0, sent = 0; accepted < REQUESTS_THAT_FILL_THE_LOG; sent++) {
      assertThat(sent).isLessThan(2 * REQUESTS_THAT_FILL_THE_LOG);
      try {
        TraceServiceGrpc.newBlockingStub(channel).export(request);
        accepted++;
      } catch (StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isIn(RETRIED);
      }
    }
    channel.shutdownNow();
  }

  private static ExportTraceServiceRequest request() throws InvalidProtocolBufferException {
    return ExportTraceServiceRequest.parseFrom(SampleRequests.of(new Random(7), SPANS));
  }

  private static Map<Status.Code, AtomicInteger> flood(int port) throws Exception {
    ExportTraceServiceRequest request = request();
    Map<Status.Code, AtomicInteger> answers = new ConcurrentHashMap<>();
    CountDownLatch left = new CountDownLatch(CONNECTIONS * REQUESTS_A_CONNECTION);
    // Of their own: the slow sampler holds up the loops that servers share.
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    List<ManagedChannel> channels = new ArrayList<>();
    for (int c = 0; c < CONNECTIONS; c++) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .eventLoopGroup(loops)
              .channelType(NioSocketChannel.class)
              .directExecutor()
              .usePlaintext()
              .build();
      channels.add(channel);
      for (int r = 0; r < REQUESTS_A_CONNECTION; r++) {
        TraceServiceGrpc.newStub(channel).export(request, new Counting(answers, left));
      }
    }
    assertThat(left.await(180, TimeUnit.SECONDS)).isTrue();
    channels.forEach(ManagedChannel::shutdownNow);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    return answers;
  }

  private record Counting(Map<Status.Code, AtomicInteger> answers, CountDownLatch left)
      implements StreamObserver<ExportTraceServiceResponse> {
    @Override
    public void onNext(ExportTraceServiceResponse value) {}

    @Override
    public void onError(Throwable failure) {
      count(Status.fromThrowable(failure).getCode());
    }

    @Override
    public void onCompleted() {
      count(Status.Code.OK);
    }

    private void count(Status.Code code) {
      answers.computeIfAbsent(code, any -> new AtomicInteger()).incrementAndGet();
      left.countDown();
    }
  }

  private static Process start(int quickPort, int slowPort) throws IOException {
    String java = new File(System.getProperty("java.home"), "bin/java").getPath();
    return new ProcessBuilder(
            java,
            "-XX:MaxDirectMemorySize=128m",
            "-Xmx320m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Flooded.class.getName(),
            Integer.toString(quickPort),
            Integer.toString(slowPort))
        .redirectErrorStream(true)
        .start();
  }

  /** The rest of the next line that begins so; what stands before it is the router's log. */
  private static String after(BufferedReader out, String beginning) throws IOException {
    StringBuilder before = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(beginning)) {
        return line.substring(beginning.length());
      }
      before.append(line).append('\n');
    }
    throw new AssertionError("ended without \"" + beginning + "\": " + before);
  }

  /** The router; ends with its standard input, and says then how it has been. */
  static final class Flooded {
    private Flooded() {}

    public static void main(String[] args) throws Exception {
      MemoryLimits limits = new MemoryLimits(DIRECT_BYTES, Runtime.getRuntime().maxMemory(), 2);
      RouterConfig config =
          RouterNodeTest.config(
              0,
              ClusterConfig.fixed(
                  List.of(
                      FakeSampler.member("s0", 0, Integer.parseInt(args[0])),
                      FakeSampler.member("s1", 0, Integer.parseInt(args[1])))),
              RetentionConfig.defaults());
      RouterNode router = new RouterNode(config, limits, Rules.ALL);
      router.start();
      while (!router.readiness().reasons().isEmpty()) {
        LockSupport.parkNanos(SLOW_NANOS);
      }
      System.out.println("port " + router.grpcPort());
      AtomicLong most = new AtomicLong();
      Thread watch = new Thread(() -> watch(most));
      watch.setDaemon(true);
      watch.start();
      while (System.in.read() >= 0) {
        // Only the end counts.
      }
      RouterMemory plan =
          RouterMemory.of(limits, config.receive(), config.forward(), config.retention());
      System.out.printf(
          "says %d %d %d %d %d%n",
          most.get(),
          gauge(router, "ringtail_router_retention_bytes"),
          gauge(router, "ringtail_router_retention_limit_bytes"),
          plan.retention().maxBytes(),
          router.metrics().total("ringtail_connection_memory_refused_total"));
      router.close();
    }

    private static void watch(AtomicLong most) {
      while (true) {
        most.set(Math.max(most.get(), MemoryLimits.directInUse()));
        LockSupport.parkNanos(WATCH_NANOS);
      }
    }

    private static long gauge(RouterNode router, String name) {
      Gauge<?> gauge = requireNonNull(router.metrics().registry().getGauges().get(name), name);
      return ((Number) gauge.getValue()).longValue();
    }
  }
}
