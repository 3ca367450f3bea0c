package io.ringtail.it.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the judge lets pass, and that next to it which it does not. */
class LedgerTest {
  private static final long HI = 7;
  private static final long LO = 9;

  private final World world = new World(0, false);
  private final Host owner = new Host(world, "s0");
  private final Host heir = new Host(world, "s1");
  private final Host other = new Host(world, "s2");
  private Ledger ledger = new Ledger(world, SimConfig.ERRORS);

  private void at(long millis) {
    world.runUntil(1_000 * World.SECOND + millis * World.MILLI, () -> false);
  }

  private List<Spans.Span> sent(long id, boolean error) {
    List<Spans.Span> request = List.of(new Spans.Span(HI, LO, id, error));
    ledger.sending(request, "r0");
    return request;
  }

  private void acceptedAt(long millis, long id, boolean error) {
    at(millis);
    ledger.told(sent(id, error), "r0");
  }

  private void takes(Host sampler, boolean keep, int spans) {
    ledger.taken(sampler, HI, LO, keep, spans);
  }

  private void decides(Host sampler, boolean keep, int spans) {
    ledger.decided(sampler, true, false, HI, LO, keep, spans);
  }

  private void killAt(long millis, Host sampler) {
    at(millis);
    ledger.excuses.samplerLost(sampler.name(), false, false, false);
    sampler.dies();
  }

  /** Two spans are dropped by an owner and its heir, who both die; an error comes only then. */
  private void ownerAndHeirDieBetween(Runnable theirDeaths) {
    acceptedAt(0, 1, false);
    acceptedAt(500, 2, false);
    at(550);
    List<Spans.Span> delayed = sent(3, true);
    at(1_000);
    takes(owner, false, 2);
    at(1_100);
    ledger.heard(heir, HI, LO);
    decides(owner, false, 2);
    theirDeaths.run();
    at(8_000);
    ledger.excuses.lossNoticed(other, "s0");
    ledger.excuses.lossNoticed(other, "s1");
    at(9_000);
    ledger.told(delayed, "r0");
    at(12_000);
    takes(other, true, 2); // the second was in a log yet
    decides(other, true, 2);
    ledger.exported("s2", 2);
    ledger.exported("s2", 3);
  }

