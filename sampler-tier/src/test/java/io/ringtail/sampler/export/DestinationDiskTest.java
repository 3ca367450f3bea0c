package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.export.ExportConfig.Balance;
import io.ringtail.sampler.export.send.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The part of the queue that is on disk. */
class DestinationDiskTest extends WithDestination {
  @Test
  void disk_backendDown_answersWhatMemoryCannotHoldAndSendsItLater(@TempDir Path dir)
      throws Exception {
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 4_000, first);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    int offered = 0;
    for (int i = 0; i < 100; i++) {
      offered += offer(kept.trace(i, 5)) ? 1 : 0;
      pass(200);
    }
    assertThat(offered).as("memory alone holds some ten").isEqualTo(100);
    assertThat(kept.answered()).isGreaterThan(80);
    assertThat(destination.diskBytes()).isPositive();
    assertThat(sentSpans()).isZero();

    first.answer = payload -> FakeTransport.ACCEPTED;
    for (int i = 0; i < 1_000 && !destination.isEmpty(); i++) {
      pass(500);
    }
    assertThat(sentSpans()).isEqualTo(500);
    assertThat(destination.diskBytes()).isZero();
    destination.close();
  }

  @Test
  void disk_backendWorks_whatCanGoGoesFirstAndOneRequestARoundIsWritten(@TempDir Path dir)
      throws Exception {
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 4_000, first);
    first.hangs = true;
    for (int i = 0x41; i < 0x4a; i++) { // of as many senders: a request each
      assertThat(offer(kept.trace(i, 5, new Header(new byte[] {(byte) i})))).isTrue();
    }
    destination.doWork(nowNanos);
    destination.doWork(nowNanos + 200 * MILLI);
    assertThat(first.sent).hasSize(MAX_IN_FLIGHT);
    assertThat(first.sent).allMatch(p -> p.context().bytes()[0] < 0x41 + MAX_IN_FLIGHT);
    assertThat(requestsOn(dir)).isEqualTo(1);

    first.hangs = false;
    first.hanging.forEach(onResult -> onResult.accept(FakeTransport.ACCEPTED));
    pass(200);
    assertThat(sentSpans()).isEqualTo(45);
    assertThat(requestsOn(dir)).isZero();
    destination.close();
  }

  private static long requestsOn(Path dir) throws IOException {
    try (var files = Files.list(dir)) {
      return files.filter(f -> f.toString().endsWith(".request")).count();
    }
  }

  @Test
  void disk_stoppedWhileBackendDown_nextProcessSends(@TempDir Path dir) throws Exception {
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 4_000, first);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    for (int i = 0; i < 20; i++) {
      offer(kept.trace(i, 5));
      pass(200);
    }
    destination.stopTaking();
    assertThat(destination.abandon(nowNanos)).as("spans lost").isZero();
    destination.close();
    assertThat(leftOnDisk()).isEqualTo(100);
    metrics = new Metrics();
    takenSpans = 0;
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 4_000, second);
    for (int i = 0; i < 100 && !destination.isEmpty(); i++) {
      pass(500);
    }
    assertThat(second.sent.stream().mapToInt(Payload::spanCount).sum()).isEqualTo(100);
    destination.close();
    assertThat(leftOnDisk()).isZero();
  }

  private long leftOnDisk() {
    return metrics
        .counter("ringtail_sampler_export_left_spans_total", "", "destination", "otlp")
        .getCount();
  }

  @Test
  void disk_oneTraceOfManyRejected_isLostAloneAndTheFileGoes(@TempDir Path dir) throws Exception {
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 1 << 20, first);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    for (int id : new int[] {0x41, 0x42, 0x43}) {
      offer(kept.trace(id, 5));
    }
    destination.stopTaking();
    assertThat(destination.abandon(nowNanos)).as("spans lost").isZero();
    destination.close();
    metrics = new Metrics();
    takenSpans = 0;
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 1 << 20, second);
    second.answer = payload -> holds(payload, 0x42) ? BAD_TRACE : FakeTransport.ACCEPTED;
    pass(200);
    assertThat(sentSpans()).isEqualTo(10);
    assertThat(lostSpans(ExportLoss.REJECTED)).isEqualTo(5);
    assertThat(destination.isEmpty()).isTrue();
    assertThat(destination.queuedSpans()).isZero();
    destination.close();
    try (var files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString())).containsExactly("lock");
    }
  }
}
