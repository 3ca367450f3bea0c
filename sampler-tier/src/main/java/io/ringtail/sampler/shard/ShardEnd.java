package io.ringtail.sampler.shard;

import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.decide.Decider;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * How a shard gets rid of what it has: batches it has taken, all that is open once it drains, and
 * the rest when it is closed. Threads: the shard's; {@link #dropQueued} any after that.
 */
final class ShardEnd {
  private final ShardParts shard;
  private final ShardContext context;
  private final ShardStore store;
  private final Decider decider;
  private final Departures departures;
  private final CommandQueue commands;
  private final List<CompletableFuture<Void>> drains = new ArrayList<>();

  ShardEnd(ShardParts shard, CommandQueue commands) {
    this.shard = shard;
    this.context = shard.context;
    this.store = shard.store;
    this.decider = shard.decider;
    this.departures = shard.departures;
    this.commands = commands;
  }

  /** A command that had a place has left the queue. */
  void taken(long reservedBytes) {
    commands.giveBackPlace();
    shard.memory.usedUp(reservedBytes);
  }

  /** Its spans are read, or dropped. */
  void letGo(ShardBatch batch) {
    batch.message().release();
    context.unreadBytes().addAndGet(-batch.spanBytes());
  }

  void dropOpen(DropReason reason) {
    while (store.openCount() > 0) {
      int trace = store.open.isEmpty() ? store.overdue.first() : store.open.first();
      store.takeOpen(trace);
      departures.drop(trace, reason);
    }
  }

  // ---- draining

  /**
   * @param done completed when nothing is held any more
   */
  void drain(CompletableFuture<Void> done) {
    drains.add(done);
  }

  boolean isDraining() {
    return !drains.isEmpty();
  }

  /**
   * Decides some of what is open, if it drains.
   *
   * @return how many
   */
  int work(int limit, int nowMillis, long nowNanos) {
    if (drains.isEmpty()) {
      return 0;
    }
    int decided = 0;
    for (; decided < limit && !store.open.isEmpty(); decided++) {
      int trace = store.open.first();
      if (!decider.mayDecide(trace)) {
        decider.waitOverdue(trace);
      } else if (context.tail().dropPendingTracesOnShutdown()) {
        store.takeOpen(trace);
        departures.drop(trace, DropReason.SHUTDOWN);
      } else {
        decider.decideAtLast(trace, nowMillis, nowNanos);
      }
    }
    if (isDrained()) {
      shard.memory.settle();
      shard.counts.flush();
      drains.forEach(done -> done.complete(null));
      drains.clear();
    }
    return decided;
  }

  private boolean isDrained() {
    return store.open.isEmpty()
        && decider.allOverdueAreForeign()
        && store.decided.isEmpty()
        && store.untold.isEmpty()
        && departures.waiting().isEmpty()
        && commands.isEmpty();
  }

  // ---- closing

  /** Drops what is queued, counted. */
  synchronized void dropQueued() {
    for (ShardCommand command = commands.poll(); command != null; command = commands.poll()) {
      if (command instanceof ShardCommand.Spans spans) {
        taken(spans.reservedBytes());
        context.metrics().dropped(DropReason.SHUTDOWN, spans.batch().spanCount());
        letGo(spans.batch());
      } else if (command instanceof ShardCommand.Transfer transfer) {
        taken(transfer.in().reservedBytes());
        context.metrics().dropped(DropReason.SHUTDOWN, transfer.in().spanCount());
        transfer.in().bytes().release();
      } else if (command instanceof ShardCommand.Answered answered) {
        shard.unanswered.remove(answered.export());
      } else if (command instanceof ShardCommand.Find find) {
        find.lookup().answer.cancel(false);
      }
    }
    shard.memory.settle();
  }

  /** Drops what is held, counted. */
  synchronized void dropHeld() {
    shard.handover.close();
    shard.lookups.close();
    dropOpen(DropReason.SHUTDOWN);
    while (!store.decided.isEmpty() || !store.untold.isEmpty()) {
      int trace = store.decided.isEmpty() ? store.untold.first() : store.decided.first();
      decider.notices().withdraw(trace);
      departures.drop(trace, DropReason.SHUTDOWN);
    }
    departures.abandon();
    shard.unanswered.clear();
    shard.memory.settle();
    shard.counts.flush();
  }
}
