package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.Header;
import io.ringtail.link.LinkReader;
import io.ringtail.link.LinkReader.Frame;
import io.ringtail.link.LinkWriter;
import io.ringtail.link.Refused;
import io.ringtail.link.SamplerFrame;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import io.ringtail.router.retain.Pieces;
import io.ringtail.router.retain.SamplerKey;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.router.split.SampleRequests;
import io.ringtail.router.split.Split;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final EpochOrder NEXT = new EpochOrder(1, 2);

  private record Rerouted(Parcel parcel, EpochOrder atLeast, long waitNanos, ResendReason reason) {}

  private final List<Rerouted> rerouted = new ArrayList<>();
  private final Metrics metrics = new Metrics();
  private final Books books = new Books(metrics);
  private final ForwardMetrics counters = new ForwardMetrics(metrics);
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong now = new AtomicLong();
  private final Seqs seqs = new Seqs();
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final BatchSplitter splitter = new BatchSplitter(HeaderTable.ofDefaultSize(), allocator);
  private final RoutingTable table = Tables.of(1);
  private final Random random = new Random(1);
  private EpochOrder inUse = table.order();

  private final Rerouting rerouting =
      new Rerouting() {
        @Override
        public void reroute(
            Parcel parcel, EpochOrder atLeast, long waitNanos, ResendReason reason) {
          rerouted.add(new Rerouted(parcel, atLeast, waitNanos, reason));
        }

        @Override
        public EpochOrder inUse() {
          return inUse;
        }
      };

  private final RecordedRetention retention = new RecordedRetention();
  private final Outbox outbox =
      new Outbox(new SamplerKey("s0", 1), seqs, rerouting, retention, counters, now::get);

  @AfterEach
  void nothingIsHeld() {
    rerouted.forEach(r -> r.parcel.release());
    outbox.onStop();
    assertThat(held).hasValue(0);
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  void parts_waitingTogether_leaveInOneMessageAndAcksAnswerEach() throws Exception {
    Answer first = offer();
    Answer second = offer();
    assertThat(send()).containsExactly(1L, 2L);
    assertThat(outbox.oldestSeq()).isEqualTo(1);
    outbox.onAnswers(SamplerFrame.answers(new long[] {2}, List.of(), null));
    assertThat(second.isAccepted()).isTrue();
    assertThat(first.given()).isFalse();
    outbox.onAnswers(SamplerFrame.answers(new long[] {1, 1, 77}, List.of(), null));
    assertThat(first.isAccepted()).isTrue();
    assertThat(outbox.oldestSeq()).isEqualTo(Long.MAX_VALUE);
    assertThat(books.forwarded()).isEqualTo(20);
  }

  @Test
  void message_overItsSize_leavesTheRestWaiting() throws Exception {
    offer();
    offer();
    LinkWriter writer = new LinkWriter(DictionaryLimits.DEFAULT);
    assertThat(outbox.fill(writer, 1)).isTrue();
    assertThat(outbox.hasWaiting()).isTrue();
    writer.finish();
  }

  @Test
  void receiver_thatWasBusy_isFullForAWhile() throws Exception {
    offer();
    offer();
    send();
    Refusal notReady = new Refusal.NotReady("starts", Duration.ofMillis(300));
    outbox.onAnswers(
        SamplerFrame.answers(new long[0], List.of(new Refused(1, NEXT, notReady)), null));
    assertThat(outbox.full(now.get())).isNull();
    now.set(TimeUnit.SECONDS.toNanos(5));
    Refusal busy = new Refusal.Busy("full", Duration.ofMillis(300));
    outbox.onAnswers(SamplerFrame.answers(new long[0], List.of(new Refused(2, NEXT, busy)), null));
    assertThat(outbox.full(now.get() + TimeUnit.MILLISECONDS.toNanos(99))).isEqualTo(busy);
    assertThat(outbox.full(now.get() + TimeUnit.MILLISECONDS.toNanos(100))).isNull();
  }

  @Test
  void refusal_retryable_failsTheRequestAtOnce() throws Exception {
    Answer answer = offer();
    send();
    Refusal busy = new Refusal.Busy("full", Duration.ofMillis(300));
    outbox.onAnswers(SamplerFrame.answers(new long[0], List.of(new Refused(1, NEXT, busy)), null));
    assertThat(answer.refusal()).isEqualTo(busy);
    assertThat(books.refused()).isEqualTo(10);
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void claim_endsWithARefusalAndNotWithSuccess() {
    Refusal busy = new Refusal.Busy("full", Duration.ofMillis(300));
    PendingRequest refused = pending(new Answer(), 2);
    refused.partWasAccepted();
    assertThat(refused.claim().hasEnded()).as("it may yet be accepted").isFalse();
    assertThat(refused.fail(busy)).isTrue();
    assertThat(refused.claim().hasEnded()).isTrue();
    PendingRequest accepted = pending(new Answer(), 1);
    accepted.partWasAccepted();
    assertThat(accepted.fail(busy)).isFalse();
    assertThat(accepted.claim().hasEnded()).isFalse();
  }

  @Test
  void notOwner_ofAnEpochNotInUseYet_waitsForThatEpoch() throws Exception {
    Answer answer = offer();
    send();
    outbox.onAnswers(refusedNotOwner(1, NEXT));
    assertThat(rerouted).hasSize(1);
    assertThat(rerouted.get(0).atLeast).isEqualTo(NEXT);
    assertThat(rerouted.get(0).waitNanos).isZero();
    assertThat(answer.given()).isFalse();
  }

  @Test
  void notOwner_ofAnEpochInUse_waits100Millis() throws Exception {
    offer();
    send();
    inUse = NEXT;
    outbox.onAnswers(refusedNotOwner(1, NEXT));
    assertThat(rerouted.get(0).waitNanos).isEqualTo(Duration.ofMillis(100).toNanos());
  }

  @Test
  void brokenLink_thatReturns_sendsUnansweredPartsAgainInOrderWithNewSeqs() throws Exception {
    Answer first = offer();
    offer();
    send();
    Answer third = offer();
    outbox.onBroken();
    assertThat(outbox.oldestSeq()).isEqualTo(Long.MAX_VALUE);
    assertThat(send()).containsExactly(3L, 4L, 5L);
    outbox.onAnswers(SamplerFrame.answers(new long[] {1, 2}, List.of(), null));
    assertThat(first.given()).as("an answer of the old link").isFalse();
    outbox.onAnswers(SamplerFrame.answers(new long[] {3, 5}, List.of(), null));
    assertThat(first.isAccepted()).isTrue();
    assertThat(third.isAccepted()).isTrue();
    assertThat(books.sum("ringtail_router_resent_parts_total")).isEqualTo(2);
  }

  @Test
  void brokenLink_andThenANewerEpoch_givesOlderPartsAway() throws Exception {
    offer();
    send();
    outbox.onBroken();
    outbox.onEpochWhileDown(table.order());
    assertThat(rerouted).isEmpty();
    outbox.onEpochWhileDown(NEXT);
    assertThat(rerouted).hasSize(1);
    assertThat(rerouted.get(0).reason).isEqualTo(ResendReason.RECEIVER_LOST);
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void receiver_notNamedAnyMore_givesEverythingAway() throws Exception {
    offer();
    send();
    offer();
    outbox.onReceiverGone(NEXT);
    assertThat(rerouted).hasSize(2);
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void noAnswerInTime_failsTheRequestRetryablyAndForgetsThePart() throws Exception {
    Answer sent = offer();
    send();
    Answer waiting = offer();
    now.set(99);
    outbox.onTick();
    assertThat(sent.given()).isFalse();
    now.set(100);
    outbox.onTick();
    assertThat(sent.refusal()).isInstanceOf(Refusal.TimedOut.class);
    assertThat(waiting.refusal()).isInstanceOf(Refusal.TimedOut.class);
    assertThat(outbox.isEmpty()).isTrue();
    outbox.onAnswers(SamplerFrame.answers(new long[] {1}, List.of(), null));
    assertThat(books.forwarded()).isZero();
    assertThat(books.refused()).isEqualTo(20);
  }

  @Test
  void otherPartFailed_partIsWithdrawnWhereItIsMet() throws Exception {
    PendingRequest request = pending(new Answer(), 2);
    add(request);
    request.fail(new Refusal.Busy("elsewhere", Duration.ZERO));
    assertThat(send()).isEmpty();
    PendingRequest later = pending(new Answer(), 2);
    add(later);
    send();
    later.fail(new Refusal.Busy("elsewhere", Duration.ZERO));
    outbox.onTick();
    assertThat(outbox.isEmpty()).isTrue();
    assertThat(books.refused()).isEqualTo(20);
  }

  @Test
  void replayedPart_refusedRetryably_goesBackToBeSentAgain() throws Exception {
    addReplayed();
    assertThat(send()).containsExactly(1L);
    now.set(1L << 40);
    outbox.onTick();
    Refusal busy = new Refusal.Busy("full", Duration.ofMillis(300));
    outbox.onAnswers(SamplerFrame.answers(new long[0], List.of(new Refused(1, NEXT, busy)), null));
    assertThat(rerouted.get(0).reason).isEqualTo(ResendReason.REPLAY_REFUSED);
    assertThat(rerouted.get(0).waitNanos).isPositive();
    assertThat(books.refused()).isZero();
  }

  @Test
  void replayedPart_refusedForGood_isToldToTheLog() throws Exception {
    addReplayed();
    send();
    Refusal never = new Refusal.TooLarge("larger than the buffer");
    outbox.onAnswers(SamplerFrame.answers(new long[0], List.of(new Refused(1, NEXT, never)), null));
    assertThat(retention.rejected).containsExactly(1L);
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void replayedPart_accepted_isToldToTheLogAndNotCountedAgain() throws Exception {
    addReplayed();
    send();
    outbox.onAnswers(SamplerFrame.answers(new long[] {1}, List.of(), null));
    assertThat(retention.accepted).containsExactly(1L);
    assertThat(books.forwarded()).isZero();
  }

  private void addReplayed() throws Exception {
    add(new ReplayErrand(Pieces.firstAccepted(77)));
  }

  private static SamplerFrame refusedNotOwner(long seq, EpochOrder epoch) {
    return SamplerFrame.answers(new long[0], List.of(Refused.notOwner(seq, epoch, "slot 7")), null);
  }

  private Answer offer() throws Exception {
    Answer answer = new Answer();
    add(pending(answer, 1));
    return answer;
  }

  private static PendingRequest pending(Answer answer, int parts) {
    return new PendingRequest(answer, 100, parts, 0, () -> () -> {});
  }

  private void add(Errand errand) throws Exception {
    byte[] body = SampleRequests.of(random, 10);
    Split split = splitter.split(body, 0, body.length, Header.EMPTY, table);
    split.parts().forEach(p -> outbox.add(new Parcel(p, errand, table.order(), held)));
  }

  /** The seqs of the parts that leave. */
  private List<Long> send() throws Exception {
    LinkWriter writer = new LinkWriter(DictionaryLimits.DEFAULT);
    List<Long> sent = new ArrayList<>();
    if (outbox.fill(writer, 1 << 20)) {
      byte[] bytes = writer.finish().readAllBytes();
      LinkReader reader = new LinkReader(DictionaryLimits.DEFAULT);
      reader.reset(bytes, 0, bytes.length);
      while (reader.next() == Frame.PART) {
        sent.add(reader.part().seq());
      }
    }
    return sent;
  }
}
