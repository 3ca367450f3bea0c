package io.ringtail.sampler.shard;

import io.ringtail.sampler.account.SamplerMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The queues of all shards, and the threads that work them off. Threads: any. */
final class ShardQueues {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private final List<Shard> shards;
  private final List<ShardThread> threads = new ArrayList<>();

  ShardQueues(List<Shard> shards, SamplerMetrics metrics) {
    this.shards = List.copyOf(shards);
    shards.forEach(shard -> threads.add(new ShardThread(shard, metrics)));
  }

  void start() {
    threads.forEach(ShardThread::start);
  }

  /** See {@link ShardThread#workedBy}. */
  Rest workedBy(int shard, Runnable waker, boolean byAnything) {
    return threads.get(shard).workedBy(waker, byAnything);
  }

  /** Queues a command; for spans a place was reserved before. */
  void add(int shard, ShardCommand command) {
    shards.get(shard).queue(command);
    threads.get(shard).queued(command);
  }

  void addToAll(ShardCommand command) {
    for (int i = 0; i < shards.size(); i++) {
      add(i, command);
    }
  }

  /**
   * Has every shard decide at once what it holds.
   *
   * @return done when the export queue has taken all that is kept
   */
  CompletableFuture<Void> drain() {
    List<CompletableFuture<Void>> drained = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      drained.add(new CompletableFuture<>());
      add(i, new ShardCommand.Drain(drained.get(i)));
    }
    return CompletableFuture.allOf(drained.toArray(CompletableFuture[]::new));
  }

  /** Ends the threads, then the shards: what is still held is dropped and counted. */
  void close() throws InterruptedException {
    for (ShardThread thread : threads) {
      thread.stop(STOP_TIMEOUT);
    }
    shards.forEach(Shard::close);
  }
}
