package io.ringtail.sampler.gather;

import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.ShardCounts;
import io.ringtail.sampler.feature.SpanFeatures;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardStore;

/**
 * Takes the spans of a batch to their traces: each is read, finds its trace ({@link TracePlaces})
 * and is stored there ({@link SpanAppender}), or is dropped. Threads: the shard's.
 */
public final class Gatherer {
  private final ShardStore store;
  private final TracePlaces places;
  private final SpanAppender appender;
  private final ShardCounts counts;
  private final Arriving arriving;
  private final BatchGroups groups;
  private final ReadAhead ahead;

  public Gatherer(
      ShardStore store,
      DecisionCaches caches,
      TracePlaces places,
      SpanAppender appender,
      ShardCounts counts,
      Arriving arriving) {
    this.store = store;
    this.places = places;
    this.appender = appender;
    this.counts = counts;
    this.arriving = arriving;
    this.groups = new BatchGroups(store);
    this.ahead = new ReadAhead(store, caches, groups);
  }

  /**
   * @param batch its message is borrowed
   */
  public void gather(ShardBatch batch, int nowMillis, long nowNanos) {
    arriving.batch(batch, store.notes, nowMillis, nowNanos);
    places.begin();
    appender.begin();
    try {
      addAll(batch);
    } finally {
      appender.end(batch.spanCount());
    }
    places.sendLate();
  }

  private void addAll(ShardBatch batch) {
    groups.begin(batch.groups().length);
    byte[] array = batch.message().array();
    int[] spans = batch.spans();
    int count = batch.spanCount();
    for (int i = 0; i < count; i++) {
      int inAhead = i % ReadAhead.SPANS;
      if (inAhead == 0) {
        ahead.look(batch, i, Math.min(count - i, ReadAhead.SPANS));
      }
      add(batch, ahead.place(inAhead), spans[3 * i], array, spans[3 * i + 1], spans[3 * i + 2]);
    }
  }

  private void add(
      ShardBatch batch, int place, int groupIndex, byte[] array, int offset, int length) {
    SpanFeatures span = appender.read(array, offset, length);
    if (span.malformed()) {
      counts.malformed();
    }
    long hi = span.traceIdHi();
    long lo = span.traceIdLo();
    if ((hi | lo) == 0) {
      appender.drop(DropReason.MALFORMED);
      return;
    }
    int context = groups.context(batch, groupIndex);
    int found = store.traces.find(place, context, hi, lo);
    int trace = places.withRoom(found, context, hi, lo, length);
    if (trace < 0) {
      appender.drop(TracePlaces.reason(trace));
      return;
    }
    if (arriving.olderSeq != 0) {
      store.notes.lower(store.traces.window(trace), arriving.routerKey, arriving.olderSeq - 1);
    }
    int group = groups.group(batch, groupIndex, arriving.nowMillis);
    appender.append(trace, group, array, offset, length);
  }
}
