package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.memory.NetworkMemory;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.RingTables;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import io.ringtail.router.route.Tables;
import io.ringtail.rules.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/**
 * A forwarder in front of samplers that do as the test says, over real links. Its time goes on with
 * the machine's, but what a test is about is not measured in it: a machine may stand still.
 */
abstract class WithForwarder {
  /** Nothing times out by itself: see {@link #pass}. */
  static final Duration TIMEOUT = Duration.ofMinutes(10);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  static final Refusal BUSY = new Refusal.Busy("full", Duration.ofMillis(100));
  final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  final Metrics metrics = new Metrics();
  final Books books = new Books(metrics);
  final Random random = new Random(5);
  final List<FakeSampler> samplers = new ArrayList<>();
  private final AtomicLong passedNanos = new AtomicLong();
  private volatile LongSupplier time = System::nanoTime;
  final Forwarder forwarder =
      new Forwarder(
          new ForwardConfig(TIMEOUT, 1 << 20, 1 << 16),
          new RetentionConfig(4 << 20, WhenFull.FORGET, Duration.ZERO),
          new Peer(Tables.ROUTER, new Incarnation(EpochOrder.NONE, Tables.ROUTER_BITS)),
          0,
          loops,
          new Forwarder.Surroundings(
              new LinkTransport(NioSocketChannel.class, NetworkMemory.unlimited(2)),
              () -> time.getAsLong() + passedNanos.get(),
              new Random(6),
              new RingTables(2),
              Executors.newSingleThreadExecutor(),
              Rules.ALL),
          metrics);

  static ConditionFactory await() {
    return Awaitility.await().atMost(PATIENCE);
  }

  /** Time passes only by {@link #pass} from here on. */
  void stopTime() {
    long nowNanos = System.nanoTime();
    time = () -> nowNanos;
  }

  /** So much time passes at once. */
  void pass(Duration duration) {
    passedNanos.addAndGet(duration.toNanos());
  }

  /** Whatever a timer of the loops was to do by now is done. */
  void afterTheNextTicks() throws InterruptedException {
    for (EventExecutor loop : loops) {
      loop.schedule(() -> {}, 2 * Link.TICK_MILLIS, TimeUnit.MILLISECONDS).sync();
    }
  }

  @AfterEach
  void close() throws Exception {
    forwarder.close();
    for (FakeSampler sampler : samplers) {
      sampler.close();
    }
    await().until(() -> forwarder.bytesHeld() == 0);
    assertThat(books.balance()).isTrue();
    assertThat(forwarder.openRequests()).isZero();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  void start(int count) throws Exception {
    List<Member> members = new ArrayList<>();
    List<FakeSampler> started = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FakeSampler sampler = new FakeSampler("s" + i, 100 + i, 0);
      started.add(sampler);
      members.add(sampler.member());
    }
    samplers.addAll(0, started);
    forwarder.onEpoch(Tables.epoch(1, members));
    await().until(() -> forwarder.linksUp() == count);
  }

  FakeSampler sampler(String nodeId, long bits) throws Exception {
    FakeSampler sampler = new FakeSampler(nodeId, bits, 0);
    samplers.add(sampler);
    return sampler;
  }

  Answer accept(byte[] body) {
    Answer answer = new Answer();
    byte[] lent = Arrays.copyOf(body, body.length);
    forwarder.accept(lent, 0, lent.length, Header.EMPTY, answer);
    Arrays.fill(lent, (byte) 0);
    return answer;
  }

  static EpochOrder order(long number) {
    return new EpochOrder(1, number);
  }

  static List<String> spansOf(byte[] body) throws Exception {
    return ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
        .flatMap(r -> r.getScopeSpansList().stream())
        .flatMap(s -> s.getSpansList().stream())
        .map(span -> HexFormat.of().formatHex(span.toByteArray()))
        .toList();
  }
}
