package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.export.ExportConfig.Balance;
import io.ringtail.sampler.export.KeptTrace.Answer;
import io.ringtail.sampler.export.send.Payload;
import io.ringtail.sampler.export.send.SendResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DestinationTest {
  private static final long MILLI = 1_000_000;
  private static final int MAX_IN_FLIGHT = 4;

  private Metrics metrics = new Metrics();
  private final Kept kept = new Kept();
  private final FakeTransport first = new FakeTransport();
  private final FakeTransport second = new FakeTransport();
  private @Nullable Spool spool;
  private long maxInFlightBytes = Long.MAX_VALUE;
  private Destination destination = destination(Balance.SPREAD, 1 << 20, first);
  private long nowNanos = 12_345;
  private long takenSpans;

  private Destination destination(Balance balance, long maxQueuedBytes, FakeTransport... to) {
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
        "otlp", config, MAX_IN_FLIGHT, Arrays.asList(to), spool, metrics, new Random(5), () -> {});
  }

  private boolean offer(KeptTrace trace) {
    if (!destination.tryReserve(Batch.costBytes(trace))) {
      trace.resourceSpans().release();
      return false;
    }
    takenSpans += trace.spanCount();
    destination.enqueue(trace);
    return true;
  }

  /** Offers one trace and lets its request leave. */
  private void offerAndLinger(long id) {
    assertThat(offer(kept.trace(id, 2))).isTrue();
    work();
    pass(200);
  }

  private void work() {
    int done;
    do {
      done = destination.doWork(nowNanos);
    } while (done > 0);
  }

  private void pass(long millis) {
    nowNanos += millis * MILLI;
    work();
  }

  private long counted(String name, String... labels) {
    return metrics.counter("ringtail_sampler_export_" + name, "", labels).getCount();
  }

  private long sentSpans() {
    return counted("sent_spans_total", "destination", "otlp");
  }

  private long lostSpans(ExportLoss reason) {
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

  @Test
  void request_gathersUntilLingerIsOver() {
    offer(kept.trace(1, 2));
    offer(kept.trace(2, 3));
    work();
    pass(199);
    assertThat(first.sent).isEmpty();
    pass(1);

    assertThat(first.sent).hasSize(1);
    Payload payload = first.sent.get(0);
    byte[] one = Kept.encoded(1, 2);
    byte[] two = Kept.encoded(2, 3);
    assertThat(Arrays.copyOf(payload.array(), one.length)).isEqualTo(one);
    assertThat(Arrays.copyOfRange(payload.array(), one.length, payload.length())).isEqualTo(two);
    assertThat(payload.traces()).isEqualTo(2);
    assertThat(Arrays.copyOf(payload.traceEnds(), 2))
        .containsExactly(one.length, one.length + two.length);
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(destination.isEmpty()).isTrue();
  }

  @Test
  void request_fullBySpansOrBytes_leavesAtOnce() {
    offer(kept.trace(1, 52));
    offer(kept.trace(2, 52));
    work();

    assertThat(first.sent).extracting(Payload::spanCount).containsExactly(52);
    pass(200);
    assertThat(first.sent).extracting(Payload::spanCount).containsExactly(52, 52);
  }

  @Test
  void request_contextsAreNotMixed() {
    offer(kept.trace(1, 1));
    offer(kept.trace(2, 1, Kept.TENANT));
    offer(kept.trace(3, 1));
    work();
    pass(200);

    assertThat(first.sent).extracting(Payload::context).containsExactly(Header.EMPTY, Kept.TENANT);
    assertThat(first.sent).extracting(Payload::traces).containsExactly(2, 1);
  }

  @Test
  void retryableFailure_isSentAgainAfterGrowingPauses() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(1);
    assertThat(first.sent).hasSize(1);
    pass(499); // the first pause is 500 to 1,000 ms
    assertThat(first.sent).hasSize(1);
    pass(501);
    assertThat(first.sent).hasSize(2);
    pass(999); // the second 1,000 to 2,000
    assertThat(first.sent).hasSize(2);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_001);

    assertThat(first.sent).hasSize(3);
    assertThat(first.afterFailure).containsExactly(false, true, true);
    assertThat(first.sent.get(2)).isEqualTo(first.sent.get(0));
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(counted("retries_total", "destination", "otlp")).isEqualTo(2);
  }

  @Test
  void health_ofAFailingBackend_tellsSinceWhenAndWhyUntilOneIsTaken() {
    assertThat(destination.health().failing()).isEmpty();
    first.answer = payload -> new SendResult.Retryable("no route", Duration.ZERO);
    offerAndLinger(1);
    Health.Failing failing = destination.health().failing().orElseThrow();
    assertThat(failing.why()).isEqualTo(first.name() + ": no route");
    first.answer = payload -> new SendResult.Retryable("reset", Duration.ZERO);
    pass(1_001);
    Health.Failing later = destination.health().failing().orElseThrow();
    assertThat(later.why()).isEqualTo(first.name() + ": reset");
    assertThat(later.sinceNanos()).isEqualTo(failing.sinceNanos());
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(2_001);
    assertThat(destination.health().failing()).isEmpty();
    assertThat(counted("sent_bytes_total", "destination", "otlp"))
        .isEqualTo(first.sent.get(0).length());
  }

  @Test
  void handedOverMeanwhile_isNotSentAgain() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offer(kept.trace(1, 2));
    offer(kept.trace(2, 3));
    offer(kept.trace(3, 1));
    work();
    pass(200);
    kept.handOver(2);
    offer(kept.trace(4, 1));
    kept.handOver(4);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(2_000);
    pass(200);

    Payload again = first.sent.get(1);
    byte[] one = Kept.encoded(1, 2);
    byte[] three = Kept.encoded(3, 1);
    assertThat(first.sent).hasSize(2);
    assertThat(Arrays.copyOf(again.array(), one.length)).isEqualTo(one);
    assertThat(Arrays.copyOfRange(again.array(), one.length, again.length())).isEqualTo(three);
    assertThat(again.spanCount()).isEqualTo(3);
    assertThat(lostSpans(ExportLoss.HANDED_OVER)).isEqualTo(4);
    assertThat(destination.isEmpty()).isTrue();
  }

  @Test
  void requestsInFlight_ofTooManyBytes_waitButALargeOneGoesAlone() {
    maxInFlightBytes = 150;
    destination = destination(Balance.SPREAD, 1 << 20, first);
    first.hangs = true;
    for (int i = 0; i < 3; i++) {
      offerAndLinger(i);
    }
    int length = first.sent.get(0).length();
    assertThat(first.sent).as("requests of %d bytes", length).hasSize(Math.max(1, 150 / length));
    while (!first.hanging.isEmpty()) {
      first.hanging.remove().accept(FakeTransport.ACCEPTED);
      work();
    }
    assertThat(first.sent).hasSize(3);
    assertThat(kept.answered()).isEqualTo(3);
  }

  @Test
  void endpointIsBack_allThatFailedWithItGoAtOnce() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    first.hangs = true;
    for (int i = 0; i < MAX_IN_FLIGHT; i++) {
      offerAndLinger(i);
    }
    first.hanging.forEach(hanging -> hanging.accept(FakeTransport.UNAVAILABLE));
    first.hanging.clear();
    first.hangs = false;
    work();
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_000);

    assertThat(kept.answered()).isEqualTo(MAX_IN_FLIGHT);
    assertThat(first.sent).hasSize(2 * MAX_IN_FLIGHT);
  }

  @Test
  void failingEndpoint_isTriedWithOneRequestAtATime() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(1);
    first.hangs = true;
    offerAndLinger(2);
    offerAndLinger(3);
    pass(8_000);
    assertThat(first.hanging).hasSize(1);
    first.hangs = false;
    first.answer = payload -> FakeTransport.ACCEPTED;
    first.hanging.remove().accept(FakeTransport.ACCEPTED);
    pass(8_000);

    assertThat(kept.answered()).isEqualTo(3);
  }

  @Test
  void retryAfter_isHonoured() {
    first.answer = payload -> new SendResult.Retryable("slow down", Duration.ofSeconds(60));
    offerAndLinger(1);
    offerAndLinger(2);
    pass(59_000);
    assertThat(first.sent).hasSize(1);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_000);

    assertThat(kept.answered()).isEqualTo(2);
  }

  @Test
  void failover_secondTakesOverWithoutAPause() {
    destination = destination(Balance.FAILOVER, 1 << 20, first, second);
    offerAndLinger(1);
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(2);
    offerAndLinger(3);

    assertThat(first.sent).hasSize(2);
    assertThat(second.sent).hasSize(2);
    assertThat(kept.answered()).isEqualTo(3);
    first.answer = payload -> FakeTransport.ACCEPTED;
    pass(1_000);
    offerAndLinger(4);
    assertThat(first.sent).hasSize(3);
  }

  @Test
  void spread_goesInTurn() {
    destination = destination(Balance.SPREAD, 1 << 20, first, second);
    for (int i = 0; i < 6; i++) {
      offerAndLinger(i);
    }
    assertThat(first.sent).hasSize(3);
    assertThat(second.sent).hasSize(3);
  }

  @Test
  void rejectedForGood_isACountedLossAndTheRestGoesOn() {
    first.answer =
        payload ->
            payload.spanCount() == 7 ? new SendResult.Rejected("no", true) : FakeTransport.ACCEPTED;
    offer(kept.trace(1, 7));
    work();
    pass(200);
    offerAndLinger(2);

    assertThat(lostSpans(ExportLoss.REJECTED)).isEqualTo(7);
    assertThat(kept.answersTo(1)).containsExactly(Answer.REJECTED);
    assertThat(kept.answersTo(2)).containsExactly(Answer.ACCEPTED);
  }

  private static final SendResult BAD_TRACE = new SendResult.Rejected("bad trace", true);

  private static boolean holds(Payload payload, long id) {
    byte[] hex = ByteString.fromHex(String.format("%032x", id)).toByteArray();
    ByteString all = ByteString.copyFrom(payload.array(), 0, payload.length());
    return all.toString(StandardCharsets.ISO_8859_1)
        .contains(new String(hex, StandardCharsets.ISO_8859_1));
  }

  @Test
  void rejectedForGood_oneTraceOfMany_isLostAlone() {
    first.answer = payload -> holds(payload, 0x42) ? BAD_TRACE : FakeTransport.ACCEPTED;
    offer(kept.trace(0x41, 2));
    offer(kept.trace(0x42, 3));
    offer(kept.trace(0x43, 1));
    work();
    pass(200);

    assertThat(kept.answersTo(0x41)).containsExactly(Answer.ACCEPTED);
    assertThat(kept.answersTo(0x42)).containsExactly(Answer.REJECTED);
    assertThat(kept.answersTo(0x43)).containsExactly(Answer.ACCEPTED);
    assertThat(lostSpans(ExportLoss.REJECTED)).isEqualTo(3);
    Payload last = first.sent.get(first.sent.size() - 1);
    assertThat(Arrays.copyOf(last.array(), last.length())).isEqualTo(Kept.encoded(0x43, 1));
    assertThat(last.traceEnds()).containsExactly(last.length());
    assertThat(destination.queuedBytes()).isZero();
  }

  @Test
  void rejectedForGood_whoSendsIt_isNotSentInHalves() {
    first.answer = payload -> new SendResult.Rejected("PERMISSION_DENIED", false);
    offer(kept.trace(1, 2));
    offer(kept.trace(2, 3));
    work();
    pass(200);

    assertThat(first.sent).hasSize(1);
    assertThat(lostSpans(ExportLoss.REJECTED)).isEqualTo(5);
  }

  @Test
  void rejectedForGood_everything_isSoonNotSentInHalves() {
    first.answer = payload -> BAD_TRACE;
    int requests = 100;
    for (int i = 0; i < requests; i++) {
      for (int k = 0; k < 20; k++) {
        offer(kept.trace(20L * i + k, 1));
      }
      work();
      pass(200);
    }
    long halved = counted("halved_total", "destination", "otlp");
    assertThat(halved).isBetween(400L, 400L + 100 * 200 * 20 / 1_000);
    assertThat(first.sent).hasSize((int) (requests + 2 * halved));
    assertThat(kept.answered()).isEqualTo(2_000);
  }

  @Test
  void traceOverTheRequestLimit_leavesInPiecesAndIsAnsweredOnce() {
    assertThat(offer(kept.trace(1, 90))).isTrue();
    work();
    pass(200);

    assertThat(first.sent).hasSizeGreaterThan(1);
    assertThat(first.sent).allMatch(p -> p.length() <= 2_000);
    assertThat(first.sent.stream().mapToInt(Payload::spanCount).sum()).isEqualTo(90);
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(destination.queuedBytes()).isZero();
  }

  @Test
  void traceOverTheRequestLimit_oneFileTakesItWhole() {
    first.limitsRequests = false;
    assertThat(offer(kept.trace(1, 90))).isTrue();
    work();
    pass(200);

    assertThat(first.sent).extracting(Payload::spanCount).containsExactly(90);
  }

  @Test
  void request_overSixtyFourMebibytes_isNotSentAndCounted() {
    destination = destination(Balance.SPREAD, 1 << 30, first);
    offer(kept.trace(1, 7, Header.EMPTY, new byte[64 << 20]));
    offer(kept.trace(2, 9, Header.EMPTY, new byte[(64 << 20) + 1]));
    work();
    pass(200);

    assertThat(first.sent).extracting(Payload::length).containsExactly(64 << 20);
    assertThat(lostSpans(ExportLoss.TOO_LARGE)).isEqualTo(9);
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(kept.answersTo(2)).containsExactly(Answer.REJECTED);
  }

  @Test
  void trace_overSixtyFourMebibytes_fitsInAFile() {
    first.limitsRequests = false;
    destination = destination(Balance.SPREAD, 1 << 30, first);
    offer(kept.trace(1, 9, Header.EMPTY, new byte[(64 << 20) + 1]));
    work();
    pass(200);

    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
  }

  @Test
  void alwaysFailingRequest_doesNotHoldUpOthers() {
    first.answer =
        payload -> payload.spanCount() == 7 ? FakeTransport.UNAVAILABLE : FakeTransport.ACCEPTED;
    offer(kept.trace(1, 7));
    work();
    pass(200);
    for (int i = 2; i < 20; i++) {
      offerAndLinger(i);
    }
    pass(1_000);

    assertThat(kept.answered()).isEqualTo(18);
    assertThat(destination.queuedSpans()).isEqualTo(7);
  }

  @Test
  void partialSuccess_isNotSentAgainAndCounted() {
    first.answer = payload -> new SendResult.Accepted(1, "one span is bad");
    offerAndLinger(1);
    pass(60_000);

    assertThat(first.sent).hasSize(1);
    assertThat(sentSpans()).isEqualTo(1);
    assertThat(lostSpans(ExportLoss.PARTIAL_SUCCESS)).isEqualTo(1);
  }

  @Test
  void partialSuccess_absurdCount_isClamped() {
    first.answer = payload -> new SendResult.Accepted(Long.MAX_VALUE, "");
    offerAndLinger(1);
    first.answer = payload -> new SendResult.Accepted(-5, "");
    offerAndLinger(2);

    assertThat(lostSpans(ExportLoss.PARTIAL_SUCCESS)).isEqualTo(2);
    assertThat(sentSpans()).isEqualTo(2);
  }

  @Test
  void queueFull_refusesUntilSomethingIsAnswered() {
    destination = destination(Balance.SPREAD, 1_000, first);
    first.hangs = true;
    int taken = 0;
    while (offer(kept.trace(taken, 1))) {
      taken++;
    }
    work();
    pass(200);
    assertThat(taken).isBetween(3, 6);
    assertThat(offer(kept.trace(100, 1))).isFalse();
    assertThat(destination.queuedBytes()).isLessThanOrEqualTo(1_000);
    first.hanging.remove().accept(FakeTransport.ACCEPTED);
    work();

    assertThat(offer(kept.trace(101, 1))).isTrue();
    assertThat(counted("queue_full_total", "destination", "otlp")).isEqualTo(2);
    first.hangs = false;
    work();
    pass(200);
  }

  @Test
  void traceLargerThanTheQueue_goesInAlone() {
    destination = destination(Balance.SPREAD, 1_000, first);
    assertThat(offer(kept.trace(1, 90))).isTrue();
    assertThat(offer(kept.trace(2, 1))).isFalse();
    work();
    pass(200);

    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
  }

  @Test
  void stopTaking_sendsWithoutLingerAndRetriesAtOnce() {
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(1);
    first.answer = payload -> FakeTransport.ACCEPTED;
    offer(kept.trace(2, 2));
    destination.stopTaking();
    assertThat(offer(kept.trace(3, 2))).isFalse();
    work();

    assertThat(kept.answered()).isEqualTo(2);
    assertThat(destination.isEmpty()).isTrue();
  }

  @Test
  void abandon_countsWhatIsLeftOnceAndIgnoresLateAnswers() {
    first.hangs = true;
    offerAndLinger(1);
    first.hangs = false;
    first.answer = payload -> FakeTransport.UNAVAILABLE;
    offerAndLinger(2);
    offer(kept.trace(3, 5));
    destination.stopTaking();

    assertThat(destination.abandon(nowNanos)).isEqualTo(9);
    first.hanging.remove().accept(FakeTransport.ACCEPTED);
    work();
    assertThat(lostSpans(ExportLoss.SHUTDOWN)).isEqualTo(9);
    assertThat(kept.answersTo(1)).containsExactly(Answer.REJECTED);
    assertThat(destination.isEmpty()).isTrue();
    destination.close();
    assertThat(first.closed).isTrue();
  }

  @Test
  void randomFailures_everythingIsAnsweredExactlyOnce() {
    long seed = 20261121;
    Random random = new Random(seed);
    destination = destination(Balance.SPREAD, 20_000, first, second);
    for (FakeTransport transport : List.of(first, second)) {
      transport.answer = payload -> anyAnswer(random);
    }
    int offered = 0;
    for (int round = 0; round < 2_000; round++) {
      if (random.nextInt(3) > 0 && offer(kept.trace(offered, 1 + random.nextInt(9)))) {
        offered++;
      }
      first.hangs = random.nextInt(4) == 0;
      second.hangs = random.nextInt(4) == 0;
      answerSome(random);
      pass(random.nextInt(100));
    }
    first.hangs = false;
    second.hangs = false;
    for (int round = 0; round < 1_000 && !destination.isEmpty(); round++) {
      answerSome(random);
      pass(500);
    }
    assertThat(destination.isEmpty()).as("seed " + seed).isTrue();
    assertThat(kept.answered()).as("seed " + seed).isEqualTo(offered);
    assertThat(destination.queuedSpans()).isZero();
    assertThat(destination.inFlight()).isZero();
  }

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

  private void answerSome(Random random) {
    for (FakeTransport transport : List.of(first, second)) {
      while (!transport.hanging.isEmpty() && random.nextInt(3) > 0) {
        transport.hanging.remove().accept(anyAnswer(random));
      }
    }
  }

  private static SendResult anyAnswer(Random random) {
    List<SendResult> answers = new ArrayList<>();
    answers.add(FakeTransport.ACCEPTED);
    answers.add(FakeTransport.ACCEPTED);
    answers.add(FakeTransport.UNAVAILABLE);
    answers.add(new SendResult.Retryable("slow", Duration.ofMillis(random.nextInt(300))));
    answers.add(new SendResult.Rejected("no", random.nextBoolean()));
    answers.add(new SendResult.Accepted(1, "partly"));
    return answers.get(random.nextInt(answers.size()));
  }

  @Test
  void transport_throwingAnything_isTriedAgain() {
    for (Throwable failure : List.of(new OutOfMemoryError("direct"), new IllegalStateException())) {
      first.sent.clear();
      first.answer =
          payload -> {
            if (failure instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) failure;
          };
      offerAndLinger(failure.hashCode());
      assertThat(destination.inFlight()).isZero();
      first.answer = payload -> FakeTransport.ACCEPTED;
      pass(8_000);
      pass(8_000);
      assertThat(first.sent).hasSize(2);
    }
    assertThat(destination.isEmpty()).isTrue();
    assertThat(counted("failures_total", "destination", "otlp")).isEqualTo(2);
  }

  @Test
  void answerOfAnAttemptThatThrew_isNotTakenForThatOfTheNext() {
    first.hangs = true;
    first.failsAfterHanging = true;
    offerAndLinger(1);
    first.failsAfterHanging = false;
    pass(8_000);
    assertThat(first.hanging).hasSize(2);
    first.hanging.removeFirst().accept(new SendResult.Rejected("cancelled", false));
    work();
    assertThat(destination.inFlight()).isEqualTo(1);
    first.hanging.removeFirst().accept(FakeTransport.ACCEPTED);
    work();
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
  }

  /** A trace whose bytes cannot be copied the first time. */
  private KeptTrace failingOnce(long id) {
    KeptTrace trace = kept.trace(id, 2);
    boolean[] fails = {true};
    ByteBuf failing =
        new UnpooledHeapByteBuf(UnpooledByteBufAllocator.DEFAULT, 1024, 1024) {
          @Override
          public ByteBuf getBytes(int index, byte[] dst, int dstIndex, int length) {
            if (fails[0]) {
              fails[0] = false;
              throw new OutOfMemoryError("heap");
            }
            return super.getBytes(index, dst, dstIndex, length);
          }
        };
    failing.writeBytes(Kept.encoded(id, 2));
    trace.resourceSpans().release();
    return new KeptTrace(0, id, trace.context(), failing, 2, trace.policy(), trace.onAnswered());
  }

  @Test
  void trace_thereIsNoMemoryToGather_staysQueued() {
    KeptTrace trace = failingOnce(1);
    assertThat(offer(trace)).isTrue();
    assertThatThrownBy(this::work).isInstanceOf(OutOfMemoryError.class);
    work();
    pass(200);
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(trace.resourceSpans().refCnt()).isZero();
    assertThat(first.sent).hasSize(1);
  }

  @Test
  void thread_afterAnError_goesOn() throws InterruptedException {
    DestinationLoop loop = new DestinationLoop(destination);
    assertThat(offer(failingOnce(1))).isTrue();
    loop.start();
    loop.end(System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
    loop.join();
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(counted("failures_total", "destination", "otlp")).isEqualTo(1);
  }
}
