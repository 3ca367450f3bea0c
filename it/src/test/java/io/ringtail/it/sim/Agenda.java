package io.ringtail.it.sim;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen, the earliest first, of one moment what was planned first: a heap of four
 * children a node, since there are some hundreds of events and more comparisons than anything else.
 * Threads: one.
 */
final class Agenda {
  private @Nullable Event[] heap = new @Nullable Event[1024];
  private int size;
  private long planned;

  static final class Event {
    final long at;
    final long sequence;
    final Host host;
    final Runnable what;

    private Event(long at, long sequence, Host host, Runnable what) {
      this.at = at;
      this.sequence = sequence;
      this.host = host;
      this.what = what;
    }

    private boolean isBefore(Event o) {
      return at != o.at ? at < o.at : sequence < o.sequence;
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(long at, Host host, Runnable what) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    Event added = new Event(at, planned++, host, what);
    int place = size++;
    while (place > 0) {
      int parent = (place - 1) >> 2;
      Event above = get(parent);
      if (!added.isBefore(above)) {
        break;
      }
      heap[place] = above;
      place = parent;
    }
    heap[place] = added;
  }

  /** When the next one is; there must be one. */
  long nextAt() {
    return get(0).at;
  }

  Event remove() {
    Event first = get(0);
    Event last = get(--size);
    heap[size] = null;
    if (size > 0) {
      sink(last);
    }
    return first;
  }

  private void sink(Event last) {
    int place = 0;
    for (int child = 1; child < size; child = place * 4 + 1) {
      int least = child;
      Event below = get(child);
      for (int other = child + 1; other < Math.min(child + 4, size); other++) {
        Event candidate = get(other);
        if (candidate.isBefore(below)) {
          least = other;
          below = candidate;
        }
      }
      if (!below.isBefore(last)) {
        break;
      }
      heap[place] = below;
      place = least;
    }
    heap[place] = last;
  }

  private Event get(int place) {
    Event event = heap[place];
    if (event == null) {
      throw new AssertionError("nothing at " + place + " of " + size);
    }
    return event;
  }
}
