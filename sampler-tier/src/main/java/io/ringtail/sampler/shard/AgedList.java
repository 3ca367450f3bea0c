package io.ringtail.sampler.shard;

import io.ringtail.sampler.buffer.TraceList;
import io.ringtail.sampler.buffer.TraceTable;

/** Traces in some order, and how old the oldest of them may be. Threads: the shard's. */
final class AgedList {
  private final TraceTable traces;
  private final TraceList list;
  private int oldestMillis;

  AgedList(TraceTable traces) {
    this.traces = traces;
    this.list = new TraceList(traces);
  }

  void addLast(int trace) {
    int created = traces.createdMillis(trace);
    if (list.isEmpty() || created - oldestMillis < 0) {
      oldestMillis = created;
    }
    list.addLast(trace);
  }

  /** Puts a trace back that was taken from the front. */
  void addFirst(int trace) {
    int created = traces.createdMillis(trace);
    if (list.isEmpty() || created - oldestMillis < 0) {
      oldestMillis = created;
    }
    list.addFirst(trace);
  }

  void remove(int trace) {
    list.remove(trace);
  }

  int first() {
    return list.first();
  }

  int next(int trace) {
    return list.next(trace);
  }

  /** See {@link TraceList#startWalk}. */
  void startWalk() {
    list.startWalk();
  }

  int nextInWalk() {
    return list.nextInWalk();
  }

  int size() {
    return list.size();
  }

  boolean isEmpty() {
    return list.isEmpty();
  }

  /** The earlier of a time and of when its traces were created. */
  int oldestMillis(int millis) {
    return !list.isEmpty() && oldestMillis - millis < 0 ? oldestMillis : millis;
  }
}
