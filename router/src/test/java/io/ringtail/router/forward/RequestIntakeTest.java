package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.router.split.SampleRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Requests before three owners that answer nothing by themselves. */
class RequestIntakeTest {
  private static final int MAX_BYTES_HELD = 1 << 20;
  private static final long TIMEOUT_NANOS = 1_000;

  private final Metrics metrics = new Metrics();
  private final Books books = new Books(metrics);
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong now = new AtomicLong();
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final HeaderTable headers = HeaderTable.ofDefaultSize();
  private final Random random = new Random(7);
  private final RoutingTable table = Tables.of(3);
  private final List<Owner> owners = List.of(new Owner(), new Owner(), new Owner());
  private @Nullable Routes routes = new Routes(table, List.copyOf(owners));
  private long roomBytes = Long.MAX_VALUE;
  private final OpenRequests open =
      new OpenRequests(
          new Seqs(),
          Duration.ofHours(1),
          new Mishaps(
              new ForwardMetrics(metrics).failures,
              LoggerFactory.getLogger(RequestIntakeTest.class),
              now::get),
          now::get);
  private final RequestIntake intake =
      new RequestIntake(
          new ForwardConfig(Duration.ofNanos(TIMEOUT_NANOS), MAX_BYTES_HELD, 1 << 16),
          new RequestIntake.Surroundings(
              () -> new BatchSplitter(headers, allocator),
              () -> routes,
              () -> roomBytes,
              held,
              open,
              new ForwardMetrics(metrics),
              now::get),
          metrics);

  private static final class Owner implements Outlet {
    private final List<Parcel> offered = new ArrayList<>();
    private @Nullable Refusal full;
    private boolean broken;

    @Override
    public void offer(Parcel parcel) {
      offered.add(parcel);
      if (broken) {
        throw new IllegalStateException("no more");
      }
    }

    @Override
    public @Nullable Refusal full(long nowNanos) {
      return full;
    }
  }

  private Answer accept(byte[] body) {
    Answer answer = new Answer();
    intake.accept(body, 0, body.length, Header.EMPTY, answer);
    return answer;
  }

  private List<Parcel> offered() {
    return owners.stream().flatMap(o -> o.offered.stream()).toList();
  }

