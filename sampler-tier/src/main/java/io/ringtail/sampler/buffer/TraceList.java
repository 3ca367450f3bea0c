package io.ringtail.sampler.buffer;

/**
 * Traces in the order in which they were put in, linked through their own blocks. A trace is in at
 * most one such list. Threads: one.
 */
public final class TraceList {
  private final TraceTable traces;
  private int first = TraceTable.NONE;
  private int last = TraceTable.NONE;
  private int size;

  /** The next trace of the walk under way. */
  private int walk = TraceTable.NONE;

  public TraceList(TraceTable traces) {
    this.traces = traces;
  }

  public void addLast(int trace) {
    traces.link(trace, TraceTable.LIST_PREVIOUS, last);
    traces.link(trace, TraceTable.LIST_NEXT, TraceTable.NONE);
    if (last == TraceTable.NONE) {
      first = trace;
    } else {
      traces.link(last, TraceTable.LIST_NEXT, trace);
    }
    last = trace;
    size++;
  }

  /** Puts a trace back that was taken from the front. */
  public void addFirst(int trace) {
    if (walk == first) {
      walk = trace;
    }
    traces.link(trace, TraceTable.LIST_PREVIOUS, TraceTable.NONE);
    traces.link(trace, TraceTable.LIST_NEXT, first);
    if (first == TraceTable.NONE) {
      last = trace;
    } else {
      traces.link(first, TraceTable.LIST_PREVIOUS, trace);
    }
    first = trace;
    size++;
  }

  public void remove(int trace) {
    int next = traces.link(trace, TraceTable.LIST_NEXT);
    if (walk == trace) {
      walk = next;
    }
    int previous = traces.link(trace, TraceTable.LIST_PREVIOUS);
    if (previous == TraceTable.NONE) {
      first = next;
    } else {
      traces.link(previous, TraceTable.LIST_NEXT, next);
    }
    if (next == TraceTable.NONE) {
      last = previous;
    } else {
      traces.link(next, TraceTable.LIST_PREVIOUS, previous);
    }
    size--;
  }

  /** The trace put in before all others, or {@link TraceTable#NONE}. */
  public int first() {
    return first;
  }

  /** The trace after this one, or {@link TraceTable#NONE}. */
  public int next(int trace) {
    return traces.link(trace, TraceTable.LIST_NEXT);
  }

  /**
   * Begins to go over the list in pieces; it may change in between. There is one walk at a time.
   */
  public void startWalk() {
    walk = first;
  }

  /** The next trace of the walk, or {@link TraceTable#NONE}; one put in later may come or not. */
  public int nextInWalk() {
    int trace = walk;
    if (trace != TraceTable.NONE) {
      walk = next(trace);
    }
    return trace;
  }

  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }
}
