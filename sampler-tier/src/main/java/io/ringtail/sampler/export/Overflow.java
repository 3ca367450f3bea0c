package io.ringtail.sampler.export;

import java.io.IOException;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue that goes on on disk where memory is half full, if it has a {@link Spool}; else it has no
 * room. Threads: the destination's, but for what is only read.
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

  /** Whether the disk has failed once; that is said, and then counted. */
  private boolean everFailed;

  private long failedNanos;

  /**
   * @param spool closed with this
   */
  Overflow(
      String destination,
      @Nullable Spool spool,
      Backlog backlog,
      Outcome outcome,
      ExportMetrics metrics) {
    this.destination = destination;
    this.spool = spool;
    this.backlog = backlog;
    this.outcome = outcome;
    this.metrics = metrics;
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
   * Writes one request that waits, if memory is over half full; that answers its traces. One a
   * round: a disk that takes its time keeps no request from being sent or its answer from being
   * heard. What cannot be written stays where it is.
   *
   * @return requests done with
   */
  int spill(Deque<Batch> ready, Collection<Batch> waiting, long nowNanos) {
    if (spool == null || !backlog.isOverHalf() || pauses(nowNanos)) {
      return 0;
    }
    Collection<Batch> from = ready;
    Batch found = notStored(ready);
    if (found == null) {
      from = waiting;
      found = notStored(waiting);
    }
    if (found == null) {
      return 0;
    }
    Batch batch = outcome.wanted(found);
    from.remove(found);
    boolean done = false;
    try {
      done = batch.isEmpty() || write(batch, nowNanos);
    } finally {
      if (!done) { // also after an error: what is in none of the queues is in flight for ever
        putBack(batch, ready, from);
      }
    }
    if (!done) {
      return 0;
    }
    outcome.spooled(batch);
    return 1;
  }

  /** Not from those that wait for their time to those that may go at once. */
  private static void putBack(Batch batch, Deque<Batch> ready, Collection<Batch> from) {
    if (from == ready) {
      ready.addFirst(batch);
    } else {
      from.add(batch);
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

  /** Writes a request; false if there is no room or the disk fails, which is counted. */
  boolean write(Batch batch, long nowNanos) {
    try {
      if (spool == null || !spool.write(batch.payload())) {
        return false;
      }
      metrics.spooledSpans.inc(batch.spanCount());
      return true;
    } catch (IOException | OutOfMemoryError e) { // a request is put together in memory first
      failed(e, nowNanos);
      return false;
    }
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
