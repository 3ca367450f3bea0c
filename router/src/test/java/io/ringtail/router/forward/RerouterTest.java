package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import io.ringtail.router.retain.Claim;
import io.ringtail.router.retain.Piece;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.SampleRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RerouterTest {
  private final RoutingTable three = Tables.of(3);
  private final Metrics metrics = new Metrics();
  private final Books books;
  private final ForwardMetrics counters;
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong now = new AtomicLong();
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final BatchSplitter splitter = new BatchSplitter(HeaderTable.ofDefaultSize(), allocator);
  private final List<Parcel> sent = new ArrayList<>();
  private final Answer answer = new Answer();
  private final PendingRequest request = new PendingRequest(answer, 100, 1, 0, () -> () -> {});
  private final Rerouter rerouter;
  private @Nullable Routes routes;

  RerouterTest() {
    books = new Books(metrics);
    counters = new ForwardMetrics(metrics);
    rerouter =
        new Rerouter(
            () -> routes,
            splitter,
            held,
            counters,
            new Mishaps(
                new ForwardMetrics(metrics).failures,
                LoggerFactory.getLogger(RerouterTest.class),
                now::get),
            now::get);
  }

  @AfterEach
  void nothingIsHeld() {
    sent.forEach(Parcel::release);
    rerouter.onStop();
    assertThat(held).hasValue(0);
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  void part_whoseEpochIsNotInUseYet_waitsForIt() throws Exception {
    Parcel parcel = parcel();
    int spans = parcel.spanCount();
    rerouter.add(parcel, three.order(), 0, ResendReason.NOT_OWNER);
    rerouter.run();
    assertThat(rerouter.isEmpty()).isFalse();
    routes = routes(three);
    rerouter.run();
    assertThat(rerouter.isEmpty()).isTrue();
    assertThat(sent).hasSizeBetween(2, 3);
    assertThat(sent.stream().mapToInt(Parcel::spanCount).sum()).isEqualTo(spans);
    sent.stream().skip(1).forEach(p -> request.partWasAccepted());
    assertThat(answer.given()).isFalse();
    request.partWasAccepted();
    assertThat(answer.isAccepted()).isTrue();
  }

  @Test
  void part_thatHasToWait_goesNoSooner() throws Exception {
    routes = routes(three);
    rerouter.add(parcel(), EpochOrder.NONE, 50, ResendReason.NOT_OWNER);
    now.set(49);
    rerouter.run();
    assertThat(sent).isEmpty();
    now.set(50);
    rerouter.run();
    assertThat(sent).isNotEmpty();
  }

  @Test
  void part_forWhichThereIsNoOwner_timesOutRetryably() throws Exception {
    rerouter.add(parcel(), EpochOrder.NONE, 0, ResendReason.RECEIVER_LOST);
    now.set(100);
    rerouter.run();
    assertThat(answer.refusal()).isInstanceOf(Refusal.TimedOut.class);
    assertThat(rerouter.isEmpty()).isTrue();
    assertThat(books.refused()).isEqualTo(30);
  }

  @Test
  void part_thatFails_isTriedAgainAndTakesNoOtherWithIt() throws Exception {
    routes = routes(three);
    rerouter.add(parcel(new FailsOnce()), EpochOrder.NONE, 0, ResendReason.NOT_OWNER);
    rerouter.add(parcel(), EpochOrder.NONE, 0, ResendReason.NOT_OWNER);
    rerouter.run();
    int others = sent.size();
    assertThat(others).isBetween(2, 3);
    assertThat(rerouter.isEmpty()).isFalse();
    rerouter.run();
    assertThat(sent).hasSize(2 * others);
    assertThat(rerouter.isEmpty()).isTrue();
    assertThat(mishaps()).isEqualTo(1);
  }

  /** Time for the tick to come again by itself. */
  @Test
  void tick_thatFails_isNotTheLast() throws Exception {
    EmbeddedChannel control = new EmbeddedChannel();
    RerouteLoop loop =
        new RerouteLoop(
            control.eventLoop(),
            rerouter,
            () -> EpochOrder.NONE,
            new Mishaps(
                new ForwardMetrics(metrics).failures,
                LoggerFactory.getLogger(RerouterTest.class),
                now::get),
            now::get);
    loop.start();
    routes = routes(three);
    rerouter.add(parcel(new FailsOnce()), EpochOrder.NONE, 50, ResendReason.NOT_OWNER);
    control.advanceTimeBy(100, TimeUnit.MILLISECONDS);
    control.runScheduledPendingTasks();
    assertThat(mishaps()).isEqualTo(1);
    now.set(50);
    control.advanceTimeBy(100, TimeUnit.MILLISECONDS);
    control.runScheduledPendingTasks();
    assertThat(sent).isNotEmpty();
    loop.close();
  }

  private long mishaps() {
    return metrics.registry().counter("ringtail_router_forward_failures_total").getCount();
  }

  @Test
  void parts_thatWait_areNotLookedAtForEachThatGoes() throws Exception {
    Looked waiting = new Looked();
    for (int i = 0; i < 100; i++) {
      rerouter.add(
          parcel(waiting), new EpochOrder(9, 9), i % 2 == 0 ? 0 : 50, ResendReason.REPLAY_REFUSED);
    }
    routes = routes(three);
    rerouter.runDue();
    waiting.times = 0;
    for (int i = 0; i < 100; i++) {
      rerouter.runDue();
    }
    assertThat(waiting.times).isZero();
    now.set(50);
    rerouter.runDue();
    assertThat(waiting.times).isEqualTo(50);
    rerouter.run();
    assertThat(waiting.times).isEqualTo(150);
  }

  /** Throws the first time it is looked at. */
  private static final class FailsOnce extends Endless {
    private boolean failed;

    @Override
    public boolean isAnswered() {
      boolean fails = !failed;
      failed = true;
      if (fails) {
        throw new IllegalStateException("told to fail");
      }
      return false;
    }
  }

  /** Counts how often it is asked. */
  private static final class Looked extends Endless {
    private int times;

    @Override
    public boolean isAnswered() {
      times++;
      return false;
    }
  }

  /** Never ends. */
  private abstract static class Endless implements Errand {
    @Override
    public boolean isOverdue(long nowNanos) {
      return false;
    }

    @Override
    public void partWasCut(int pieces) {}

    @Override
    public void partWasAccepted() {}

    @Override
    public boolean fail(Refusal refusal) {
      return false;
    }

    @Override
    public @Nullable Piece piece() {
      return null;
    }

    @Override
    public Claim claim() {
      return new Claim();
    }
  }

  private final class SentOutlet implements Outlet {
    @Override
    public void offer(Parcel parcel) {
      sent.add(parcel);
    }

    @Override
    public @Nullable Refusal full(long nowNanos) {
      return null;
    }
  }

  private Routes routes(RoutingTable table) {
    List<Outlet> outlets = new ArrayList<>();
    for (int i = 0; i < table.ownerCount(); i++) {
      outlets.add(new SentOutlet());
    }
    return new Routes(table, outlets);
  }

  private Parcel parcel() throws Exception {
    return parcel(request);
  }

  private Parcel parcel(Errand errand) throws Exception {
    byte[] body = SampleRequests.of(new Random(3), 30);
    Part part = splitter.split(body, 0, body.length, Header.EMPTY, Tables.of(1)).parts().get(0);
    return new Parcel(part, errand, Tables.of(1).order(), held);
  }
}
