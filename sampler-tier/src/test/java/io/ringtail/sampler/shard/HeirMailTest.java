package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.decide.HeirMail;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.policy.Verdict;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.settle.Seqs;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeirMailTest {
  private static final Peer HEIR = Views.peer("b");
  private static final Verdict DROP = new Verdict(Verdict.Outcome.NOT_SAMPLED, "none");

  private final Metrics registry = new Metrics();
  private final FakePeers peers = new FakePeers();
  private final long each = notice(0).memoryBytes();
  private final HeirMail mail =
      new HeirMail(peers, new RouterKeys(() -> 0), new SamplerMetrics(registry), 1, 0, 3 * each);

  private static Notice notice(long trace) {
    Notice notice = new Notice(Seqs.NONE, false, false);
    notice.add(Header.EMPTY, 1, trace, DROP);
    return notice;
  }

  private long givenUp() {
    return registry.counter("ringtail_sampler_notices_given_up_total", "").getCount();
  }

  @Test
  void tooManyBytes_notAnswered_theOldestIsGivenUp() {
    long first = mail.send(HEIR, notice(1), 0);
    for (int i = 2; i <= 4; i++) {
      mail.send(HEIR, notice(i), 0);
    }
    assertThat(mail.size()).isEqualTo(3);
    assertThat(givenUp()).isEqualTo(1);
    assertThat(mail.taken(HEIR, first)).as("waited for").isFalse();
  }

  @Test
  void tooManyBytes_thatFindNoRoom_theRestIsSentOnceThereIs() {
    peers.up = false;
    for (int i = 1; i <= 5; i++) {
      mail.send(HEIR, notice(i), 0);
    }
    peers.up = true;
    mail.work(1_000);
    assertThat(peers.words(PeerWord.Notice.class)).hasSize(3);
    assertThat(givenUp()).isEqualTo(2);
  }

  @Test
  void answered_makesRoom() {
    for (int i = 1; i <= 20; i++) {
      assertThat(mail.taken(HEIR, mail.send(HEIR, notice(i), 0))).isTrue();
    }
    assertThat(mail.size()).isZero();
    assertThat(givenUp()).isZero();
  }

  @Test
  void heirsThatOwnNothingAnyMore_makeRoom() {
    for (int i = 1; i <= 3; i++) {
      mail.send(HEIR, notice(i), 0);
    }
    mail.owners(List.of(Views.peer("c")));
    for (int i = 1; i <= 3; i++) {
      mail.send(Views.peer("c"), notice(i), 0);
    }
    assertThat(mail.size()).isEqualTo(3);
    assertThat(givenUp()).isZero();
  }

  /** Its heir would refuse all of it, as it is not of its owner's slots alone. */
  @Test
  void whatIsAnothersNow_isTakenOutOfWhatNoHeirHasStored() throws Exception {
    Notice notice = notice(1);
    notice.add(Header.EMPTY, 1, 2, DROP);
    long id = mail.send(HEIR, notice, 0);
    int mine = TraceHash.slot(1, 2);
    assertThat(mine).isNotEqualTo(TraceHash.slot(1, 1));
    mail.slots(slot -> slot == mine);
    mail.down(HEIR);
    mail.work(1_000);
    PeerWord.Notice again = peers.words(PeerWord.Notice.class).get(1);
    assertThat(again.id()).isEqualTo(id);
    List<Long> told = new ArrayList<>();
    Notice.decode(again.decisions(), new RouterKeys(() -> 0))
        .forEach((context, hi, lo, verdict) -> told.add(lo));
    assertThat(told).containsExactly(2L);
    mail.slots(slot -> false);
    assertThat(mail.size()).isZero();
  }

  @Test
  void oneLargerThanTheLimit_isSentAllTheSame() {
    Notice large = notice(1);
    for (int i = 0; i < 1_000; i++) {
      large.add(Header.EMPTY, 2, i, DROP);
    }
    mail.send(HEIR, large, 0);
    assertThat(mail.size()).isEqualTo(1);
    assertThat(peers.words(PeerWord.Notice.class)).hasSize(1);
  }
}
