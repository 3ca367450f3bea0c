package io.ringtail.sampler.account;

/**
 * What one shard has counted since it last told the metrics, in plain numbers: a span costs no
 * atomic add. Threads: the shard's.
 */
@SuppressWarnings("EnumOrdinal") // arrays by ordinal: nothing of it leaves the process
public final class ShardCounts {
  private static final DropReason[] REASONS = DropReason.values();
  private static final Cause[] CAUSES = Cause.values();

  private final SamplerMetrics metrics;
  private final long[] dropped = new long[REASONS.length];
  private final long[] decided = new long[CAUSES.length];
  private long kept;
  private long handedOut;
  private long lateKept;
  private long malformed;
  private long held;
  private boolean changed;

  public ShardCounts(SamplerMetrics metrics) {
    this.metrics = metrics;
  }

  /** A span was put into a trace. */
  public void stored() {
    held++;
  }

  /** A span that was not stored is dropped. */
  public void droppedAtOnce(DropReason reason) {
    dropped[reason.ordinal()]++;
    changed = true;
  }

  /** Spans that were neither stored nor dropped before, because taking them failed. */
  public void failed(int spans) {
    dropped[DropReason.FAILED.ordinal()] += spans;
    changed = true;
  }

  /** Spans that were handed over and neither stored nor dropped: their sender has them still. */
  public void notMerged(int spans) {
    dropped[DropReason.NOT_MERGED.ordinal()] += spans;
    changed = true;
  }

  /** Stored spans are dropped. */
  public void dropped(DropReason reason, int spans) {
    held -= spans;
    dropped[reason.ordinal()] += spans;
    changed = true;
  }

  /** Stored spans have been taken by the export queue. */
  public void kept(int spans) {
    held -= spans;
    kept += spans;
    changed = true;
  }

  /** Another sampler has taken stored spans over. */
  public void handedOut(int spans) {
    held -= spans;
    handedOut += spans;
    changed = true;
  }

  public void lateKept() {
    lateKept++;
    changed = true;
  }

  public void malformed() {
    malformed++;
    changed = true;
  }

  public void decided(Cause cause) {
    decided[cause.ordinal()]++;
    changed = true;
  }

  /** Spans in the shard's traces. */
  public long held() {
    return held;
  }

  public void flush() {
    if (!changed) {
      return;
    }
    changed = false;
    for (DropReason reason : REASONS) {
      flush(reason);
    }
    for (Cause cause : CAUSES) {
      if (decided[cause.ordinal()] != 0) {
        metrics.decided(cause, decided[cause.ordinal()]);
        decided[cause.ordinal()] = 0;
      }
    }
    metrics.kept(kept);
    metrics.handedOut(handedOut);
    handedOut = 0;
    metrics.lateKept(lateKept);
    metrics.malformed(malformed);
    kept = 0;
    lateKept = 0;
    malformed = 0;
  }

  private void flush(DropReason reason) {
    if (dropped[reason.ordinal()] != 0) {
      metrics.dropped(reason, dropped[reason.ordinal()]);
      dropped[reason.ordinal()] = 0;
    }
  }
}
