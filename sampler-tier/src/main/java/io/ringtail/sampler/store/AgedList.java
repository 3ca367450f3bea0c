package io.ringtail.sampler.store;

import io.ringtail.sampler.buffer.TraceList;
import io.ringtail.sampler.buffer.TraceTable;

/** Traces in some order, and how old the oldest of them may be. Threads: the shard's. */
public final class AgedList {
  private final TraceTable traces;
  private final TraceList list;
  private int oldestMillis;

  public AgedList(TraceTable traces) {
    this.traces = traces;
    this.list = new TraceList(traces);
  }

  public void addLast(int trace) {
    int created = traces.createdMillis(trace);
    if (list.isEmpty() || created - oldestMillis < 0) {
      oldestMillis = created;
    }
    list.addLast(trace);
  }

  /** Puts a trace back that was taken from the front. */
  public void addFirst(int trace) {
    int created = traces.createdMillis(trace);
    if (list.isEmpty() || created - oldestMillis < 0) {
      oldestMillis = created;
    }
    list.addFirst(trace);
  }

  public void remove(int trace) {
    list.remove(trace);
  }

  public int first() {
    return list.first();
  }

  public int next(int trace) {
    return list.next(trace);
  }

  /** See {@link TraceList#startWalk}. */
  public void startWalk() {
    list.startWalk();
  }

  public int nextInWalk() {
    return list.nextInWalk();
  }

  public int size() {
    return list.size();
  }

  public boolean isEmpty() {
    return list.isEmpty();
  }

  /** The earlier of a time and of when its traces were created. */
  public int oldestMillis(int millis) {
    return !list.isEmpty() && oldestMillis - millis < 0 ? oldestMillis : millis;
  }
}
