package io.ringtail.router.forward;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Mark;
import io.ringtail.link.Refused;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.SamplerWord;
import io.ringtail.link.SamplerWord.Question;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.SampleRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Owners that change, vanish or are lost while parts are on their way. */
class ForwarderMovesTest extends WithForwarder {
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

  /** What is decided while it waits has to be known when it comes (protocol A5, D4). */
  @Test
  void notOwner_waitsForAnEpoch_routerSaysThatNothingSinceIsSettled() throws Exception {
    start(1);
    FakeSampler only = samplers.get(0);
    only.answers = part -> Refused.notOwner(part.seq(), order(2), "moved");
    Answer answer = accept(SampleRequests.of(random, 20));
    await().until(() -> only.progress().stream().filter(p -> p.upToSeq() >= 1).count() >= 5);
    assertThat(answer.given()).isFalse();
    assertThat(only.progress()).allMatch(p -> p.oldestSeq() <= 1);
  }

  @Test
  void brokenLink_comesBackAndUnansweredPartsAreSentAgain() throws Exception {
    start(1);
    FakeSampler only = samplers.get(0);
    AtomicInteger sent = new AtomicInteger();
    only.answers =
        part -> {
          sent.incrementAndGet();
          return FakeSampler.SILENCE;
        };
    byte[] body = SampleRequests.of(random, 20);
    Answer answer = accept(body);
    await().until(() -> sent.get() == 1);
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
    await().until(() -> forwarder.settle(Duration.ofSeconds(30)) == 0);
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

  /** It is tried again each second, for hours if need be. */
  @Test
  void epochThatCannotBeUsed_isCountedEachTimeAndSaidOnce() throws Exception {
    start(1);
    Logger log = (Logger) LoggerFactory.getLogger(EpochSwitch.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    log.setAdditive(false);
    log.addAppender(said);
    try {
      Member left = samplers.get(0).member();
      Epoch unusable = Tables.epoch(2, List.of(left, Tables.sampler("s9", 109, "")));
      for (int i = 0; i < 5; i++) {
        forwarder.onEpoch(unusable, true, () -> {});
      }
      await().until(() -> books.sum("ringtail_router_epoch_failures_total") >= 5);
    } finally {
      log.detachAppender(said);
      log.setAdditive(true);
    }
    assertThat(said.list)
        .filteredOn(event -> event.getLevel() == Level.ERROR)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("event=epoch-failed epoch=1.2 count=1");
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
}
