package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.export.ExportConfig.Balance;
import io.ringtail.sampler.export.send.Payload;
import io.ringtail.sampler.export.send.SendResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A destination whose endpoints answer as the test says, with the clock in its hand. */
abstract class WithDestination {
  static final long MILLI = 1_000_000;
  static final int MAX_IN_FLIGHT = 4;
  Metrics metrics = new Metrics();
  final Kept kept = new Kept();
  final FakeTransport first = new FakeTransport();
  final FakeTransport second = new FakeTransport();

  @Nullable Spool spool;

  /** Writes at once. */
  ExecutorService disk = MoreExecutors.newDirectExecutorService();

  long maxInFlightBytes = Long.MAX_VALUE;
  Destination destination = destination(Balance.SPREAD, 1 << 20, first);
  long nowNanos = 12_345;
  long takenSpans;

  Destination destination(Balance balance, long maxQueuedBytes, FakeTransport... to) {
    ExportConfig config =
        new ExportConfig(
            List.of(),
            balance,
            MAX_IN_FLIGHT,
            maxInFlightBytes,
            Optional.empty(),
            maxQueuedBytes,
            Optional.of(new ExportConfig.DiskQueue(Path.of("unused"), 1 << 20)),
            2_000,
            100,
            Duration.ofMillis(200),
            Duration.ofMillis(1_000),
            Duration.ofMillis(8_000));
    return new Destination(
        "otlp",
        config,
        MAX_IN_FLIGHT,
        Arrays.asList(to),
        spool,
        disk,
        metrics,
        new Random(5),
        () -> {});
  }

  boolean offer(KeptTrace trace) {
    if (!destination.tryReserve(Batch.costBytes(trace))) {
      trace.resourceSpans().release();
      return false;
    }
    takenSpans += trace.spanCount();
    destination.enqueue(trace);
    return true;
  }

  /** Offers one trace and lets its request leave. */
  void offerAndLinger(long id) {
    assertThat(offer(kept.trace(id, 2))).isTrue();
    work();
    pass(200);
  }

  void work() {
    int done;
    do {
      done = destination.doWork(nowNanos);
    } while (done > 0);
  }

  void pass(long millis) {
    nowNanos += millis * MILLI;
    work();
  }

  long counted(String name, String... labels) {
    return metrics.counter("ringtail_sampler_export_" + name, "", labels).getCount();
  }

  long sentSpans() {
    return counted("sent_spans_total", "destination", "otlp");
  }

  long lostSpans(ExportLoss reason) {
    return counted("lost_spans_total", "destination", "otlp", "reason", reason.label());
  }

  @AfterEach
  void everySpanIsAccountedForAndEveryBufferReleased() {
    long lost = Arrays.stream(ExportLoss.values()).mapToLong(this::lostSpans).sum();
    assertThat(counted("taken_spans_total", "destination", "otlp")).isEqualTo(takenSpans);
    long recovered = counted("recovered_spans_total", "destination", "otlp");
    assertThat(sentSpans() + lost + destination.queuedSpans()).isEqualTo(takenSpans + recovered);
    assertThat(kept.answeredOnce()).isTrue();
    assertThat(kept.allReleased()).isTrue();
  }

  static final SendResult BAD_TRACE = new SendResult.Rejected("bad trace", true);

  static boolean holds(Payload payload, long id) {
    byte[] hex = ByteString.fromHex(String.format("%032x", id)).toByteArray();
    ByteString all = ByteString.copyFrom(payload.array(), 0, payload.length());
    return all.toString(StandardCharsets.ISO_8859_1)
        .contains(new String(hex, StandardCharsets.ISO_8859_1));
  }
}
