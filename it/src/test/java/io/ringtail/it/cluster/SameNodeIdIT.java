package io.ringtail.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.Ledger;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes with one id while spans flow: the newer takes over, the older says so, decides nothing
 * any more and ends. The newer exports to a sink of its own, so that who sent what can be told.
 */
class SameNodeIdIT {
  private static final Duration START = Duration.ofMinutes(5);
  private static final Duration END = Duration.ofSeconds(60);
  private static final long DECISION_WAIT_MILLIS = 5_000;
  private static final long SLICE_NANOS = 200_000_000L;
  private static final int REQUESTS_PER_SECOND = 10;
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 5s
        policies:
          - { name: all, type: always_sample }
      """;

  private final RequestBodies bodies = new RequestBodies(4, 470, 300, 17);
  private final Ledger ledger = new Ledger(RequestBodies::number);
  private final Map<Long, Long> sentMillis = new ConcurrentHashMap<>();
  private final NavigableSet<Long> requestsAtOlderSink = new ConcurrentSkipListSet<>();

  @TempDir private Path directory;

  @Test
  void secondSamplerOfOneId_joinsWhileTracesAreOpen_olderExportsNoneOfThem() throws Exception {
    try (OtlpSink olderSink = OtlpSink.telling("127.0.0.1", this::atOlderSink);
        OtlpSink newerSink = OtlpSink.telling("127.0.0.1", this::atNewerSink);
        Cluster cluster = cluster(olderSink).start(1, 1);
        Cluster second = cluster(newerSink);
        Load load = new Load(cluster, 0)) {
      load.awaitAccepted(20);
      await().atMost(END).until(() -> !requestsAtOlderSink.isEmpty());
      Cluster.Node older = cluster.samplers().get(0);
      Cluster.Node newer = second.addSampler("sampler-0-again", "sampler-0");
      newer.process().awaitLine("ready", START);
      long fencedMillis = fencedMillis(older.process());
      load.awaitAccepted(20);
      load.stop();

      assertThat(requestsDueAfter(fencedMillis)).as("traces were open at the older").isPositive();
      await().atMost(END).untilAsserted(() -> assertThat(ledger.tracesNotWhole()).isEmpty());
      assertThat(requestsAtOlderSink).as("the older exported until it was fenced").isNotEmpty();
      assertThat(requestsAtOlderSink.stream().filter(n -> dueMillis(n) > fencedMillis))
          .as("requests due after " + fencedMillis + ", exported by the fenced sampler")
          .isEmpty();
      assertThat(newer.metric("ringtail_sampler_kept_spans_total")).isPositive();
      assertThat(older.process().awaitExit(END)).isNotZero();
    }
  }

  @Test
  void secondRouterOfOneId_joinsWhileSpansFlow_olderEndsAndNewerServes() throws Exception {
    try (OtlpSink sink = OtlpSink.telling("127.0.0.1", this::atNewerSink);
        Cluster cluster = cluster(sink).start(1, 1);
        Cluster second = cluster(sink);
        Load load = new Load(cluster, 0)) {
      load.awaitAccepted(20);
      Cluster.Node older = cluster.routers().get(0);
      Cluster.Node newer = second.addRouter("router-0-again", "router-0");
      newer.process().awaitLine("ready", START);
      fencedMillis(older.process());
      assertThat(older.process().awaitExit(END)).isNotZero();
      load.stop();

      try (Load toNewer = new Load(second, load.sent())) {
        toNewer.awaitAccepted(20);
        toNewer.stop();
      }
      await().atMost(END).untilAsserted(() -> assertThat(ledger.tracesNotWhole()).isEmpty());
    }
  }

  private Cluster cluster(OtlpSink sink) {
    return new Cluster(directory, Cluster.Settings.small(KEEP_ALL, sink.port()));
  }

  private byte[] request(long n) {
    sentMillis.put(n, System.currentTimeMillis());
    return bodies.request(n);
  }

  private void atOlderSink(byte[] body, int start, int end) {
    requestsAtOlderSink.add(RequestBodies.number(body, start) / RequestBodies.SPANS);
    ledger.onSpan(body, start);
  }

  private void atNewerSink(byte[] body, int start, int end) {
    ledger.onSpan(body, start);
  }

  /** When it said that it is fenced, and by whom. */
  private static long fencedMillis(JavaProcess older) {
    await().atMost(END).until(() -> older.log().contains("event=fenced"));
    String line =
        older.log().lines().filter(l -> l.contains("event=fenced")).findFirst().orElseThrow();
    assertThat(line).contains("newer=");
    return Instant.parse(line.substring(0, line.indexOf(' '))).toEpochMilli();
  }

  private long requestsDueAfter(long millis) {
    return sentMillis.entrySet().stream()
        .filter(sent -> sent.getValue() < millis && dueMillis(sent.getKey()) > millis)
        .count();
  }

  /** Before this no trace can be decided whose first span came with that request or a later one. */
  private long dueMillis(long request) {
    long firstOfTrace = request / RequestBodies.SPANS_A_TRACE * RequestBodies.SPANS_A_TRACE;
    return sentMillis.getOrDefault(firstOfTrace, 0L) + DECISION_WAIT_MILLIS;
  }

  /** Sends to the first router of a cluster until told to stop. */
  private final class Load implements AutoCloseable {
    private final Sender sender;
    private final Thread thread;
    private volatile boolean stopped;

    Load(Cluster cluster, long first) {
      sender = new Sender(List.of(cluster.routers().get(0).grpcPort()), 16);
      sender.onAccepted(n -> ledger.onAccepted(first + n));
      thread = new Thread(() -> send(first), "load");
      thread.start();
    }

    private void send(long first) {
      try {
        while (!stopped) {
          sender.run(n -> request(first + n), SLICE_NANOS, REQUESTS_PER_SECOND);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Returns when so many more requests have been accepted. */
    void awaitAccepted(int more) {
      long wanted = sender.accepted() + more;
      await().atMost(END).until(() -> sender.accepted() >= wanted);
    }

    long sent() {
      return sender.sent();
    }

    void stop() throws InterruptedException {
      stopped = true;
      thread.join();
    }

    @Override
    public void close() {
      thread.interrupt();
      try {
        stop();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      sender.close();
    }
  }
}
