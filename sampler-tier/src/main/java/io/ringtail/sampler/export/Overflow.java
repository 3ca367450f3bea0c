package io.ringtail.sampler.export;

import java.io.IOException;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue that goes on on disk where memory is half full, if it has a {@link Spool}; else it has no
 * room. A disk may take seconds to force a file, as long as others write to it; what can be sent
 * meanwhile is sent, so requests are written by a thread that does nothing else.
 *
 * <p>Threads: the destination's, but for what is only read.
 */
final class Overflow {
  private static final Logger log = LoggerFactory.getLogger(Overflow.class);

  /** A disk that has failed is left alone for so long: not asked for megabytes in each round. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String destination;
  private final @Nullable Spool spool;
  private final Backlog backlog;
  private final Outcome outcome;
  private final ExportMetrics metrics;
  private final ExecutorService disk;
  private final Runnable wakeUp;
  private @Nullable Writing writing;

  /** Whether the disk has failed once; that is said, and then counted. */
  private boolean everFailed;

  private long failedNanos;

  /**
   * A request that is being written: in none of the queues.
   *
   * @param mayGo whether it was one of those that may be sent at once
   */
  private record Writing(
      Batch batch, boolean mayGo, Spool.Draft draft, CompletableFuture<Void> end) {}

  /**
   * @param spool closed with this
   * @param disk writes, one at a time; closed with this
   * @param wakeUp called when something is written; any thread
   */
  Overflow(
      String destination,
      @Nullable Spool spool,
      Backlog backlog,
      Outcome outcome,
      ExportMetrics metrics,
      ExecutorService disk,
      Runnable wakeUp) {
    this.destination = destination;
    this.spool = spool;
    this.backlog = backlog;
    this.outcome = outcome;
    this.metrics = metrics;
    this.disk = disk;
    this.wakeUp = wakeUp;
    metrics.recoveredSpans.inc(spans());
  }

  /** Threads: any. */
  long spans() {
    return spool == null ? 0 : spool.spans();
  }

  /** Threads: any. */
  long bytes() {
    return spool == null ? 0 : spool.bytes();
  }

  /** Threads: any. */
  long capacityBytes() {
    return spool == null ? 0 : spool.maxBytes();
  }

  /**
   * Has a request written that waits, if memory is over half full; that answers its traces when it
   * is done. One at a time. What cannot be written comes back to where it was.
   *
   * @return requests done with
   */
  int spill(Deque<Batch> ready, Collection<Batch> waiting, long nowNanos) {
    int done = endWriting(ready, waiting, nowNanos);
    if (spool == null || writing != null || !backlog.isOverHalf() || pauses(nowNanos)) {
      return done;
    }
    Batch found = notStored(ready);
    boolean mayGo = found != null;
    Collection<Batch> from = mayGo ? ready : waiting;
    found = mayGo ? found : notStored(waiting);
    if (found == null) {
      return done;
    }
    Batch batch = outcome.wanted(found);
    from.remove(found);
    if (batch.isEmpty()) { // all of it is sent by others
      outcome.spooled(batch);
      return done + 1;
    }
    boolean begun = false;
    try {
      begun = begin(batch, mayGo);
    } finally {
      if (!begun) { // also after an error: what is in none of the queues is in flight for ever
        putBack(batch, mayGo, ready, waiting);
      }
    }
    return done + endWriting(ready, waiting, nowNanos);
  }

  /** Begins to write a request, if there is room. */
  private boolean begin(Batch batch, boolean mayGo) {
    Spool.Draft draft = spool == null ? null : spool.draft(batch.payload());
    if (draft == null) {
      return false;
    }
    Writing begun = new Writing(batch, mayGo, draft, new CompletableFuture<>());
    writing = begun;
    try {
      disk.execute(() -> write(begun));
    } catch (RuntimeException | Error e) { // no thread for it
      begun.end.completeExceptionally(e);
    }
    return true;
  }

