package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Peer;
import io.ringtail.link.SamplerWord;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.handoff.SaidWords.Said;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FloorsTest {
  private static final EpochOrder EPOCH = new EpochOrder(1, 3);
  private static final long R = 7;
  private static final long OTHER = 8;
  private static final long A = 1;
  private static final long B = 2;
  private static final long SECOND = 1_000_000_000;

  private final SaidWords routers = new SaidWords();
  private final List<String> lowered = new ArrayList<>();
  private final List<PeerAnswer> answers = new ArrayList<>();
  private final Peers.Answers way = answers::add;
  private final Floors floors =
      new Floors(
          routers,
          (router, seq) -> {
            assertThat(routers.said).isEmpty();
            lowered.add(router + "=" + seq);
          },
          Rules.ALL);

  @BeforeEach
  void routersNamed() {
    floors.onRouters(Set.of(R, OTHER));
  }

  @Test
  void floor_first_lowersTheBoardBeforeTheRouter() {
    floors.onFloors(A, floors(R, 50));
    assertThat(lowered).containsExactly("7=50");
    assertThat(routers.take()).containsExactly(new Said(R, new SamplerWord.Lowering(1, 50)));
    assertThat(floors.floor(R)).isEqualTo(50);
    assertThat(floors.floor(OTHER)).isEqualTo(Floors.NONE);
  }

  @Test
  void transfer_mergedAndConfirmed_isAnsweredOnlyWhenBoth() {
    floors.onFloors(A, floors(R, 50));
    floors.onTransfer(A, 11, way);
    floors.onTransfer(A, 12, way);
    merged(A, 11);
    assertThat(answers).isEmpty();
    floors.onLowered(R, 1);
    assertThat(answers).containsExactly(new PeerAnswer.TransferTaken(11));
  }

  @Test
  void transfer_notAllOfItFit_isAnsweredAsLateAsIfItWere() {
    floors.onFloors(A, floors(R, 50));
    floors.onTransfer(A, 11, way);
    PeerAnswer unfit = new PeerAnswer.TransferUnfit(11, List.of(3));
    floors.onMerged(A, 11, way, unfit);
    assertThat(answers).isEmpty();
    floors.onLowered(R, 1);
    assertThat(answers).containsExactly(unfit);
  }

  @Test
  void transfer_sentAgainUnanswered_isAnsweredOnce() {
    floors.onFloors(A, floors(R, 50));
    floors.onTransfer(A, 11, way);
    transferMerged(A, 11);
    floors.onLowered(R, 1);
    merged(A, 11);
    assertThat(answers).containsOnly(new PeerAnswer.TransferTaken(11));
    assertThat(floors.unanswered()).isZero();
  }

  @Test
  void transfer_routerGone_isNotWaitedFor() {
    floors.onFloors(A, floors(R, 50));
    transferMerged(A, 11);
    floors.onRouters(Set.of(OTHER));
    assertThat(answers).hasSize(1);
    assertThat(floors.floor(R)).isEqualTo(Floors.NONE);
  }

  @Test
  void floor_ofAGoneRouter_isPassedOver() {
    floors.onFloors(A, floors(99, 50));
    assertThat(routers.take()).isEmpty();
    transferMerged(A, 11);
    assertThat(answers).hasSize(1);
  }

  @Test
  void floor_notBelowTheLowestInForce_needsNoOtherLowering() {
    floors.onFloors(A, floors(R, 50));
    routers.take();
    floors.onFloors(B, floors(R, 60));
    assertThat(routers.take()).isEmpty();
    transferMerged(B, 21);
    assertThat(answers).isEmpty();
    floors.onLowered(R, 1);
    assertThat(answers).containsExactly(new PeerAnswer.TransferTaken(21));
  }

  @Test
  void floor_belowTheLowest_isLoweredAnew_andItsAnswerConfirmsAll() {
    floors.onFloors(A, floors(R, 50));
    transferMerged(A, 11);
    routers.take();
    floors.onFloors(B, floors(R, 40));
    assertThat(routers.take()).containsExactly(new Said(R, new SamplerWord.Lowering(2, 40)));
    floors.onLowered(R, 2);
    assertThat(answers).containsExactly(new PeerAnswer.TransferTaken(11));
  }

  @Test
  void floor_lowestEnded_aLowerOneThanWhatIsLeftIsLoweredAnew() {
    floors.onFloors(A, floors(R, 50));
    routers.take();
    floors.onFloors(B, floors(R, 80));
    floors.onLowered(R, 1);
    floors.onEnd(A);
    assertThat(floors.floor(R)).isEqualTo(80);
    floors.onFloors(A, floors(R, 60)); // the mark may have risen to 80 since
    assertThat(routers.take()).containsExactly(new Said(R, new SamplerWord.Lowering(2, 60)));
  }

  @Test
  void floors_ended_standUntilWhatCameBeforeIsAnswered() {
    floors.onFloors(A, floors(R, 50));
    floors.onTransfer(A, 11, way);
    floors.onEnd(A);
    assertThat(floors.floor(R)).isEqualTo(50);
    assertThat(floors.isInForce(A)).isFalse();
    merged(A, 11);
    assertThat(floors.floor(R)).isEqualTo(50);
    floors.onLowered(R, 1);
    assertThat(floors.floor(R)).isEqualTo(Floors.NONE);
  }

  /** It was apart from this sampler for a while, and has forgotten that it had said floors. */
  @Test
  void floors_ofASenderNotHeardForLong_end() {
    floors.onFloors(A, floors(R, 50));
    floors.onTick(0);
    transferMerged(A, 11);
    floors.onTick(9 * SECOND);
    floors.onTick(19 * SECOND - 1);
    assertThat(floors.floor(R)).isEqualTo(50);
    floors.onTick(19 * SECOND);
    assertThat(floors.isInForce(A)).isFalse();
    assertThat(floors.floor(R)).as("its transfer is not answered").isEqualTo(50);
    floors.onLowered(R, 1);
    assertThat(floors.floor(R)).isEqualTo(Floors.NONE);
  }

  @Test
  void lowering_unconfirmed_isSaidAgainOnANewLink() {
    floors.onFloors(A, floors(R, 50));
    routers.take();
    floors.onLink(R);
    assertThat(routers.take()).containsExactly(new Said(R, new SamplerWord.Lowering(1, 50)));
    floors.onLowered(R, 1);
    floors.onLink(R);
    assertThat(routers.take()).isEmpty();
  }

  private void transferMerged(long sender, long id) {
    floors.onTransfer(sender, id, way);
    merged(sender, id);
  }

  private void merged(long sender, long id) {
    floors.onMerged(sender, id, way, new PeerAnswer.TransferTaken(id));
  }

  private static PeerWord.Floors floors(long router, long seq) {
    Peer peer = new Peer("router-" + router, new Incarnation(EPOCH, router));
    return new PeerWord.Floors(1, EPOCH, List.of(new PeerWord.RouterSeq(peer, seq)));
  }
}
