package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.ringtail.link.Header;
import io.ringtail.sampler.export.ExportConfig.Balance;
import io.ringtail.sampler.export.KeptTrace.Answer;
import io.ringtail.sampler.export.send.Payload;
import io.ringtail.sampler.export.send.SendResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is taken, gathered in requests and sent, while all is well or much is not. */
class DestinationTest extends WithDestination {
  /** It would have kept the process from ending. */
  @Test
  void stop_afterAnOfferThatNeverCame_givesUpWaitingForIt() {
    assertThat(destination.tryReserve(100)).isTrue();
    assertThat(offer(kept.trace(1, 2))).isTrue();
    destination.stopTaking();
    assertThat(destination.abandon(nowNanos)).isEqualTo(2);
    assertThat(kept.answered()).isEqualTo(1);
    assertThat(destination.queuedBytes()).isEqualTo(100);
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
    loop.end(System.nanoTime() + TimeUnit.SECONDS.toNanos(60));
    loop.join();
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(counted("failures_total", "destination", "otlp")).isEqualTo(1);
  }
}
