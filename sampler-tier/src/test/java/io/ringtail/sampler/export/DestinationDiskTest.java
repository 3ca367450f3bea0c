package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.export.ExportConfig.Balance;
import io.ringtail.sampler.export.send.Payload;
import java.io.IOException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The part of the queue that is on disk. */
class DestinationDiskTest extends WithDestination {
  private static final Header POISON = new Header(new byte[] {0x50});

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

  @Test
  void disk_takesItsTime_whatCanBeSentIsSentMeanwhile(@TempDir Path dir) throws Exception {
    spool = new Spool(dir, 1 << 20);
    CountDownLatch disked = slowDisk();
    destination = destination(Balance.SPREAD, 4_000, first);
    fillsMemoryWhileTheBackendIsDown();
    assertThat(requestsOn(dir)).isZero();

    first.answer = payload -> FakeTransport.ACCEPTED;
    for (int i = 0; i < 20; i++) {
      pass(500);
    }
    long beingWritten = destination.queuedSpans();
    assertThat(beingWritten).as("one request").isBetween(5L, 40L);
    assertThat(sentSpans()).isEqualTo(takenSpans - beingWritten);
    assertThat(offer(kept.trace(1_000, 5))).as("there is room again").isTrue();

    disked.countDown();
    disk.submit(() -> {}).get(1, TimeUnit.MINUTES);
    pass(500);
    assertThat(counted("spooled_spans_total", "destination", "otlp")).isEqualTo(beingWritten);
    pass(500);
    assertThat(sentSpans()).isEqualTo(takenSpans);
    assertThat(destination.isEmpty()).isTrue();
    destination.close();
  }

  @Test
  void disk_stoppedWhileARequestIsBeingWritten_allIsOnDisk(@TempDir Path dir) throws Exception {
    spool = new Spool(dir, 1 << 20);
    CountDownLatch disked = slowDisk();
    destination = destination(Balance.SPREAD, 4_000, first);
    fillsMemoryWhileTheBackendIsDown();
    destination.stopTaking();
    disked.countDown();
    assertThat(destination.abandon(nowNanos)).as("spans lost").isZero();
    destination.close();
    assertThat(leftOnDisk()).isEqualTo(takenSpans);
  }

  /** One that has not begun with what it is given, until it is told to. */
  private CountDownLatch slowDisk() {
    CountDownLatch begin = new CountDownLatch(1);
    disk = Executors.newSingleThreadExecutor();
    disk.execute(() -> Uninterruptibles.awaitUninterruptibly(begin));
    return begin;
  }

