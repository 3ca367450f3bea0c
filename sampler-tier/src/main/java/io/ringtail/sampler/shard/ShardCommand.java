package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.gather.TransferIn;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.store.SlotView;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What a shard is asked to do, in the order of its queue. */
sealed interface ShardCommand {
  /**
   * Spans to take.
   *
   * @param reservedBytes what was reserved in the budget for them
   */
  record Spans(ShardBatch batch, long reservedBytes) implements ShardCommand {}

  /**
   * Whose the slots are and which are held from here on. All spans before it in the queue were
   * accepted under the view before (protocol H5); those behind it, under this one.
   */
  record Slots(SlotView view) implements ShardCommand {}

  /**
   * Of a router nothing up to {@code upToSeq} will come any more (protocol A5).
   *
   * @param oldestSeq oldest in the router's log
   */
  record Progress(int routerKey, long upToSeq, long oldestSeq) implements ShardCommand {}

  /** A router sends no more: each shard counts itself off when nothing of it is unsettled. */
  record RouterEnds(RouterKeys.Ending ending) implements ShardCommand {}

  /**
   * A router is gone.
   *
   * @param left counts down the shards that still know it
   * @param forgotten run when none does
   */
  record RouterGone(int routerKey, AtomicInteger left, Runnable forgotten)
      implements ShardCommand {}

  /**
   * Decisions of another sampler; each shard takes those of its own slots.
   *
   * @param from whose notice it is; null if they came with a slot
   * @param reception told by each shard once
   */
  record Decisions(@Nullable Peer from, long noticeId, Notice notice, Reception reception)
      implements ShardCommand {}

  /** What becomes of decisions in a shard. */
  interface Reception {
    void stored();

    /**
     * A slot of theirs is not the sender's.
     *
     * @param epoch the newest of the shard
     */
    void refused(EpochOrder epoch);

    /**
     * Not all of them are stored.
     *
     * @param why a bug, or no memory
     */
    void failed(Throwable why);
  }

  /** All traces of these notices are settled (protocol D3). */
  record Settled(Peer from, long[] noticeIds) implements ShardCommand {}

  /** Traces of another sampler; a place was reserved as for spans. */
  record Transfer(TransferIn in) implements ShardCommand {}

  /** An owner has answered what was handed to it. */
  record TransferAnswered(PeerAnswer answer) implements ShardCommand {}

  /** Another sampler can be sent to again. */
  record PeerWritable(Peer peer) implements ShardCommand {}

  /** The link to another sampler broke: what it has not answered was taken or not. */
  record PeerDown(Peer peer) implements ShardCommand {}

  /** The heir has stored a notice of this shard. */
  record NoticeTaken(Peer heir, long noticeId) implements ShardCommand {}

  /** A slot of a notice of this shard is another's in the heir's epoch. */
  record NoticeNotOwner(Peer heir, long noticeId, EpochOrder epoch) implements ShardCommand {}

  /** The heir cannot read a notice of this shard. */
  record NoticeUnfit(Peer heir, long noticeId) implements ShardCommand {}

  /** A kept trace is finally answered. */
  record Answered(Unanswered.Export export) implements ShardCommand {}

  /** Routers that may have in their logs what nobody else has, by key; all of them. */
  record Unsure(int[] routerKeys) implements ShardCommand {}

  /** No epoch names these routers any more, all of them: nothing is kept for their logs. */
  record Unnamed(int[] routerKeys) implements ShardCommand {}

  /** Say what is known of a trace. */
  record Find(Lookup lookup) implements ShardCommand {}

  /** Drop all that is undecided: it is settled elsewhere (protocol L2). */
  record Discard() implements ShardCommand {}

  /**
   * Decide what is held at once.
   *
   * @param done completed when nothing is held any more
   */
  record Drain(CompletableFuture<Void> done) implements ShardCommand {}
}
