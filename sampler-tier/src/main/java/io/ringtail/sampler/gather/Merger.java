package io.ringtail.sampler.gather;

import io.ringtail.sampler.account.HandoverMetrics;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.decide.Decider;
import io.ringtail.sampler.policy.Verdict;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.TraceState;
import io.ringtail.sampler.transfer.RouterSeqs;
import io.ringtail.sampler.transfer.TransferBatch;
import io.ringtail.sampler.transfer.TransferCursor;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts traces that were handed over to what this shard has of them (protocol H6): each span goes
 * the way of one from a router, so that equal bytes are one span and decided traces follow their
 * decision. The earliest arrival, the earliest deadline and the oldest notes win. Threads: the
 * shard's.
 */
public final class Merger {
  private static final Logger log = LoggerFactory.getLogger(Merger.class);
  private static final int UNKNOWN = -1;

  private final ShardStore store;
  private final TraceTable traces;
  private final TracePlaces places;
  private final SpanAppender appender;
  private final Arriving arriving;
  private final Decider decider;
  private final PolicyNames names;
  private final HandoverMetrics metrics;
  private int[] groups = new int[16];

  /** The window that was last found for notes, and their number. */
  private int noted;

  private int notedAs;
  private boolean failedBefore;

  public Merger(
      ShardStore store,
      TracePlaces places,
      SpanAppender appender,
      Arriving arriving,
      Decider decider,
      PolicyNames names,
      HandoverMetrics metrics) {
    this.store = store;
    this.traces = store.traces;
    this.places = places;
    this.appender = appender;
    this.arriving = arriving;
    this.decider = decider;
    this.names = names;
    this.metrics = metrics;
  }

  /**
   * Merges trace by trace. One that fails, for a bug or want of memory, is not taken: its sender
   * keeps it and sends it again, and what was merged of it stays, as a repeat adds nothing (H6).
   *
   * @param in its bytes are borrowed; told what was not merged
   */
  public void merge(TransferIn in, int nowMillis, long nowNanos) {
    int count = in.batch().groupCount();
    if (count > groups.length) {
      groups = new int[count * 2];
    }
    Arrays.fill(groups, 0, count, UNKNOWN);
    notedAs = UNKNOWN;
    RouterSeqs seen = in.batch().seen();
    for (int i = 0; i < seen.routers().length; i++) {
      store.notes.handedOver(in.routerKeys()[seen.routers()[i]], seen.seqs()[i]);
    }
    TransferCursor at = in.batch().cursor();
    for (int index : in.traces()) {
      arriving.handedOver(store.notes, nowMillis, nowNanos);
      places.begin();
      appender.begin();
      try {
        mergeAndSend(in, index, at, nowMillis);
      } catch (RuntimeException | Error e) {
        failed(in, index, at, e);
      }
    }
  }

  private void mergeAndSend(TransferIn in, int index, TransferCursor at, int nowMillis) {
    try {
      at.trace(index);
      merge(in, at, nowMillis);
    } finally {
      places.sendLate();
    }
  }

  private void failed(TransferIn in, int index, TransferCursor at, Throwable e) {
    appender.notMerged(in.batch().spanCount(index));
    in.arrival().failed(in.batch().entry(index), e);
    metrics.mergesFailed.inc();
    if (!failedBefore) {
      failedBefore = true;
      log.error(
          "event=merge-failed trace={} entry={} spans={}, its sender keeps it; further failures are"
              + " only counted",
          String.format("%016x%016x", at.hi(), at.lo()),
          in.batch().entry(index),
          in.batch().spanCount(index),
          e);
    }
  }

  private void merge(TransferIn in, TransferCursor at, int nowMillis) {
    TransferBatch batch = in.batch();
    int context = store.contexts.intern(batch.context(at.context()));
    int policy = UNKNOWN;
    if (at.policy() == TransferCursor.NONE) {
      metrics.tracesIn.inc();
    } else {
      metrics.exportsIn.inc();
      policy = names.number(new Verdict(Verdict.Outcome.SAMPLED, batch.policy(at.policy())));
      decider.decidedElsewhere(context, at.hi(), at.lo(), policy, nowMillis, 0);
    }
    arriving.aged(at.ageMillis());
    while (at.nextSpan()) {
      int trace = places.handedOver(context, at.hi(), at.lo(), at.spanLength(), policy);
      if (trace < 0) {
        appender.drop(TracePlaces.reason(trace));
        continue;
      }
      note(trace, in, at, nowMillis);
      int group = group(batch, at.group(), nowMillis);
      appender.read(at.array(), at.spanStart(), at.spanLength());
      appender.append(trace, group, at.array(), at.spanStart(), at.spanLength());
    }
    int trace = traces.find(context, at.hi(), at.lo());
    if (policy != UNKNOWN && !at.isPiece()) {
      places.handedIn(trace);
    }
    bringForward(trace, at, nowMillis);
  }

  private int group(TransferBatch batch, int number, int nowMillis) {
    if (groups[number] == UNKNOWN) {
      groups[number] = store.groups.intern(batch.resource(number), batch.scope(number), nowMillis);
    }
    return groups[number];
  }

  /** Marks are not above what the sender's notes were (protocol M2). */
  private void note(int trace, TransferIn in, TransferCursor at, int nowMillis) {
    int window = traces.window(trace);
    if (at.notes() == TransferCursor.NONE || (at.notes() == notedAs && window == noted)) {
      return;
    }
    RouterSeqs seqs = in.batch().notes(at.notes());
    int[] keys = new int[seqs.routers().length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = in.routerKeys()[seqs.routers()[i]];
    }
    noted = store.notes.windowFor(window, keys, seqs.seqs(), nowMillis - at.ageMillis());
    notedAs = at.notes();
    if (noted != window) {
      places.moveTo(trace, noted);
    }
  }

  private void bringForward(int trace, TransferCursor at, int nowMillis) {
    if (trace == TraceTable.NONE || !TraceState.isOpen(traces.state(trace))) {
      return;
    }
    int arrival = nowMillis - at.ageMillis();
    if (arrival - traces.firstArrivalMillis(trace) < 0) {
      traces.firstArrivalMillis(trace, arrival);
    }
    int deadline = nowMillis + at.remainingMillis();
    if (traces.state(trace) == TraceState.OPEN && deadline - traces.deadlineMillis(trace) < 0) {
      store.wheel.remove(trace);
      store.wheel.schedule(trace, deadline);
    }
  }
}
