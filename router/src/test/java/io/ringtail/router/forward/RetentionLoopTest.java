package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.ringtail.link.Header;
import io.ringtail.link.Mark;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.router.retain.Pieces;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import io.ringtail.router.retain.SamplerKey;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.SampleRequests;
import io.ringtail.router.split.Split;
import io.ringtail.rules.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RetentionLoopTest {
  private static final SamplerKey A = new SamplerKey("a", 100);

  private final EmbeddedChannel control = new EmbeddedChannel();
  private final Metrics metrics = new Metrics();
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong now = new AtomicLong();
  private final List<RouterWord> said = new ArrayList<>();
  private final Seqs seqs = new Seqs();
  private final OpenRequests requests =
      new OpenRequests(
          seqs,
          Duration.ofHours(1),
          new Mishaps(
              new ForwardMetrics(metrics).failures,
              LoggerFactory.getLogger(RetentionLoopTest.class),
              now::get),
          now::get);
  private final BatchSplitter splitter =
      new BatchSplitter(HeaderTable.ofDefaultSize(), new UnpooledByteBufAllocator(false));
  private final RetentionLoop loop = loop(WhenFull.FORGET, said::add);

  private RetentionLoop loop(WhenFull whenFull, Consumer<RouterWord> words) {
    return new RetentionLoop(
        new RetentionConfig(1 << 20, whenFull, Duration.ZERO),
        new RetentionLoop.Surroundings(
            control.eventLoop(),
            new Rerouter(
                () -> null,
                splitter,
                held,
                new ForwardMetrics(metrics),
                new Mishaps(
                    new ForwardMetrics(metrics).failures,
                    LoggerFactory.getLogger(RetentionLoopTest.class),
                    now::get),
                now::get),
            seqs,
            requests,
            held,
            new UnpooledByteBufAllocator(false),
            now::get,
            Rules.ALL),
        List::of,
        (to, word) -> words.accept(word),
        metrics);
  }

  @Test
  void event_thatFails_isCountedAndTakesNoOtherWithIt() {
    loop.heard(A, List.of(new SamplerWord.Lowering(1, 5)), null);
    loop.heard(A, unknownWord(), new Mark(1, Tables.of(1).order()));
    loop.heard(A, List.of(new SamplerWord.Lowering(2, 6)), null);
    control.runPendingTasks();
    assertThat(said).containsExactly(new RouterWord.Lowered(1), new RouterWord.Lowered(2));
    assertThat(loop.isSettled()).isTrue();
    assertThat(metrics.registry().counter("ringtail_router_retention_failures_total").getCount())
        .isEqualTo(1);
  }

  @Test
  void oldestSeq_isBelowThePartsOfTheOldestOpenRequest() {
    seqs.next();
    seqs.next();
    now.addAndGet(1_000_000_000);
    Runnable answered = requests.begin();
    long refused = seqs.next(); // its part is sent, and waits then for an epoch
    seqs.next();
    run();
    assertThat(loop.oldestSeq()).isEqualTo(3).isLessThan(refused);
    answered.run();
    now.addAndGet(1_000_000_000);
    run();
    assertThat(loop.oldestSeq()).isEqualTo(6);
  }

  /** A sampler keeps the greatest that it was told, and what it has seen is what links say. */
  @Test
  void requestWithoutASeq_afterAnEmptyLogWasTold_isBelowWhatSamplersSeeFromThen() {
    seqs.next();
    run();
    long kept = loop.oldestSeq();
    assertThat(kept).isEqualTo(2).isGreaterThan(seqs.last());
    Runnable first = requests.begin(); // waits for its owner, so nothing is sent
    run();
    assertThat(seqs.last()).isGreaterThanOrEqualTo(Math.max(kept, loop.oldestSeq()));
    first.run();
    run();
    kept = Math.max(kept, loop.oldestSeq());
    requests.begin(); // so does the next, soon after
    run();
    assertThat(seqs.last()).isGreaterThanOrEqualTo(Math.max(kept, loop.oldestSeq()));
  }

  @Test
  void requestWithoutASeq_asTheFirstOfItsRouter_isBelowWhatSamplersSeeFromThen() {
    run();
    long kept = loop.oldestSeq();
    requests.begin();
    run();
    assertThat(seqs.last()).isPositive().isGreaterThanOrEqualTo(Math.max(kept, loop.oldestSeq()));
  }

  /** Else senders would be let in by room that is taken, as long as events come. */
  @Test
  void roomBytes_areLessAsSoonAsAPartIsNoLongerOnItsWay() throws MalformedWireException {
    AtomicReference<@Nullable RetentionLoop> refuses = new AtomicReference<>();
    List<Long> rooms = new ArrayList<>();
    RetentionLoop log =
        loop(
            WhenFull.REFUSE,
            word -> rooms.add(Objects.requireNonNull(refuses.get()).roomBytes() - held.get()));
    refuses.set(log);
    assertThat(log.roomBytes()).as("before the first event").isEqualTo(1 << 20);
    byte[] body = SampleRequests.of(new Random(7), 100);
    Split split = splitter.split(body, 0, body.length, Header.EMPTY, Tables.of(1));
    Part part = split.parts().get(0);
    Errand errand = new ReplayErrand(Pieces.firstAccepted(1));
    Parcel parcel = new Parcel(part, errand, Tables.of(1).order(), held);
    parcel.sendAs(2, 0);
    log.accepted(parcel, A);
    log.heard(A, List.of(new SamplerWord.Lowering(1, 1)), null);
    control.runPendingTasks();
    assertThat(held).hasValue(0);
    assertThat(rooms).singleElement().isEqualTo(log.roomBytes());
    assertThat(log.roomBytes())
        .as("the piece itself takes some, though no copy")
        .isLessThan(1 << 20);
  }

  private void run() {
    loop.linkEnded(Tables.of(1).order());
    control.runPendingTasks();
  }

  private static List<SamplerWord> unknownWord() {
    @Nullable SamplerWord[] none = {null};
    return Arrays.asList(none);
  }
}
