package io.ringtail.sampler.settle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.sampler.policy.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoticeTest {
  private static final Header TENANT = new Header(new byte[] {1, 2, 3});
  private static final Verdict KEEP = new Verdict(Verdict.Outcome.SAMPLED, "errors");
  private static final Verdict DROP = new Verdict(Verdict.Outcome.NOT_SAMPLED, "");
  private final RouterKeys sender = new RouterKeys(() -> 0);
  private final RouterKeys receiver = new RouterKeys(() -> 0);

  private static Peer router(String id) {
    return new Peer(id, new Incarnation(new EpochOrder(3, 9), id.hashCode()));
  }

  private static List<String> decisions(Notice notice) {
    List<String> all = new ArrayList<>();
    notice.forEach(
        (context, hi, lo, verdict) ->
            all.add(context.size() + ":" + hi + ":" + lo + ":" + verdict.policy()));
    return all;
  }

  private static Notice notice(Seqs seqs) {
    Notice notice = new Notice(seqs, true, false);
    notice.add(Header.EMPTY, 1, -2, KEEP);
    notice.add(TENANT, Long.MIN_VALUE, 3, DROP);
    notice.add(TENANT, 5, 6, KEEP);
    return notice;
  }

  @Test
  void lateSpansDecisions_arriveAsSuch() throws MalformedWireException {
    sender.keyOf(router("r0"));
    Notice sent = Notice.ofLate(new Seqs(new long[0], new long[] {11}));
    sent.add(TENANT, 1, 2, DROP);

    Notice got = Notice.decode(sent.encode(sender), receiver);

    assertThat(got.late()).isTrue();
    assertThat(got.settled()).isTrue();
    assertThat(got.seqs().upTo()).containsExactly(11);
    assertThat(got.seqs().before()).containsExactly(-1);
    assertThat(decisions(got)).isEqualTo(decisions(sent)).hasSize(1);
    assertThat(Notice.decode(notice(Seqs.NONE).encode(sender), receiver).late()).isFalse();
  }

  /** Else it would take them for settled decisions, in the place of those it has. */
  @Test
  void lateSpansDecisions_areOnlyRemembered_byWhoDoesNotKnowOfSuch() throws MalformedWireException {
    sender.keyOf(router("r0"));
    Notice sent = Notice.ofLate(new Seqs(new long[0], new long[] {11}));
    sent.add(TENANT, 1, 2, DROP);
    ByteBuf encoded = sent.encode(sender);
    int lateField = encoded.writerIndex() - 2;
    assertThat(encoded.getShort(lateField)).as("field 8: true").isEqualTo((short) 0x4001);

    assertThat(Notice.decode(encoded, receiver).remembered()).isFalse();
    Notice atAnOlder = Notice.decode(encoded.writerIndex(lateField), receiver);
    assertThat(atAnOlder.remembered()).isTrue();
    assertThat(atAnOlder.ageMillis(0)).isZero();
  }

  @Test
  void decisions_andTheirSeqs_arriveUnderTheReceiversKeys() throws MalformedWireException {
    sender.keyOf(router("r0"));
    sender.keyOf(router("r1"));
    sender.keyOf(router("r2"));
    receiver.keyOf(router("r2"));
    Notice sent = notice(new Seqs(new long[] {10, -1, 30}, new long[] {11, -1, 1L << 40}));

    Notice got = Notice.decode(sent.encode(sender), receiver);

    assertThat(decisions(got)).isEqualTo(decisions(sent)).hasSize(3);
    assertThat(got.settled()).isTrue();
    assertThat(got.remembered()).isFalse();
    assertThat(got.seqs()).isEqualTo(new Seqs(new long[] {30, 10}, new long[] {1L << 40, 11}));
  }

  @Test
  void remembered_agesTravel() throws MalformedWireException {
    Notice sent = new Notice(Seqs.NONE, false, true);
    for (int i = 0; i < 40; i++) {
      sent.add(TENANT, 1, i, DROP, i * 1000);
    }
    Notice got = Notice.decode(sent.encode(sender), receiver);
    assertThat(got.size()).isEqualTo(40);
    for (int i = 0; i < 40; i++) {
      assertThat(got.ageMillis(i)).isEqualTo(i * 1000);
    }
  }

  @Test
  void noticeCutShort_isRefusedOrShorter_neverRead() {
    ByteBuf whole = notice(Seqs.NONE).encode(sender);
    for (int length = 0; length < whole.readableBytes(); length++) {
      ByteBuf cut = Unpooled.copiedBuffer(whole.slice(0, length));
      try {
        assertThat(Notice.decode(cut, receiver).size()).isIn(0, 3);
      } catch (MalformedWireException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @Test
  void unknownPolicyNumber_isMalformed() {
    ByteBuf encoded = new Notice(Seqs.NONE, false, true).encode(sender);
    byte[] decision = new byte[18];
    ByteBuf broken = Unpooled.buffer().writeBytes(encoded).writeByte(4 << 3 | 2).writeByte(18);
    broken.writeBytes(decision);
    assertThatThrownBy(() -> Notice.decode(broken, receiver))
        .isInstanceOf(MalformedWireException.class)
        .hasMessageContaining("policy 0");
  }
}
