package io.ringtail.sampler.shard;

import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.decide.Decider;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.export.KeptTrace;
import io.ringtail.sampler.gather.TransferIn;
import io.ringtail.sampler.handover.Handover;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Replayable;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;

/** Takes each command of a shard to the part it is for. Threads: the shard's. */
final class CommandTaker {
  private final ShardParts shard;
  private final ShardStore store;
  private final Decider decider;
  private final Handover handover;
  private final ShardEnd end;

  CommandTaker(ShardParts shard, ShardEnd end) {
    this.shard = shard;
    this.store = shard.store;
    this.decider = shard.decider;
    this.handover = shard.handover;
    this.end = end;
  }

  void take(ShardCommand command, int nowMillis, long nowNanos) {
    if (command instanceof ShardCommand.Spans spans) {
      spans(spans, nowMillis, nowNanos);
    } else if (command instanceof ShardCommand.Answered answered) {
      answered(answered.export());
    } else if (command instanceof ShardCommand.Progress progress) {
      store.notes.passed(progress.routerKey(), progress.upToSeq());
      store.replayable.logBegins(progress.routerKey(), progress.oldestSeq());
    } else if (command instanceof ShardCommand.NoticeTaken taken) {
      decider.notices().taken(taken.heir(), taken.noticeId());
    } else if (command instanceof ShardCommand.NoticeNotOwner refused) {
      decider.notices().refused(refused.heir(), refused.noticeId(), refused.epoch());
    } else if (command instanceof ShardCommand.NoticeUnfit unfit) {
      shard.mail.unfit(unfit.heir(), unfit.noticeId());
    } else if (command instanceof ShardCommand.Decisions decisions) {
      decisions(decisions, nowMillis);
    } else if (command instanceof ShardCommand.Settled settled) {
      for (long id : settled.noticeIds()) {
        store.replayable.settled(settled.from(), id);
      }
    } else if (command instanceof ShardCommand.Slots slots) {
      slots(slots.view(), nowMillis);
    } else if (command instanceof ShardCommand.PeerDown down) {
      shard.mail.down(down.peer());
      handover.onDown(down.peer(), nowMillis);
    } else if (command instanceof ShardCommand.Transfer transfer) {
      transfer(transfer.in(), nowMillis, nowNanos);
    } else if (command instanceof ShardCommand.TransferAnswered answered) {
      handover.onAnswer(answered.answer(), nowMillis);
    } else if (command instanceof ShardCommand.PeerWritable writable) {
      handover.onWritable(writable.peer());
    } else if (command instanceof ShardCommand.RouterEnds ends) {
      shard.marks.ends(ends.ending());
    } else if (command instanceof ShardCommand.RouterGone gone) {
      forget(gone);
    } else if (command instanceof ShardCommand.Unsure unsure) {
      store.notes.unsure(unsure.routerKeys());
    } else if (command instanceof ShardCommand.Unnamed unnamed) {
      store.replayable.gone(unnamed.routerKeys());
    } else if (command instanceof ShardCommand.Find find) {
      shard.lookups.ask(find.lookup());
    } else if (command instanceof ShardCommand.Discard) {
      discard(nowMillis);
    } else if (command instanceof ShardCommand.Drain drain) {
      end.drain(drain.done());
    } else {
      throw new AssertionError(command);
    }
  }

  private void spans(ShardCommand.Spans spans, int nowMillis, long nowNanos) {
    end.taken(spans.reservedBytes());
    try {
      shard.gatherer.gather(spans.batch(), nowMillis, nowNanos);
    } finally {
      end.letGo(spans.batch());
    }
  }

  private void transfer(TransferIn in, int nowMillis, long nowNanos) {
    end.taken(in.reservedBytes());
    try {
      shard.merger.merge(in, nowMillis, nowNanos);
      if (!in.isOwnedIn(decider.slots())) {
        handover.passOn(nowMillis);
      }
    } finally {
      in.bytes().release();
      shard.marks.afterwards(in.arrival()::done);
    }
  }

  private void answered(Unanswered.Export export) {
    if (!shard.unanswered.remove(export)) {
      return;
    }
    DecisionBatch batch = export.decision();
    if (batch != null) {
      if (!batch.isVoid(export.place())) {
        handover.settled(batch, export.place());
      }
      decider.notices().answered(batch, export.place());
    } else if (export.handedIn()) {
      settledForAnother(export.trace());
    }
  }

  /** Who has the slot says that the trace is settled, whoever decided it (protocol D3). */
  private void settledForAnother(KeptTrace trace) {
    int context = store.contexts.intern(trace.context());
    int known = store.replayable.find(context, trace.traceIdHi(), trace.traceIdLo());
    DecisionBatch alone = known == Replayable.NONE ? null : store.replayable.settled(known);
    if (alone != null) {
      shard.received.again(alone);
      handover.settled(alone, 0);
    }
  }

  private void decisions(ShardCommand.Decisions decisions, int nowMillis) {
    boolean stored;
    try {
      stored =
          shard.received.store(
              decisions.from(), decisions.noticeId(), decisions.notice(), nowMillis);
    } catch (RuntimeException | Error e) {
      decisions.reception().failed(e);
      throw e;
    }
    if (!stored) {
      decisions.reception().refused(decider.slots().order());
    } else if (decisions.from() == null && !decisions.notice().remembered()) {
      shard.received.whenHeirsKnow(decisions.reception()::stored, nowMillis);
    } else {
      decisions.reception().stored();
    }
  }

  private void slots(SlotView view, int nowMillis) {
    shard.marks.publishNow(); // before anything is handed over: it stands behind floors of these
    decider.slots(view, nowMillis);
    shard.received.slots(view);
    shard.mail.owners(view.owners());
    shard.mail.slots(view::owns);
    handover.slots(view, nowMillis);
  }

  /** What was decided without effect is open again, as nothing is this sampler's any more. */
  private void discard(int nowMillis) {
    decider.slots(SlotView.NONE, nowMillis);
    end.dropOpen(DropReason.SETTLED_ELSEWHERE);
  }

  private void forget(ShardCommand.RouterGone gone) {
    store.notes.forget(gone.routerKey());
    decider.notices().forget(gone.routerKey());
    store.replayable.forget(gone.routerKey());
    shard.received.forget(gone.routerKey());
    shard.marks.afterwards(
        () -> {
          if (gone.left().decrementAndGet() == 0) {
            gone.forgotten().run();
          }
        });
  }
}
