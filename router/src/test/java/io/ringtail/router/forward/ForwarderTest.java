package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Header;
import io.ringtail.link.Mark;
import io.ringtail.link.Peer;
import io.ringtail.link.Refused;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.SamplerWord;
import io.ringtail.link.SamplerWord.Question;
import io.ringtail.memory.NetworkMemory;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.RingTables;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.SampleRequests;
import io.ringtail.rules.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForwarderTest {
  private static final Duration TIMEOUT = Duration.ofMillis(1500);

  private static final Refusal BUSY = new Refusal.Busy("full", Duration.ofMillis(100));

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final Metrics metrics = new Metrics();
  private final Books books = new Books(metrics);
  private final Random random = new Random(5);
  private final List<FakeSampler> samplers = new ArrayList<>();
  private final Forwarder forwarder =
      new Forwarder(
          new ForwardConfig(TIMEOUT, 1 << 20, 1 << 16),
          new RetentionConfig(4 << 20, WhenFull.FORGET, Duration.ZERO),
          new Peer(Tables.ROUTER, new Incarnation(EpochOrder.NONE, Tables.ROUTER_BITS)),
          0,
          loops,
          new LinkTransport(NioSocketChannel.class, NetworkMemory.unlimited(2)),
          new RingTables(2),
          metrics,
          Rules.ALL);

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
  void noEpoch_refusesAsNotReady() {
    Answer answer = accept(SampleRequests.of(random, 1));
    assertThat(answer.refusal()).isInstanceOf(Refusal.NotReady.class);
    assertThat(forwarder.ready()).isFalse();
  }

  @Test
  void bodies_emptyMalformedOrWithoutValidSpans_areAnsweredAtOnce() throws Exception {
    start(1);
    assertThat(accept(new byte[0]).isAccepted()).isTrue();
    assertThat(accept(new byte[] {10, 5, 1}).refusal()).isInstanceOf(Refusal.Malformed.class);
    byte[] noIds = {10, 4, 18, 2, 18, 0};
    Answer partial = accept(noIds);
    assertThat(partial.isAccepted()).isTrue();
    assertThat(partial.rejectedSpans()).isEqualTo(1);
    assertThat(partial.message()).contains("invalid trace ID");
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
    samplers.get(1).answers = part -> new Refused(part.seq(), order(1), BUSY);
    int requests = 100;
    for (int i = 0; i < requests; i++) {
      Answer answer = accept(SampleRequests.of(random, 60));
      await().pollInterval(Duration.ofMillis(1)).until(answer::given);
      assertThat(answer.refusal()).isEqualTo(BUSY);
    }
    int others = samplers.get(0).spans().size() + samplers.get(2).spans().size();
    assertThat(others).isPositive().isLessThan(requests * 60 * 2 / 3 / 2);
  }

  @Test
  void owner_thatDoesNotAnswer_doesNotHoldTheSenderPastTheTimeout() throws Exception {
    start(2);
    samplers.get(0).answers = part -> FakeSampler.SILENCE;
    long startNanos = System.nanoTime();
    Answer answer = accept(SampleRequests.of(random, 60));
    await().until(answer::given);
    assertThat(answer.refusal()).isInstanceOf(Refusal.TimedOut.class);
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
        .isBetween(TIMEOUT, TIMEOUT.plusMillis(800));
  }

  @Test
  void notOwner_isSplitByTheNewerEpochAndOnlyThatPartSentAgain() throws Exception {
    FakeSampler late = sampler("s2", 300);
    start(2);
    samplers.get(1).answers = part -> Refused.notOwner(part.seq(), order(2), "moved");
    byte[] body = SampleRequests.of(random, 100);
    Answer answer = accept(body);
    await().until(() -> !samplers.get(0).spans().isEmpty());
    int before = samplers.get(0).spans().size();
    assertThat(answer.given()).isFalse();
    forwarder.onEpoch(Tables.epoch(2, List.of(samplers.get(0).member(), late.member())));
    await().until(answer::isAccepted);
    List<String> got = new ArrayList<>(samplers.get(0).spans());
    assertThat(got.size()).isGreaterThanOrEqualTo(before);
    got.addAll(late.spans());
    assertThat(got).containsExactlyInAnyOrderElementsOf(spansOf(body));
  }

  @Test
  void brokenLink_comesBackAndUnansweredPartsAreSentAgain() throws Exception {
    start(1);
    FakeSampler only = samplers.get(0);
    only.answers = part -> FakeSampler.SILENCE;
    byte[] body = SampleRequests.of(random, 20);
    Answer answer = accept(body);
    await().until(() -> forwarder.linksUp() == 1);
    await().pollDelay(Duration.ofMillis(150)).until(() -> true);
    only.answers = part -> null;
    only.breakLinks();
    await().until(answer::isAccepted);
    assertThat(only.spans()).containsExactlyInAnyOrderElementsOf(spansOf(body));
  }

  @Test
  void receiver_thatIsGone_itsUnansweredPartsGoToTheNewOwner() throws Exception {
    start(2);
    samplers.get(1).answers = part -> FakeSampler.SILENCE;
    byte[] body = SampleRequests.of(random, 100);
    Answer answer = accept(body);
    await().until(() -> !samplers.get(0).spans().isEmpty());
    samplers.get(1).close();
    forwarder.onEpoch(Tables.epoch(2, List.of(samplers.get(0).member())));
    await().until(answer::isAccepted);
    assertThat(samplers.get(0).spans()).containsExactlyInAnyOrderElementsOf(spansOf(body));
    assertThat(forwarder.linkCount()).isEqualTo(1);
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
    await().until(() -> answers.stream().allMatch(Answer::given));
  }

  @Test
  void lostSampler_whatItHadAccepted_isReplayedToWhoAsksForIt() throws Exception {
    start(2);
    FakeSampler heir = samplers.get(0);
    FakeSampler dying = samplers.get(1);
    byte[] body = SampleRequests.of(random, 100);
    Answer answer = accept(body);
    await().until(answer::isAccepted);
    Epoch next = Tables.epoch(2, List.of(heir.member()));
    heir.answers = part -> part.replay() ? new Refused(part.seq(), order(2), BUSY) : null;
    forwarder.onEpoch(lost(next, dying.member()));
    heir.say(SamplerFrame.of(List.of(new Question(5, SlotSet.ALL, order(2))), null));
    await().until(() -> books.sum("ringtail_router_resent_parts_total") > 2);
    assertThat(heir.words()).isEmpty();
    heir.answers = part -> null;
    await().until(() -> heir.words().contains(new RouterWord.Replayed(5)));
    assertThat(new HashSet<>(heir.spans())).containsAll(spansOf(body));
    assertThat(books.sum("ringtail_router_replayed_spans_total")).isEqualTo(100);
    assertThat(books.forwarded()).isEqualTo(100);
    assertThat(forwarder.isSettled()).isFalse();
    heir.say(SamplerFrame.of(List.of(new SamplerWord.Lowering(1, 0)), null));
    await().until(() -> heir.words().contains(new RouterWord.Lowered(1)));
    heir.say(
        SamplerFrame.of(
            List.of(
                new SamplerWord.NeedsNothing("s1", dying.member().incarnation(), EpochOrder.NONE)),
            new Mark(1000, order(2))));
    await().until(() -> forwarder.settle(Duration.ofSeconds(5)) == 0);
    await().until(() -> heir.progress().stream().anyMatch(p -> p.oldestSeq() > p.upToSeq()));
  }

  @Test
  void lostSampler_thatLives_isHeardAndSeesThatItsMarkEnds() throws Exception {
    start(2);
    FakeSampler stranger = samplers.get(1);
    Answer answer = accept(SampleRequests.of(random, 100));
    await().until(answer::isAccepted);
    forwarder.onEpoch(lost(Tables.epoch(2, List.of(samplers.get(0).member())), stranger.member()));
    await().until(() -> forwarder.linkCount() == 1);
    stranger.breakLinks();
    await().until(stranger::hasLink);
    stranger.say(SamplerFrame.of(List.of(new SamplerWord.AskHas()), null));
    await().until(() -> stranger.words().contains(new RouterWord.Has(true)));
  }

  @Test
  void epoch_afterOneThatCouldNotBeUsed_isOutOfTurn() throws Exception {
    start(2);
    FakeSampler gone = samplers.get(1);
    Member left = samplers.get(0).member();
    AtomicInteger used = new AtomicInteger();
    Epoch unusable = Tables.epoch(2, List.of(left, Tables.sampler("s9", 109, "")));
    forwarder.onEpoch(unusable, true, used::incrementAndGet);
    await().until(() -> books.sum("ringtail_router_epoch_failures_total") > 0);
    assertThat(forwarder.linkCount()).isEqualTo(2);
    assertThat(used).hasValue(0);
    forwarder.onEpoch(Tables.epoch(3, List.of(left)), true, used::incrementAndGet);
    await().until(() -> used.get() == 1);
    await().until(() -> forwarder.linkCount() == 1);
    gone.breakLinks();
    await().until(gone::hasLink);
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

  private static Epoch lost(Epoch epoch, Member lost) {
    return new Epoch(
        epoch.order(),
        epoch.coordinator(),
        epoch.members(),
        epoch.tableChecksum(),
        epoch.predecessor(),
        List.of(lost),
        epoch.predecessorCoordinator(),
        List.of());
  }

  private void start(int count) throws Exception {
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

  private FakeSampler sampler(String nodeId, long bits) throws Exception {
    FakeSampler sampler = new FakeSampler(nodeId, bits, 0);
    samplers.add(sampler);
    return sampler;
  }

  private Answer accept(byte[] body) {
    Answer answer = new Answer();
    byte[] lent = Arrays.copyOf(body, body.length);
    forwarder.accept(lent, 0, lent.length, Header.EMPTY, answer);
    Arrays.fill(lent, (byte) 0);
    return answer;
  }

  private static EpochOrder order(long number) {
    return new EpochOrder(1, number);
  }

  private static List<String> spansOf(byte[] body) throws Exception {
    return ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
        .flatMap(r -> r.getScopeSpansList().stream())
        .flatMap(s -> s.getSpansList().stream())
        .map(span -> HexFormat.of().formatHex(span.toByteArray()))
        .toList();
  }
}