  @Test
  void decidedAnewOnThatAndWhatLogsHad_ownerAndHeirDiedUnnoticed_isNoSplit() {
    ownerAndHeirDieBetween(
        () -> {
          killAt(2_000, owner);
          killAt(2_900, heir);
        });
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  /** The only sampler drops two spans and is killed; an error comes only then. */
  private void ownerDies(boolean heirless, boolean untold) {
    acceptedAt(0, 1, false);
    acceptedAt(500, 2, false);
    List<Spans.Span> delayed = sent(3, true);
    at(1_100);
    takes(owner, false, 2);
    decides(owner, false, 2);
    at(2_000);
    ledger.excuses.samplerLost(owner.name(), heirless, untold, false);
    owner.dies();
    at(3_000);
    ledger.told(delayed, "r0");
    at(5_000);
    ledger.excuses.lossNoticed(other, "s0");
    takes(other, true, 2); // the second was in a log yet
    decides(other, true, 2);
    ledger.exported("s2", 2);
    ledger.exported("s2", 3);
  }

  @Test
  void decidedAnewOnThatAndWhatLogsHad_onlySamplerDied_isNoSplit() {
    ownerDies(true, true);
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  @Test
  void decidedAnewOnThatAndWhatLogsHad_onlySamplerDiedAndOneIsMissingThatCameThen_isSplit() {
    ownerDies(true, true);
    acceptedAt(5_500, 4, false);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  @Test
  void decidedAnewOnThatAndWhatLogsHad_ownerDiedAndOneCouldHaveBeenHeir_isSplit() {
    ownerDies(false, false);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  @Test
  void decidedAnewOnThatAndWhatLogsHad_heirOutlivedTheReplayForItsOwner_isSplit() {
    ownerAndHeirDieBetween(
        () -> {
          killAt(2_000, owner);
          at(2_400);
          ledger.excuses.lossNoticed(heir, "s0");
          killAt(2_900, heir);
        });
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  /** Who has heard of the owner's loss knew nothing of its decision, and could tell nobody. */
  @Test
  void decidedAnewOnThatAndWhatLogsHad_anotherHadNoticedTheFirst_isNoSplit() {
    ownerAndHeirDieBetween(
        () -> {
          killAt(2_000, owner);
          at(2_400);
          ledger.excuses.lossNoticed(other, "s0");
          killAt(2_900, heir);
        });
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  @Test
  void decidedAnewOnThatAndWhatLogsHad_heirHadNoTimeToTellAnother_isNoSplit() {
    ownerAndHeirDieBetween(
        () -> {
          killAt(2_000, owner);
          at(2_401);
          ledger.excuses.lossNoticed(heir, "s0");
          killAt(2_900, heir);
        });
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  @Test
  void decidedAnewOnThatAndWhatLogsHad_heirLives_isSplit() {
    ownerAndHeirDieBetween(() -> killAt(2_000, owner));
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  @Test
  void decidedAnewOnThatAndWhatLogsHad_butASpanIsMissingThatCameAfterwards_isSplit() {
    ownerAndHeirDieBetween(
        () -> {
          killAt(2_000, owner);
          killAt(2_900, heir);
        });
    acceptedAt(9_500, 4, false);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  /** Of two spans the first is dropped before its time; that waits for its heir for 300 ms. */
  private void dropWaitsForItsHeir(long errorMillis, int takenOn) {
    acceptedAt(0, 1, false);
    at(200);
    takes(owner, false, takenOn);
    acceptedAt(errorMillis, 2, true);
    at(500);
    decides(owner, false, 2);
  }

  @Test
  void errorThatIsDropped_cameWhileAnEarlyDropWaitedForItsHeir_isLate() {
    ledger = new Ledger(world, SimConfig.ERRORS.withHighWater(0.1));
    dropWaitsForItsHeir(300, 1);
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  /** The slot goes to and fro, so the next heir is told, too, and answers. */
  @Test
  void errorThatIsDropped_cameBeforeAnEarlyDropWasToldAnew_isLate() {
    ledger = new Ledger(world, SimConfig.ERRORS.withHighWater(0.1));
    acceptedAt(0, 1, false);
    at(200);
    takes(owner, false, 1);
    acceptedAt(300, 2, true);
    at(500);
    takes(owner, false, 2);
    decides(owner, false, 2);
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  @Test
  void errorThatIsDropped_wasInTheEarlyDrop_isSplit() {
    ledger = new Ledger(world, SimConfig.ERRORS.withHighWater(0.1));
    dropWaitsForItsHeir(200, 2);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  @Test
  void errorThatIsDropped_cameWhileADropWaitedThoughThereIsRoom_isSplit() {
    dropWaitsForItsHeir(300, 1);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  /**
   * Of three spans the owner keeps or drops all, and takes that back, as the slot goes to its heir,
   * who knows of it before the trace comes; when both are gone another decides one span anew.
   */
  private void knownBeforeItCame(boolean keep, Runnable theirEnds) {
    acceptedAt(0, 1, false);
    acceptedAt(100, 2, true);
    acceptedAt(200, 3, false);
    at(1_000);
    takes(owner, keep, 3);
    ledger.heard(heir, HI, LO);
    at(1_100);
    ledger.heard(owner, HI, LO);
    ledger.exported("s1", 1);
    ledger.exported("s1", 2);
    theirEnds.run();
    at(9_000);
    takes(other, true, 1);
    decides(other, true, 1);
  }

  private void leaveAt(long millis, Host sampler) {
    at(millis);
    sampler.kill();
  }

  /**
   * Three spans are dropped, which only the heir keeps in mind; another decides one of them anew.
   */
  private void onlyTheHeirKnew(Runnable theirEnds) {
    acceptedAt(0, 1, false);
    acceptedAt(100, 2, false);
    acceptedAt(200, 3, false);
    at(1_000);
    takes(owner, false, 3);
    ledger.heard(heir, HI, LO);
    theirEnds.run();
    at(9_000);
    takes(other, false, 1);
    decides(other, false, 1);
  }

  @Test
  void decidedOnAPart_whoKnewTookADeadOneForItsHeir_isExcused() {
    onlyTheHeirKnew(
        () -> {
          killAt(1_500, owner);
          killAt(2_000, heir);
        });
    assertThat(ledger.judge().part()).isZero();
  }

  @Test
  void decidedOnAPart_whoKnewHadHeardWhoIsDead_isAFault() {
    onlyTheHeirKnew(
        () -> {
          killAt(1_200, owner);
          at(1_500);
          ledger.excuses.lossNoticed(heir, "s0");
          killAt(2_000, heir);
        });
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  @Test
  void decidedOnAPart_nobodyWasDeadWhenWhoKnewWasKilled_isAFault() {
    onlyTheHeirKnew(() -> killAt(2_000, heir));
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  @Test
  void decidedOnAPart_twoWhoKnewOfTheWholeDiedUnnoticed_isExcused() {
    knownBeforeItCame(
        true,
        () -> {
          ledger.exported("s1", 3);
          killAt(2_000, owner);
          killAt(2_900, heir);
        });
    assertThat(ledger.judge().part()).isZero();
  }

  @Test
  void decidedOnAPart_oneWhoKnewOutlivedTheReplayForTheOther_isAFault() {
    knownBeforeItCame(
        true,
        () -> {
          ledger.exported("s1", 3);
          killAt(2_000, owner);
          at(2_400);
          ledger.excuses.lossNoticed(heir, "s0");
          killAt(2_900, heir);
        });
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  @Test
  void decidedOnAPart_whatWasKeptIsNotAllThere_isAFault() {
    knownBeforeItCame(
        true,
        () -> {
          killAt(2_000, owner);
          killAt(2_900, heir);
        });
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  @Test
  void decidedOnAPart_oneWhoKnewLeftAndTheOtherWasTheOnlySampler_isExcused() {
    knownBeforeItCame(
        false,
        () -> {
          leaveAt(2_000, heir);
          at(2_900);
          ledger.excuses.samplerLost(heir.name(), true, true, false);
          owner.dies();
        });
    assertThat(ledger.judge().part()).isZero();
  }

  @Test
  void decidedOnAPart_oneWhoKnewLeftAndTheOtherHadAnHeir_isAFault() {
    knownBeforeItCame(
        false,
        () -> {
          leaveAt(2_000, heir);
          killAt(2_900, owner);
        });
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  @Test
  void decidedOnAPart_oneWhoKnewLeftAfterTheOtherWasKilled_isAFault() {
    knownBeforeItCame(
        false,
        () -> {
          at(2_000);
          ledger.excuses.samplerLost(heir.name(), true, true, false);
          owner.dies();
          leaveAt(2_900, heir);
        });
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  /** There is nobody it could have given it to. */
  @Test
  void decidedOnAPart_theLastWhoKnewLeftAsTheLastSampler_isExcused() {
    leavesAfterTheOtherWasKilled(2_900);
    assertThat(ledger.judge().part()).isZero();
  }

  @Test
  void decidedOnAPart_theLastWhoKnewLeftBeforeTheLastSampler_isAFault() {
    leavesAfterTheOtherWasKilled(3_000);
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  private void leavesAfterTheOtherWasKilled(long noneIsLeftMillis) {
    knownBeforeItCame(
        false,
        () -> {
          killAt(2_000, owner);
          leaveAt(2_900, heir);
          at(noneIsLeftMillis);
          ledger.excuses.decisionsForgotten();
        });
  }

  /** Of two spans the second is taken by another router, and the first decided without it. */
  private void decidedWithout(long secondMillis, String router) {
    acceptedAt(0, 1, false);
    at(1_000);
    ledger.excuses.ownSide(Set.of("r1"));
    at(secondMillis);
    List<Spans.Span> second = List.of(new Spans.Span(HI, LO, 2, false));
    ledger.sending(second, router);
    if (secondMillis < 2_000) {
      ledger.told(second, router);
    }
    at(2_000);
    ledger.excuses.united();
    at(2_001);
    ledger.told(second, router);
    at(9_000);
    takes(owner, false, 1);
    decides(owner, false, 1);
  }

  @Test
  void decidedOnAPart_theRestWasTakenByARouterOfASideOfItsOwn_isExcused() {
    decidedWithout(1_500, "r1");
    assertThat(ledger.judge().part()).isZero();
  }

  @Test
  void decidedOnAPart_theRestWasTakenByAnotherRouter_isAFault() {
    decidedWithout(1_500, "r2");
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  @Test
  void decidedOnAPart_theRestWasTakenWhenTheSidesWereUnited_isAFault() {
    decidedWithout(2_000, "r1");
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  private void acceptedAt(long millis, long id, boolean error, String router) {
    at(millis);
    List<Spans.Span> request = List.of(new Spans.Span(HI, LO, id, error));
    ledger.sending(request, router);
    ledger.told(request, router);
  }

  /** Of two spans both are dropped; when a lost router is back the second is kept with a third. */
  private void keptAfterADrop(String routerOfSecond, boolean secondIsError, boolean thirdIsError) {
    ledger = new Ledger(world, SimConfig.tinyCache(true));
    acceptedAt(0, 1, false, "r0");
    acceptedAt(100, 2, secondIsError, routerOfSecond);
    at(1_000);
    takes(owner, false, 2);
    at(1_100);
    decides(owner, false, 2);
    ledger.excuses.routerLost("r0");
    acceptedAt(9_000, 3, thirdIsError, "r0");
    at(9_100);
    takes(owner, true, 2);
    at(9_200);
    decides(owner, true, 2);
    ledger.exported("s0", 2);
    ledger.exported("s0", 3);
  }

  @Test
  void keptAfterADrop_withWhatALostRouterHadInItsLog_isNoSplit() {
    keptAfterADrop("r0", false, true);
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  @Test
  void keptAfterADrop_withWhatOnlyAnotherRouterHad_isSplit() {
    keptAfterADrop("r1", false, true);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  @Test
  void keptAfterADrop_ofAnErrorThatWasThere_isSplit() {
    keptAfterADrop("r0", true, false);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  @Test
  void keptAfterADrop_butASpanIsMissingThatCameAfterwards_isSplit() {
    keptAfterADrop("r0", false, true);
    acceptedAt(9_500, 4, false, "r0");
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  /** Of three spans two are dropped; the third, an error, is kept 4 s later, by itself. */
  private void errorComesLate(SimConfig config, long errorMillis) {
    ledger = new Ledger(world, config);
    acceptedAt(0, 1, false);
    acceptedAt(100, 2, false);
    acceptedAt(errorMillis, 3, true);
    at(1_000);
    takes(owner, false, 2);
    decides(owner, false, 2);
    at(5_000);
    takes(owner, true, 1);
    decides(owner, true, 1);
    ledger.exported("s0", 3);
  }

  @Test
  void keptAfterADrop_whatWasOnItsWayThen_nextToNoneRemembered_isNoSplit() {
    errorComesLate(SimConfig.tinyCache(true), 900);
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  @Test
  void keptAfterADrop_withOneThatWasDroppedAndSentAgain_isNoSplit() {
    errorComesLate(SimConfig.tinyCache(true), 900);
    sent(2, false);
    ledger.exported("s0", 2);
    assertThat(ledger.judge()).matches(v -> v.split() == 0 && v.explained() == 1);
  }

  @Test
  void keptAfterADrop_withOneThatWasDropped_isSplit() {
    errorComesLate(SimConfig.tinyCache(true), 900);
    ledger.exported("s0", 2);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  @Test
  void keptAfterADrop_whatShouldHaveBeenInIt_isSplit() {
    errorComesLate(SimConfig.tinyCache(true), 600);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  @Test
  void keptAfterADrop_whatWasOnItsWayThen_allRemembered_isSplit() {
    errorComesLate(SimConfig.ERRORS, 900);
    assertThat(ledger.judge().split()).isEqualTo(1);
  }

  /** Two are kept, which has effect at the heir alone; a third comes later, and is decided anew. */
  private void decidesWhatCameLate(SimConfig config, int spans) {
    ledger = new Ledger(world, config);
    acceptedAt(0, 1, true);
    acceptedAt(100, 2, false);
    at(1_000);
    takes(owner, true, 2);
    ledger.heard(heir, HI, LO);
    ledger.exported("s1", 1);
    acceptedAt(3_000, 3, false);
    at(5_000);
    takes(other, false, spans);
    decides(other, false, spans);
  }

  @Test
  void decidedOnAPart_whatCameLater_nextToNoneRemembered_isExcused() {
    decidesWhatCameLate(SimConfig.tinyCache(true), 1);
    ledger.exported("s1", 2);
    assertThat(ledger.judge()).matches(v -> v.part() == 0 && v.explained() == 1);
  }

  @Test
  void decidedOnAPart_whatCameLater_theRestIsNotAllThere_isAFault() {
    decidesWhatCameLate(SimConfig.tinyCache(true), 1);
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  @Test
  void decidedOnAPart_withWhatWasThereBefore_isAFault() {
    decidesWhatCameLate(SimConfig.tinyCache(true), 2);
    ledger.exported("s1", 2);
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  @Test
  void decidedOnAPart_whatCameLater_oneWhoKnewWasKilled_isExcused() {
    acceptedAt(0, 1, true);
    acceptedAt(100, 2, false);
    at(1_000);
    takes(owner, true, 2);
    ledger.heard(heir, HI, LO);
    ledger.exported("s1", 1);
    ledger.exported("s1", 2);
    acceptedAt(3_000, 3, false);
    killAt(3_100, heir);
    at(5_000);
    takes(other, false, 1);
    decides(other, false, 1);
    assertThat(ledger.judge()).matches(v -> v.part() == 0 && v.explained() == 1);
  }

  @Test
  void decidedOnAPart_whatCameLater_allRemembered_isAFault() {
    decidesWhatCameLate(SimConfig.ERRORS, 1);
    ledger.exported("s1", 2);
    assertThat(ledger.judge().part()).isEqualTo(1);
  }

  /** Of three spans two are dropped; the third is with a router that is stopped, and comes then. */
  private void decidedTwice(SimConfig config, long stoppedAt, long goesOnAt, String routerOfThird) {
    ledger = new Ledger(world, config);
    acceptedAt(0, 1, false, "r1");
    acceptedAt(100, 2, false, "r1");
    List<Spans.Span> third = List.of(new Spans.Span(HI, LO, 3, false));
    ledger.sending(third, routerOfThird);
    at(1_000);
    takes(owner, false, 2);
    at(1_100);
    decides(owner, false, 2);
    at(goesOnAt);
    ledger.excuses.routerStood("r0", 1_000 * World.SECOND + stoppedAt * World.MILLI);
    at(4_000);
    ledger.told(third, routerOfThird);
    at(5_000);
    takes(owner, false, 1);
    decides(owner, false, 1);
  }

  @Test
  void decidedTwice_onWhatAStoppedRouterHad_nextToNoneRemembered_isNoFault() {
    decidedTwice(SimConfig.tinyCache(true), 200, 3_900, "r0");
    assertThat(ledger.judge().twice()).isZero();
  }

  @Test
  void decidedTwice_onWhatARouterHadThatWasNotStoppedThen_isAFault() {
    decidedTwice(SimConfig.tinyCache(true), 200, 3_900, "r1");
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_onWhatARouterHadThatWasStoppedOnlyLater_isAFault() {
    decidedTwice(SimConfig.tinyCache(true), 1_200, 3_900, "r0");
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_onWhatAStoppedRouterHad_allRemembered_isAFault() {
    decidedTwice(SimConfig.ERRORS, 200, 3_900, "r0");
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  /** A sampler is taken for lost at 2,000, and lives; a span is sent then and decided twice. */
  private void handedOverByAStranger(
      SimConfig config, boolean lives, long heardMillis, Runnable heard) {
    ledger = new Ledger(world, config);
    at(2_000);
    ledger.excuses.samplerLost(other.name(), false, false, lives);
    if (heardMillis < 2_010) {
      at(heardMillis);
      heard.run();
    }
    at(2_010);
    List<Spans.Span> first = sent(1, true);
    if (heardMillis > 2_010) {
      at(heardMillis);
      heard.run();
    }
    at(2_030);
    ledger.told(first, "r0");
    at(9_000);
    takes(owner, true, 1);
    decides(owner, true, 1);
    at(9_500);
    takes(owner, true, 1);
    decides(owner, true, 1);
    ledger.exported("s0", 1);
  }

  private void hears(String router, Host lost) {
    ledger.excuses.lossHeard(router, lost.name());
  }

  @Test
  void decidedTwice_sentBeforeItsRouterHeardOfTheStrangersLoss_isExcused() {
    handedOverByAStranger(SimConfig.tinyCache(true), true, 2_020, () -> hears("r0", other));
    assertThat(ledger.judge().twice()).isZero();
  }

  @Test
  void decidedTwice_sentBeforeAnotherRouterHeardOfTheStrangersLoss_isAFault() {
    handedOverByAStranger(SimConfig.tinyCache(true), true, 2_020, () -> hears("r1", other));
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_sentBeforeItsRouterHeardOfAnotherLoss_isAFault() {
    handedOverByAStranger(SimConfig.tinyCache(true), true, 2_020, () -> hears("r0", heir));
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_sentWhenItsRouterHadHeardOfTheStrangersLoss_isAFault() {
    handedOverByAStranger(SimConfig.tinyCache(true), true, 2_005, () -> hears("r0", other));
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_sentToOneThatDoesNotLive_isAFault() {
    handedOverByAStranger(SimConfig.tinyCache(true), false, 2_020, () -> hears("r0", other));
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_ofAStrangerWhereMuchIsRemembered_isAFault() {
    handedOverByAStranger(SimConfig.ERRORS, true, 2_020, () -> hears("r0", other));
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  /** A span is sent at 2,000, and decided twice; another sampler is told that it was lost. */
  private void handedOverByOneThatAChainWithoutItWonOver(long toldMillis) {
    ledger = new Ledger(world, SimConfig.tinyCache(true));
    for (long millis : new long[] {1_900, 2_100}) {
      if (millis > 2_000) {
        acceptedAt(2_000, 1, true);
      }
      at(millis);
      if (millis == toldMillis) {
        ledger.excuses.isToldLost(other.name());
      }
    }
    at(9_000);
    takes(owner, true, 1);
    decides(owner, true, 1);
    at(9_500);
    takes(owner, true, 1);
    decides(owner, true, 1);
    ledger.exported("s0", 1);
  }

  @Test
  void decidedTwice_sentBeforeOneWasToldThatAChainWithoutItHadWon_isExcused() {
    handedOverByOneThatAChainWithoutItWonOver(2_100);
    assertThat(ledger.judge().twice()).isZero();
  }

  @Test
  void decidedTwice_sentWhenOneHadBeenToldThatAChainWithoutItHadWon_isAFault() {
    handedOverByOneThatAChainWithoutItWonOver(1_900);
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  /** A span whose sender is answered only when it is decided. */
  private void answeredWhenDecided(boolean sentAgain) {
    ledger = new Ledger(world, SimConfig.tinyCache(true));
    List<Spans.Span> request = sent(1, true);
    at(1_000);
    takes(owner, true, 1);
    decides(owner, true, 1);
    at(4_000);
    ledger.told(sentAgain ? sent(1, true) : request, "r0");
    at(5_000);
    takes(owner, true, 1);
    decides(owner, true, 1);
    ledger.exported("s0", 1);
  }

  @Test
  void decidedTwice_sentAgainWhenItWasDecided_nextToNoneRemembered_isNoFault() {
    answeredWhenDecided(true);
    assertThat(ledger.judge().twice()).isZero();
  }

  @Test
  void decidedTwice_sentOnce_nextToNoneRemembered_isAFault() {
    answeredWhenDecided(false);
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  /** A span is decided by the owner; when its heir and then it are gone another decides it anew. */
  private void decidedAgainByAnother(Runnable theirEnds) {
    acceptedAt(0, 1, true);
    at(1_000);
    takes(owner, true, 1);
    at(1_100);
    ledger.heard(heir, HI, LO);
    decides(owner, true, 1);
    ledger.exported("s0", 1);
    theirEnds.run();
    at(8_000);
    takes(other, true, 1);
    decides(other, true, 1);
    ledger.exported("s2", 1);
  }

  private void killUntoldAt(long millis, Host sampler) {
    at(millis);
    ledger.excuses.samplerLost(sampler.name(), false, true, false);
    sampler.dies();
  }

  @Test
  void decidedTwice_heirLeftAndOwnerHadNobodyToTell_isExcused() {
    decidedAgainByAnother(
        () -> {
          leaveAt(2_000, heir);
          killUntoldAt(2_900, owner);
        });
    assertThat(ledger.judge().twice()).isZero();
  }

  @Test
  void decidedTwice_heirLeftAndOwnerHadOneToTell_isAFault() {
    decidedAgainByAnother(
        () -> {
          leaveAt(2_000, heir);
          killAt(2_900, owner);
        });
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_ownerHadNobodyToTellAndItsHeirLives_isAFault() {
    decidedAgainByAnother(() -> killUntoldAt(2_900, owner));
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_ownerHadNobodyToTellAndItsHeirLeftLater_isAFault() {
    decidedAgainByAnother(
        () -> {
          killUntoldAt(2_000, owner);
          leaveAt(2_900, heir);
        });
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }

  @Test
  void decidedTwice_anotherHeardBeforeTheLastWasKilled_isAFault() {
    decidedAgainByAnother(
        () -> {
          leaveAt(2_000, heir);
          at(2_500);
          ledger.heard(other, HI, LO);
          killUntoldAt(2_900, owner);
        });
    assertThat(ledger.judge().twice()).isEqualTo(1);
  }
}
