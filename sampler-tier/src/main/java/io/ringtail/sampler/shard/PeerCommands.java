package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBuf;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.HandoverMetrics;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.decide.HeirMail;
import io.ringtail.sampler.gather.Arrival;
import io.ringtail.sampler.gather.TransferIn;
import io.ringtail.sampler.handover.Handover;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.transfer.TransferBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What other samplers say to the shards: notices, transfers, answers to both, and that their links
 * come and go. Threads: any.
 */
public final class PeerCommands {
  private final ShardQueues queues;
  private final Admission admission;
  private final RouterKeys routers;
  private final SamplerMetrics metrics;
  private final HandoverMetrics handoverMetrics;
  private final int shards;

  PeerCommands(ShardQueues queues, Admission admission, ShardContext context) {
    this.queues = queues;
    this.admission = admission;
    this.routers = context.routers();
    this.metrics = context.metrics();
    this.handoverMetrics = context.handover();
    this.shards = context.config().shards();
  }

  /**
   * Stores decisions of a sampler whose heir this one is (protocol D2).
   *
   * @param decisions as {@link Notice} encodes them; a heap buffer, consumed
   * @param met told by a shard's thread when all shards have met them, what became of them
   * @throws MalformedWireException if they cannot be read; nothing is stored then
   */
  public void takeNotice(Peer from, long noticeId, ByteBuf decisions, Consumer<NoticeOutcome> met)
      throws MalformedWireException {
    try {
      Notice notice = Notice.decode(decisions, routers);
      queues.addToAll(
          new ShardCommand.Decisions(from, noticeId, notice, new NoticeIn(shards, met)));
    } catch (MalformedWireException e) {
      metrics.malformedNotice();
      throw e;
    } finally {
      decisions.release();
    }
  }

  /** All traces of notices of {@code from} are settled (protocol D3). */
  public void onSettled(Peer from, long[] noticeIds) {
    queues.addToAll(new ShardCommand.Settled(from, noticeIds));
  }

  /** An heir has stored a notice of this sampler. */
  public void onNoticeTaken(Peer heir, long noticeId) {
    queues.add(HeirMail.shardOf(noticeId, shards), new ShardCommand.NoticeTaken(heir, noticeId));
  }

  /**
   * An heir has not stored a notice of this sampler, as a slot of it is another's.
   *
   * @param epoch the heir's newest
   */
  public void onNoticeNotOwner(Peer heir, long noticeId, EpochOrder epoch) {
    queues.add(
        HeirMail.shardOf(noticeId, shards), new ShardCommand.NoticeNotOwner(heir, noticeId, epoch));
  }

  /** An heir cannot read a notice of this sampler: saying it again would not help. */
  public void onNoticeUnfit(Peer heir, long noticeId) {
    queues.add(HeirMail.shardOf(noticeId, shards), new ShardCommand.NoticeUnfit(heir, noticeId));
  }

  /** The link to another sampler broke: notices it has not answered are sent again. */
  public void onPeerDown(Peer peer) {
    queues.addToAll(new ShardCommand.PeerDown(peer));
  }

  /** Another sampler can be sent to again. */
  public void onPeerWritable(Peer peer) {
    queues.addToAll(new ShardCommand.PeerWritable(peer));
  }

  /** The owner has answered what was handed to it. */
  public void onTransferAnswer(PeerAnswer answer, long id) {
    queues.add(Handover.shardOf(id), new ShardCommand.TransferAnswered(answer));
  }

  /**
   * Takes what another sampler hands over: all of it that can be read, or nothing. Every slot of it
   * is this sampler's by the newest view in the shards' queues.
   *
   * @param transfer borrowed; shards retain what they need
   * @param merged told by one of the shards' threads when all have done with their part and their
   *     marks say so: what is not taken
   * @return why not, or null if taken
   */
  public @Nullable Refusal takeTransfer(
      ReceivedTransfer transfer, Consumer<Arrival.Outcome> merged) {
    int[][] traces = transfer.split(shards);
    int mine = (int) Stream.of(traces).filter(t -> t.length > 0).count();
    Arrival arrival =
        new Arrival(
            transfer.unfit().stream().map(TransferBatch.Unfit::entry).toList(),
            1 + mine + transfer.decisions().size() * shards,
            merged);
    List<TransferIn> parts = new ArrayList<>(mine);
    for (int i = 0; i < traces.length; i++) {
      if (traces[i].length > 0) {
        parts.add(transfer.part(i, traces[i], arrival));
      }
    }
    long spans = 0;
    for (TransferIn part : parts) {
      spans += part.spanCount();
    }
    Refusal refusal = admission.reserveTransfer(parts);
    if (refusal != null) {
      return refusal;
    }
    metrics.handedIn(spans);
    int queued = 0;
    try {
      for (ReceivedTransfer.Decisions entry : transfer.decisions()) {
        DecisionsIn reception = new DecisionsIn(arrival, entry.entry());
        queues.addToAll(new ShardCommand.Decisions(null, 0, entry.notice(), reception));
      }
      for (; queued < parts.size(); queued++) {
        TransferIn part = parts.get(queued);
        queues.add(part.shard(), new ShardCommand.Transfer(part));
      }
    } finally {
      letGo(parts, queued);
    }
    handoverMetrics.batchesIn.inc();
    handoverMetrics.bytesIn.inc(transfer.size());
    arrival.done();
    return null;
  }

  /** Memory was out before these were queued. The arrival is not told: their sender keeps them. */
  private void letGo(List<TransferIn> parts, int from) {
    for (int i = from; i < parts.size(); i++) {
      admission.giveBack(parts.get(i));
      metrics.dropped(DropReason.NOT_MERGED, parts.get(i).spanCount());
    }
  }

  /** Entries of a transfer could not be read. */
  public void unreadable(int entries) {
    handoverMetrics.unreadable.inc(entries);
  }
}
