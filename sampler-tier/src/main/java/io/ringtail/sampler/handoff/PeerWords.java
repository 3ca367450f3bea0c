package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.shard.NoticeOutcome;
import io.ringtail.sampler.shard.PeerCommands;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what comes from other samplers to whom it is for: notices and answers to the shards, the
 * rest to the keeper. Notices of one that was lost are passed over (protocol M6). Threads: the
 * links' own.
 */
public final class PeerWords implements Peers.Events {
  private static final Logger log = LoggerFactory.getLogger(PeerWords.class);

  private final PeerCommands shards;
  private final Outgoing outgoing;
  private final Consumer<ShardTier.Task> later;
  private volatile Named named = new Named(EpochOrder.NONE, Set.of());

  private record Named(EpochOrder order, Set<Long> bits) {
    boolean lost(Peer peer) {
      return peer.incarnation().order().compareTo(order) <= 0
          && !bits.contains(peer.incarnation().bits());
    }
  }

  /**
   * @param later has the keeper's thread run something soon, in the order of calls
   */
  public PeerWords(PeerCommands shards, Outgoing outgoing, Consumer<ShardTier.Task> later) {
    this.shards = shards;
    this.outgoing = outgoing;
    this.later = later;
  }

  /** An epoch is about to be used. */
  public void onEpoch(Epoch epoch) {
    Set<Long> bits = new HashSet<>();
    epoch.members().forEach(m -> bits.add(m.incarnation().bits()));
    named = new Named(epoch.order(), bits);
  }

  @Override
  public void onAnswer(Peer from, PeerAnswer answer) {
    outgoing.onAnswer(from, answer);
    if (answer instanceof PeerAnswer.NoticeTaken m) {
      shards.onNoticeTaken(from, m.id());
    } else if (answer instanceof PeerAnswer.NoticeNotOwner m) {
      shards.onNoticeNotOwner(from, m.id(), m.epoch());
    } else if (answer instanceof PeerAnswer.NoticeUnfit m) {
      shards.onNoticeUnfit(from, m.id());
    } else if (answer instanceof PeerAnswer.TransferTaken m) {
      shards.onTransferAnswer(answer, m.id());
    } else if (answer instanceof PeerAnswer.TransferNotOwner m) {
      shards.onTransferAnswer(answer, m.id());
    } else if (answer instanceof PeerAnswer.TransferFull m) {
      shards.onTransferAnswer(answer, m.id());
    } else if (answer instanceof PeerAnswer.TransferUnfit m) {
      shards.onTransferAnswer(answer, m.id());
    } else {
      throw new AssertionError(answer);
    }
  }

  @Override
  public void onDown(Peer peer) {
    outgoing.onDown(peer);
    shards.onPeerDown(peer);
  }

  @Override
  public void onWritable(Peer peer) {
    shards.onPeerWritable(peer);
  }

  @Override
  public void onWord(Peer from, PeerWord word, Peers.Answers answers) {
    if (word instanceof PeerWord.Notice notice) {
      take(from, notice, answers);
    } else if (word instanceof PeerWord.Settled settled) {
      if (!named.lost(from)) {
        shards.onSettled(from, settled.noticeIds());
      }
    } else {
      later.accept((keeper, nowNanos) -> keeper.onPeerWord(from, word, answers, nowNanos));
    }
  }

  private void take(Peer from, PeerWord.Notice notice, Peers.Answers answers) {
    if (named.lost(from)) {
      notice.decisions().release();
      answers.none();
      return;
    }
    long id = notice.id();
    try {
      shards.takeNotice(from, id, notice.decisions(), outcome -> answer(answers, id, outcome));
    } catch (MalformedWireException e) {
      log.error("event=notice-malformed from={} reason=\"{}\"", from, e.getMessage());
      answers.send(new PeerAnswer.NoticeUnfit(id));
    }
  }

  private static void answer(Peers.Answers answers, long id, NoticeOutcome outcome) {
    if (outcome instanceof NoticeOutcome.Stored) {
      answers.send(new PeerAnswer.NoticeTaken(id));
    } else if (outcome instanceof NoticeOutcome.NotOwner notOwner) {
      answers.send(new PeerAnswer.NoticeNotOwner(id, notOwner.epoch()));
    } else if (outcome instanceof NoticeOutcome.Failed) {
      answers.none(); // the sender says it again
    } else {
      throw new AssertionError(outcome);
    }
  }
}
