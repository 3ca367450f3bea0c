package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Peer;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutgoingTest {
  private static final EpochOrder E3 = new EpochOrder(1, 3);
  private static final EpochOrder E4 = new EpochOrder(1, 4);
  private static final long SECOND = 1_000_000_000;
  private static final Peer B = new Peer("sampler-b", new Incarnation(E3, 2));
  private static final Peer R = new Peer("router-r", new Incarnation(E3, 7));

  private final List<PeerWord> sent = new ArrayList<>();
  private long mark;
  private boolean up = true;
  private final Outgoing outgoing =
      new Outgoing(
          (to, word) -> {
            if (up) {
              sent.add(word);
            } else if (word instanceof PeerWord.Transfer transfer) {
              transfer.entries().release();
            }
            return up;
          },
          router -> mark,
          () -> List.of(R));

  @BeforeEach
  void epoch() {
    outgoing.onEpoch(E3, Set.of(2L));
    mark(50);
  }

  @Test
  void transfer_first_standsBehindFloors() {
    send(1);
    send(2);
    assertThat(sent).hasSize(3);
    assertThat(sent.get(0)).isEqualTo(floors(1, E3, 50));
  }

  @Test
  void floors_markRisen_areNotSaidAgain_fallen_areSaidAgain() {
    send(1);
    mark(60);
    send(2);
    assertThat(sent).hasSize(3);
    mark(40);
    send(3);
    assertThat(sent.get(3)).isEqualTo(floors(2, E3, 40));
  }

  @Test
  void floors_newEpochOrNewLinkOrSentBack_areSaidAgain() {
    send(1);
    outgoing.onEpoch(E4, Set.of(2L));
    send(2);
    outgoing.onDown(B);
    send(3);
    outgoing.onAnswer(B, new PeerAnswer.TransferFull(3));
    send(4);
    assertThat(sent.stream().filter(PeerWord.Floors.class::isInstance)).hasSize(4);
  }

  @Test
  void floors_linkDown_areNotSaid_andTheTransferIsReleased() {
    up = false;
    PeerWord.Transfer transfer = transfer(1);
    assertThat(outgoing.send(B, transfer)).isFalse();
    assertThat(transfer.entries().refCnt()).isZero();
    assertThat(outgoing.unanswered()).isZero();
  }

  @Test
  void end_isSaidWhenAllIsAnswered_andNothingFollows() {
    outgoing.onTick(false, 0);
    send(1);
    outgoing.onTick(true, 0);
    assertThat(sent).hasSize(2);
    outgoing.onAnswer(B, new PeerAnswer.TransferTaken(1));
    outgoing.onTick(false, SECOND - 1);
    assertThat(sent).hasSize(2);
    outgoing.onTick(true, SECOND - 1);
    assertThat(sent.get(2)).isInstanceOf(PeerWord.FloorsEnd.class);
    outgoing.onTick(true, 2 * SECOND);
    assertThat(sent).hasSize(3);
    send(2);
    assertThat(sent.get(3)).isInstanceOf(PeerWord.Floors.class);
  }

  @Test
  void end_isSaidAlsoIfATransferIsNeverAnswered_onceItIsGivenUp() {
    outgoing.onTick(false, 0);
    send(1);
    outgoing.onTick(true, 89 * SECOND);
    assertThat(outgoing.unanswered()).isEqualTo(1);
    assertThat(sent).hasSize(2);
    outgoing.onTick(true, 90 * SECOND);
    assertThat(outgoing.unanswered()).isZero();
    assertThat(sent.get(2)).isInstanceOf(PeerWord.FloorsEnd.class);
  }

  @Test
  void end_linkDown_isSaidOnceItIsBack() {
    send(1);
    outgoing.onDown(B);
    up = false;
    outgoing.onTick(true, SECOND);
    up = true;
    outgoing.onTick(true, SECOND);
    assertThat(sent.get(2)).isInstanceOf(PeerWord.FloorsEnd.class);
  }

  @Test
  void end_lostWithItsLink_isSaidAgain() {
    send(1);
    outgoing.onAnswer(B, new PeerAnswer.TransferTaken(1));
    outgoing.onTick(true, SECOND);
    assertThat(sent).hasSize(3);
    outgoing.onDown(B);
    outgoing.onTick(true, SECOND);
    outgoing.onTick(true, 2 * SECOND);
    assertThat(sent).hasSize(4);
    assertThat(sent.get(3)).isInstanceOf(PeerWord.FloorsEnd.class);
  }

  private void send(long id) {
    assertThat(outgoing.send(B, transfer(id))).isTrue();
  }

  private static PeerWord.Transfer transfer(long id) {
    return new PeerWord.Transfer(id, E3, Unpooled.buffer(1));
  }

  private void mark(long seq) {
    mark = seq;
  }

  private static PeerWord.Floors floors(long id, EpochOrder epoch, long seq) {
    return new PeerWord.Floors(id, epoch, List.of(new PeerWord.RouterSeq(R, seq)));
  }
}