  private void write(Writing begun) {
    try {
      begun.draft.write();
      begun.end.complete(null);
    } catch (IOException | RuntimeException | Error e) {
      begun.end.completeExceptionally(e);
    }
    wakeUp.run();
  }

  /** What was being written is on disk, if it is; or waits again. */
  private int endWriting(Deque<Batch> ready, Collection<Batch> waiting, long nowNanos) {
    Writing ended = writing;
    if (ended == null || spool == null || !ended.end.isDone()) {
      return 0;
    }
    writing = null;
    Throwable failure = failure(ended.end);
    if (failure == null) {
      spool.written(ended.draft);
      written(ended.batch);
      return 1;
    }
    putBack(ended.batch, ended.mayGo, ready, waiting);
    if (failure instanceof Error error && !(failure instanceof OutOfMemoryError)) {
      throw error;
    }
    if (failure instanceof RuntimeException unexpected) {
      throw unexpected;
    }
    failed(failure, nowNanos);
    return 0;
  }

  private static @Nullable Throwable failure(CompletableFuture<Void> end) {
    try {
      end.join();
      return null;
    } catch (CompletionException e) {
      return e.getCause();
    }
  }

  private void written(Batch batch) {
    metrics.spooledSpans.inc(batch.spanCount());
    outcome.spooled(batch);
  }

  /** Not from those that wait for their time to those that may go at once. */
  private static void putBack(
      Batch batch, boolean mayGo, Deque<Batch> ready, Collection<Batch> waiting) {
    if (mayGo) {
      ready.addFirst(batch);
    } else {
      waiting.add(batch);
    }
  }

  private static @Nullable Batch notStored(Collection<Batch> among) {
    for (Batch batch : among) {
      if (batch.stored == null) {
        return batch;
      }
    }
    return null;
  }

  /** Waits for what is being written. */
  void awaitWriting(Deque<Batch> ready, Collection<Batch> waiting, long nowNanos) {
    if (writing == null) {
      return;
    }
    failure(writing.end);
    try {
      endWriting(ready, waiting, nowNanos);
    } catch (RuntimeException | Error e) { // it is one of those that wait again
      failed(e, nowNanos);
    }
  }

  /**
   * Writes a request here and now, while none is being written; that answers its traces.
   *
   * @return false if there is no room or the disk fails, which is counted
   */
  boolean writeNow(Batch batch, long nowNanos) {
    try {
      if (spool == null || !spool.write(batch.payload())) {
        return false;
      }
    } catch (IOException | OutOfMemoryError e) { // a request is put together in memory first
      failed(e, nowNanos);
      return false;
    }
    written(batch);
    return true;
  }

  /** The oldest request on disk that is not in memory yet, if there is one that can be read. */
  @Nullable Batch readBack(long nowNanos) {
    if (spool == null || pauses(nowNanos)) {
      return null;
    }
    Spool.Stored stored;
    try {
      stored = spool.take(metrics.lostSpans(ExportLoss.UNREADABLE)::inc);
    } catch (IOException e) {
      failed(e, nowNanos);
      return null;
    }
    if (stored == null) {
      return null;
    }
    Batch batch = new Batch(stored, nowNanos);
    backlog.addBytes(batch.costBytes());
    return batch;
  }

  private boolean pauses(long nowNanos) {
    return everFailed && nowNanos - failedNanos < PAUSE_NANOS;
  }

  private void failed(Throwable e, long nowNanos) {
    metrics.spoolFailures.inc();
    if (!everFailed) {
      log.error("export queue on disk fails, is tried again destination={}", destination, e);
    }
    everFailed = true;
    failedNanos = nowNanos;
  }

  /** What stays on disk is counted. */
  void close() {
    disk.shutdown();
    if (spool == null) {
      return;
    }
    if (spool.spans() > 0) {
      metrics.leftSpans.inc(spool.spans());
      log.warn(
          "export left spans on disk destination={} spans={} bytes={} directory={}: the next"
              + " process with this directory sends them",
          destination,
          spool.spans(),
          spool.bytes(),
          spool.directory());
    }
    spool.close();
  }
}
