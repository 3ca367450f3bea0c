package io.ringtail.sampler.export;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue that goes on on disk where memory is half full, if it has a {@link Spool}; else it has no
 * room. Threads: the destination's, but for what is only read.
 */
final class Overflow {
  private static final Logger log = LoggerFactory.getLogger(Overflow.class);

  private final String destination;
  private final @Nullable Spool spool;
  private final Backlog backlog;
  private final Outcome outcome;
  private final ExportMetrics metrics;
  private boolean failureTold;

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
   * heard.
   *
   * @return requests done with
   */
  int spill(ArrayDeque<Batch> ready, Collection<Batch> waiting) {
    if (spool == null || !backlog.isOverHalf()) {
      return 0;
    }
    Batch found = notStored(ready);
    if (found == null) {
      found = notStored(waiting);
    }
    if (found == null) {
      return 0;
    }
    ready.remove(found);
    waiting.remove(found);
    Batch batch = outcome.wanted(found);
    if (!batch.isEmpty() && !write(batch)) {
      ready.addFirst(batch);
      return 0;
    }
    outcome.spooled(batch);
    return 1;
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
  boolean write(Batch batch) {
    try {
      if (spool == null || !spool.write(batch.payload())) {
        return false;
      }
      metrics.spooledSpans.inc(batch.spanCount());
      return true;
    } catch (IOException e) {
      metrics.spoolFailures.inc();
      if (!failureTold) {
        failureTold = true;
        log.error("export queue on disk fails destination={}", destination, e);
      }
      return false;
    }
  }

  /** The oldest request on disk that is not in memory yet, if there is one. */
  @Nullable Batch readBack(long nowNanos) {
    Spool.Stored stored =
        spool == null ? null : spool.take(metrics.lostSpans(ExportLoss.UNREADABLE)::inc);
    if (stored == null) {
      return null;
    }
    Batch batch = new Batch(stored, nowNanos);
    backlog.addBytes(batch.costBytes());
    return batch;
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
