package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.Refused;
import io.ringtail.link.SamplerFrame;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.SampleRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests on their way to the owners of their traces, and what their senders are told. */
class ForwarderTest extends WithForwarder {
  @Test
  void requests_ofManyTraces_reachTheirOwnersWholeAndAreAnswered() throws Exception {
    start(3);
    List<String> wanted = new ArrayList<>();
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] body = SampleRequests.of(random, 40);
      wanted.addAll(spansOf(body));
      answers.add(accept(body));
    }
    await().until(() -> answers.stream().allMatch(Answer::isAccepted));
    List<String> got = new ArrayList<>();
    samplers.forEach(s -> got.addAll(s.spans()));
    assertThat(got).containsExactlyInAnyOrderElementsOf(wanted);
    assertThat(books.forwarded()).isEqualTo(50 * 40);
    assertThat(samplers).allMatch(s -> !s.spans().isEmpty());
    await().until(() -> samplers.stream().allMatch(s -> !s.progress().isEmpty()));
  }

  @Test
  void epochInUse_isSaidToSamplersThatMayNotKnowIt() throws Exception {
    start(2);
    FakeSampler idle = samplers.get(0);
    await().until(() -> idle.progress().stream().anyMatch(p -> p.epoch().equals(order(1))));
    forwarder.onEpoch(Tables.epoch(2, samplers.stream().map(FakeSampler::member).toList()));
    await().until(() -> idle.progress().stream().anyMatch(p -> p.epoch().equals(order(2))));
  }

  @Test
  void request_withInvalidIds_restIsForwardedAndThoseAreToldAsRejected() throws Exception {
    start(3);
    Answer answer = accept(SampleRequests.withTwoInvalid(random, 30));
    await().until(answer::isAccepted);
    assertThat(answer.rejectedSpans()).isEqualTo(2);
    assertThat(answer.message())
        .isEqualTo(
            "2 spans with an invalid trace ID or span ID"
                + " (expected 16 and 8 bytes, not all zero)");
    assertThat(samplers).allMatch(s -> !s.spans().isEmpty());
    assertThat(samplers.stream().mapToInt(s -> s.spans().size()).sum()).isEqualTo(30);
    assertThat(books.received()).isEqualTo(32);
    assertThat(books.forwarded()).isEqualTo(30);
    assertThat(books.sum("ringtail_router_dropped_spans_total")).isEqualTo(2);
  }

  /** OTLP: a client must not retry a partial success, so nothing retryable may be told as one. */
  @ParameterizedTest
  @MethodSource("retryable")
  void owner_thatRefusesLast_failsTheRequestRetryablyAndTheNextTryIsPartial(Refusal refusal)
      throws Exception {
    start(3);
    FakeSampler refusing = samplers.get(1);
    List<Long> seqs = new CopyOnWriteArrayList<>();
    refusing.answers =
        part -> {
          seqs.add(part.seq());
          return FakeSampler.SILENCE;
        };
    byte[] body = SampleRequests.withTwoInvalid(random, 30);
    Answer answer = accept(body);
    await().until(() -> !seqs.isEmpty() && forwardedByOthers(refusing));
    assertThat(answer.given()).isFalse();
    refusing.say(
        SamplerFrame.answers(
            new long[0], List.of(new Refused(seqs.get(0), order(1), refusal)), null));
    await().until(answer::given);
    assertThat(answer.isAccepted()).isFalse();
    assertThat(answer.refusal()).isEqualTo(refusal);

    refusing.refuse(null);
    assertThat(sendUntilAccepted(body).rejectedSpans()).isEqualTo(2);
    assertThat(refusing.spans()).isNotEmpty();
  }

  /** As a client does; for a while an owner is taken to be full without being asked. */
  private Answer sendUntilAccepted(byte[] body) {
    List<Answer> answers = new ArrayList<>(List.of(accept(body)));
    await()
        .until(
            () -> {
              Answer last = answers.get(answers.size() - 1);
              if (last.given() && !last.isAccepted()) {
                answers.add(accept(body));
              }
              return last.isAccepted();
            });
    return answers.get(answers.size() - 1);
  }

  @ParameterizedTest
  @MethodSource("retryable")
  void owner_thatRefusesAtOnce_failsTheRequestRetryably(Refusal refusal) throws Exception {
    start(3);
    FakeSampler refusing = samplers.get(1);
    refusing.refuse(refusal);
    Answer answer = accept(SampleRequests.withTwoInvalid(random, 60));
    await().until(answer::given);
    assertThat(answer.isAccepted()).isFalse();
    assertThat(answer.refusal()).isEqualTo(refusal);
    assertThat(refusing.spans()).isEmpty();
  }

  static List<Refusal> retryable() {
    return List.of(
        new Refusal.Busy("full", Duration.ofMillis(700)),
        new Refusal.NotReady("stopping", Duration.ofMillis(300)));
  }

  /** Whether all but one have some spans, and the router has counted them as forwarded. */
  private boolean forwardedByOthers(FakeSampler except) {
    List<FakeSampler> others = samplers.stream().filter(s -> s != except).toList();
    return others.stream().noneMatch(s -> s.spans().isEmpty())
        && books.forwarded() == others.stream().mapToInt(s -> s.spans().size()).sum();
  }

  @Test
  void owner_knownToBeFull_keepsItsRequestsFromTheOthersToo() throws Exception {
    start(3);
    stopTime();
    samplers.get(1).answers = part -> new Refused(part.seq(), order(1), BUSY);
    int requests = 100;
    for (int i = 0; i < requests; i++) {
      Answer answer = accept(SampleRequests.of(random, 60));
      await().pollInterval(Duration.ofMillis(1)).until(answer::given);
      assertThat(answer.refusal()).isEqualTo(BUSY);
      pass(Duration.ofMillis(10));
    }
    int others = samplers.get(0).spans().size() + samplers.get(2).spans().size();
    assertThat(others).isPositive().isLessThan(requests * 60 * 2 / 3 / 2);
  }

  @Test
  void owner_thatDoesNotAnswer_doesNotHoldTheSenderPastTheTimeout() throws Exception {
    start(2);
    samplers.get(0).answers = part -> FakeSampler.SILENCE;
    stopTime();
    Answer answer = accept(SampleRequests.of(random, 60));
    await().until(() -> !samplers.get(1).spans().isEmpty());
    pass(TIMEOUT.minusMillis(1));
    afterTheNextTicks();
    assertThat(answer.given()).as("within the timeout").isFalse();
    pass(Duration.ofMillis(1));
    afterTheNextTicks();
    assertThat(answer.refusal()).isInstanceOf(Refusal.TimedOut.class);
  }

  @Test
  void samplers_thatDoNotDrain_makeTheRouterRefuseWithinItsBudget() throws Exception {
    start(1);
    samplers.get(0).answers = part -> FakeSampler.SILENCE;
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(accept(SampleRequests.of(random, 100)));
      assertThat(forwarder.bytesHeld()).isLessThanOrEqualTo(1 << 20);
    }
    assertThat(answers).anyMatch(a -> a.refusal() instanceof Refusal.Busy);
    pass(TIMEOUT);
    await().until(() -> answers.stream().allMatch(Answer::given));
  }

  @Test
  void stop_refusesWhatIsOpenRetryably() throws Exception {
    start(1);
    samplers.get(0).answers = part -> FakeSampler.SILENCE;
    Answer answer = accept(SampleRequests.of(random, 20));
    assertThat(forwarder.drain(Duration.ofMillis(20))).isFalse();
    forwarder.close();
    await().until(answer::given);
    assertThat(answer.refusal()).isInstanceOf(Refusal.NotReady.class);
  }
}