  private void fillsMemoryWhileTheBackendIsDown() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    int taken = 0;
    for (int i = 0; i < 30; i++) {
      taken += offer(kept.trace(i, 5)) ? 1 : 0;
      pass(200);
    }
    assertThat(taken).as("of 30, as many as memory holds").isBetween(5, 25);
  }

  /** A file system that is gone fails otherwise than a disk that is full does. */
  @Test
  void disk_failsUnexpectedly_requestStaysInTheQueue(@TempDir Path dir) throws Exception {
    try (FileSystem zip =
        FileSystems.newFileSystem(dir.resolve("disk.zip"), Map.of("create", "true"))) {
      spool = new Spool(Files.createDirectory(zip.getPath("/queue")), 1 << 20);
    }
    destination = destination(Balance.SPREAD, 1_000, first);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    assertThat(offer(kept.trace(1, 10))).isTrue();
    assertThat(offer(kept.trace(2, 5, Kept.TENANT))).isTrue();
    work();
    assertThatThrownBy(() -> pass(200)).isInstanceOf(ClosedFileSystemException.class);

    first.answer = payload -> FakeTransport.ACCEPTED;
    for (int i = 0; i < 10 && kept.answered() < 2; i++) {
      nowNanos += 2_000 * MILLI;
      try {
        destination.doWork(nowNanos);
      } catch (ClosedFileSystemException e) {
        destination.failed(e);
      }
    }
    assertThat(kept.answered()).isEqualTo(2);
    assertThat(destination.queuedBytes()).isZero();
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

  @Test
  void disk_stoppedWhenAllIsHandedOver_nothingIsLeftThere(@TempDir Path dir) throws Exception {
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 4_000, first);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(7);
    kept.handOver(7);
    destination.stopTaking();
    assertThat(destination.abandon(nowNanos)).as("spans lost").isZero();
    assertThat(destination.isEmpty()).isTrue();
    assertThat(requestsOn(dir)).isZero();
    destination.close();
  }

  @Test
  void disk_fullAndMemoryOverHalf_requestKeepsItsPause(@TempDir Path dir) throws Exception {
    spool = new Spool(dir, 10);
    destination = destination(Balance.SPREAD, 2_000, first);
    first.answer =
        payload ->
            payload.context().equals(POISON) ? FakeTransport.UNAVAILABLE : FakeTransport.ACCEPTED;
    for (int i = 0; i < 5; i++) {
      assertThat(offer(kept.trace(i, 5, POISON))).isTrue();
    }
    pass(200);
    int seconds = 20;
    for (int i = 0; i < seconds * 10; i++) {
      offer(kept.trace(1_000 + i, 2)); // answered: the endpoint works
      pass(200);
    }
    assertThat(sentSpans()).isGreaterThan(100);
    assertThat(first.sent.stream().filter(p -> p.context().equals(POISON)).count())
        .as("tries in %d s, 1 to 8 s between them", 2 * seconds)
        .isBetween(3L, 15L);
    destination.close();
  }

  @Test
  void disk_oneRequestAlwaysFails_othersOnDiskAreSent(@TempDir Path dir) throws Exception {
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 4_000, first);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    assertThat(offer(kept.trace(1, 1, POISON))).isTrue();
    for (int i = 2; i < 100; i++) {
      assertThat(offer(kept.trace(i, 5))).isTrue();
      pass(200);
    }
    assertThat(requestsOn(dir)).isGreaterThan(40);
    first.answer =
        payload ->
            payload.context().equals(POISON) ? FakeTransport.UNAVAILABLE : FakeTransport.ACCEPTED;
    first.hangs = true; // answers come a moment later, as they do
    for (int i = 0; i < 1_000; i++) {
      pass(10);
      answerHanging();
    }
    assertThat(sentSpans()).isEqualTo(98 * 5);
    destination.close();
  }

  private void answerHanging() {
    int count = first.hanging.size();
    for (int i = 0; i < count; i++) {
      Payload payload = first.sent.get(first.sent.size() - count + i);
      first.hanging.remove().accept(first.answer.apply(payload));
    }
  }

  @Test
  void disk_cannotBeReadForAWhile_nothingIsLost(@TempDir Path dir) throws Exception {
    spool = new Spool(dir, 1 << 20);
    destination = destination(Balance.SPREAD, 4_000, first);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    for (int i = 0; i < 30; i++) {
      offer(kept.trace(i, 5));
      pass(200);
    }
    first.answer = payload -> FakeTransport.ACCEPTED;
    List<Path> files = requests(dir);
    for (Path file : files) { // a directory opens as a file does, and reading it fails
      Files.move(file, dir.resolve(file.getFileName() + ".away"));
      Files.createDirectory(file);
    }
    for (int i = 0; i < 50; i++) {
      pass(500);
    }
    assertThat(counted("disk_failures_total", "destination", "otlp")).isBetween(2L, 60L);
    assertThat(destination.diskBytes()).isPositive();

    for (Path file : files) {
      Files.delete(file);
      Files.move(dir.resolve(file.getFileName() + ".away"), file);
    }
    for (int i = 0; i < 100; i++) {
      pass(500);
    }
    assertThat(sentSpans()).isEqualTo(150);
    assertThat(lostSpans(ExportLoss.UNREADABLE)).isZero();
    assertThat(destination.isEmpty()).isTrue();
    destination.close();
  }

  private static List<Path> requests(Path dir) throws IOException {
    try (var files = Files.list(dir)) {
      return files.filter(f -> f.toString().endsWith(".request")).toList();
    }
  }
}