  @AfterEach
  void nothingIsHeld() {
    offered().forEach(Parcel::release);
    assertThat(held).hasValue(0);
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  void request_isOpenUntilItsLastPartIsAccepted() {
    Answer answer = accept(SampleRequests.of(random, 60));
    assertThat(owners).allMatch(o -> o.offered.size() == 1);
    assertThat(offered().stream().mapToInt(Parcel::spanCount).sum()).isEqualTo(60);
    assertThat(offered()).allMatch(p -> p.epoch().equals(table.order()));
    assertThat(books.received()).isEqualTo(60);
    offered().subList(0, 2).forEach(p -> p.errand().partWasAccepted());
    assertThat(answer.given()).isFalse();
    assertThat(intake.openRequests()).isEqualTo(1);
    offered().get(2).errand().partWasAccepted();
    assertThat(answer.isAccepted()).isTrue();
    assertThat(intake.openRequests()).isZero();
  }

  /** Who called answers; what is with an owner already must not wait for the rest. */
  @Test
  void ownerOfTheSecondPart_throws_theRequestIsOpenNoMore() {
    owners.get(1).broken = true;
    byte[] body = SampleRequests.of(random, 60);
    Answer answer = new Answer();
    assertThatThrownBy(() -> intake.accept(body, 0, body.length, Header.EMPTY, answer))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no more");
    assertThat(answer.given()).isFalse();
    assertThat(offered()).hasSize(2).allMatch(p -> p.errand().isAnswered());
    assertThat(intake.openRequests()).isZero();
    offered().forEach(p -> p.errand().partWasAccepted());
    assertThat(answer.given()).isFalse();
    assertThat(intake.openRequests()).isZero();
  }

  @Test
  void request_isOverdueAfterTheTimeout() {
    now.set(50);
    accept(SampleRequests.of(random, 1));
    Errand errand = offered().get(0).errand();
    assertThat(errand.isOverdue(49 + TIMEOUT_NANOS)).isFalse();
    assertThat(errand.isOverdue(50 + TIMEOUT_NANOS)).isTrue();
  }

  @Test
  void noEpoch_refusesAsNotReady() {
    routes = null;
    assertThat(accept(SampleRequests.of(random, 1)).refusal()).isInstanceOf(Refusal.NotReady.class);
    assertThat(intake.ready()).isFalse();
    assertThat(intake.whyNotReady()).contains("no epoch yet");
  }

  @Test
  void epochWithoutSamplers_refusesAsNotReadyAndSaysWhy() {
    RoutingTable none = Tables.build(Tables.epoch(1, List.of()));
    routes = new Routes(none, List.of());
    assertThat(accept(SampleRequests.of(random, 1)).refusal()).isInstanceOf(Refusal.NotReady.class);
    assertThat(intake.whyNotReady()).isEqualTo(none.whyNotReady()).isPresent();
  }

  @Test
  void stopped_refusesWhatComes_andWhatIsOpenGoesOn() {
    Answer before = accept(SampleRequests.of(random, 1));
    assertThat(intake.ready()).isTrue();
    intake.stop();
    assertThat(intake.ready()).isFalse();
    Answer after = accept(SampleRequests.of(random, 1));
    assertThat(after.refusal()).isInstanceOf(Refusal.NotReady.class);
    assertThat(offered()).hasSize(1);
    offered().get(0).errand().partWasAccepted();
    assertThat(before.isAccepted()).isTrue();
  }

  @Test
  void logFull_refusesAsBusy() {
    roomBytes = 0;
    Answer answer = accept(SampleRequests.of(random, 1));
    assertThat(answer.refusal()).isInstanceOf(Refusal.Busy.class);
    assertThat(String.valueOf(answer.refusal())).contains("router.retention.max-bytes");
    assertThat(offered()).isEmpty();
  }

  @Test
  void logThatRefuses_takesWhatFitsBesideAllThatIsOnItsWay() {
    byte[] body = SampleRequests.of(random, 1);
    roomBytes = 10_000;
    held.set(10_000 - body.length + 1);
    assertThat(String.valueOf(accept(body).refusal())).contains("router.retention.max-bytes");
    assertThat(offered()).isEmpty();
    held.decrementAndGet();
    assertThat(accept(body).given()).isFalse();
    assertThat(offered()).hasSize(1);
    held.addAndGet(body.length - 10_000);
  }

  @Test
  void bytesHeld_aRequestThatFitsIsTakenAndALargerOneIsNot() {
    byte[] body = SampleRequests.of(random, 1);
    held.set(MAX_BYTES_HELD - body.length + 1);
    assertThat(accept(body).refusal()).isInstanceOf(Refusal.Busy.class);
    assertThat(offered()).isEmpty();
    held.decrementAndGet();
    assertThat(accept(body).given()).isFalse();
    assertThat(offered()).hasSize(1);
    held.addAndGet(body.length - MAX_BYTES_HELD);
  }

  @Test
  void bodies_emptyMalformedOrWithoutValidSpans_areAnsweredAtOnce() {
    assertThat(accept(new byte[0]).isAccepted()).isTrue();
    assertThat(accept(new byte[] {10, 5, 1}).refusal()).isInstanceOf(Refusal.Malformed.class);
    byte[] noIds = {10, 4, 18, 2, 18, 0};
    Answer partial = accept(noIds);
    assertThat(partial.isAccepted()).isTrue();
    assertThat(partial.rejectedSpans()).isEqualTo(1);
    assertThat(partial.message()).contains("invalid trace ID");
    assertThat(books.balance()).isTrue();
    assertThat(intake.openRequests()).isZero();
  }

  @Test
  void owner_full_noOwnerIsOfferedAnything() {
    Refusal full = new Refusal.Busy("full", Duration.ofMillis(100));
    owners.get(1).full = full;
    Answer answer = accept(SampleRequests.of(random, 60));
    assertThat(answer.refusal()).isEqualTo(full);
    assertThat(offered()).isEmpty();
    assertThat(books.refused()).isEqualTo(60);
    assertThat(books.balance()).isTrue();
    assertThat(intake.openRequests()).isZero();
  }

  @Test
  void owner_full_thatHasNoPartOfTheRequest_doesNotMatter() {
    for (Owner owner : owners) {
      owner.full = new Refusal.Busy("full", Duration.ofMillis(100));
    }
    int taken = 0;
    for (int i = 0; i < 100; i++) {
      owners.get(0).full = null;
      Answer answer = accept(SampleRequests.of(random, 1));
      taken += answer.given() ? 0 : 1;
    }
    assertThat(owners.get(0).offered).hasSize(taken);
    assertThat(taken).isBetween(10, 60);
  }
}
