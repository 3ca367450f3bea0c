package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Peer;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InboxTest {
  private static final EpochOrder E3 = new EpochOrder(1, 3);
  private static final EpochOrder E4 = new EpochOrder(1, 4);
  private static final Peer A = new Peer("a", new Incarnation(E3, 1));
  private static final long SECOND = 1_000_000_000;

  private final List<PeerAnswer> answers = new ArrayList<>();
  private final Peers.Answers way = answers::add;
  private final List<Long> taken = new ArrayList<>();
  private final Floors floors = new Floors((router, word) -> {}, (router, seq) -> {}, Rules.ALL);
  private final Inbox inbox =
      new Inbox(
          floors,
          (sender, transfer, to) -> {
            taken.add(transfer.id());
            transfer.entries().release();
          });

  @BeforeEach
  void epoch() {
    inbox.onEpoch(E3, 0);
  }

  @Test
  void transfer_behindFloors_isTaken() {
    inbox.onWord(A, floors(E3), way, 0);
    inbox.onWord(A, transfer(11, E3), way, 0);
    assertThat(taken).containsExactly(11L);
    assertThat(answers).isEmpty();
  }

  @Test
  void transfer_withoutFloorsInForce_isSentBack() {
    PeerWord.Transfer first = transfer(11, E3);
    inbox.onWord(A, first, way, 0);
    assertThat(first.entries().refCnt()).isZero();
    inbox.onWord(A, floors(E3), way, 0);
    inbox.onWord(A, new PeerWord.FloorsEnd(), way, 0);
    inbox.onWord(A, transfer(12, E3), way, 0);
    assertThat(taken).isEmpty();
    assertThat(answers)
        .containsExactly(new PeerAnswer.TransferFull(11), new PeerAnswer.TransferFull(12));
  }

  @Test
  void transfer_ofAHigherEpoch_waitsWithAllBehindIt() {
    inbox.onWord(A, floors(E3), way, 0);
    inbox.onWord(A, transfer(11, E4), way, 0);
    inbox.onWord(A, transfer(12, E3), way, 0);
    inbox.onTick(SECOND - 1);
    assertThat(taken).isEmpty();
    inbox.onEpoch(E4, SECOND - 1);
    assertThat(taken).containsExactly(11L, 12L);
  }

  @Test
  void word_ofAnEpochThatDoesNotCome_isSentBackAfterASecond() {
    PeerWord.Transfer ahead = transfer(11, E4);
    inbox.onWord(A, floors(E4), way, 0);
    inbox.onWord(A, ahead, way, 0);
    inbox.onTick(SECOND);
    assertThat(answers).containsExactly(new PeerAnswer.TransferFull(11));
    assertThat(ahead.entries().refCnt()).isZero();
    assertThat(floors.isInForce(1)).isFalse();
  }

  @Test
  void transfersThatWait_areBoundInBytes_whoeverSentThem() {
    Peer b = new Peer("b", new Incarnation(E3, 2));
    List<PeerWord.Transfer> waiting = new ArrayList<>();
    for (long id = 0; id < 8; id++) {
      waiting.add(transfer(id, E4, Inbox.MOST_BYTES / 8));
      inbox.onWord(id % 2 == 0 ? A : b, waiting.get((int) id), way, 0);
    }
    assertThat(answers).isEmpty();
    PeerWord.Transfer more = transfer(8, E4);
    inbox.onWord(A, more, way, 0);
    assertThat(answers).containsExactly(new PeerAnswer.TransferFull(8));
    assertThat(more.entries().refCnt()).isZero();
    assertThat(waiting).allMatch(word -> word.entries().refCnt() == 1);

    inbox.onTick(SECOND);
    assertThat(answers).hasSize(9);
    inbox.onWord(A, transfer(9, new EpochOrder(1, 5)), way, SECOND);
    assertThat(answers).as("there is room again").hasSize(9);
    inbox.close();
  }

  @Test
  void close_waitingTransfers_areReleased() {
    PeerWord.Transfer ahead = transfer(11, E4);
    inbox.onWord(A, ahead, way, 0);
    inbox.close();
    assertThat(ahead.entries().refCnt()).isZero();
  }

  private static PeerWord.Floors floors(EpochOrder epoch) {
    return new PeerWord.Floors(1, epoch, List.of());
  }

  private static PeerWord.Transfer transfer(long id, EpochOrder epoch) {
    return transfer(id, epoch, 1);
  }

  private static PeerWord.Transfer transfer(long id, EpochOrder epoch, int bytes) {
    ByteBuf entries = Unpooled.buffer(bytes).writerIndex(bytes);
    return new PeerWord.Transfer(id, epoch, entries);
  }
}
