package io.ringtail.sampler.handover;

/** Numbers of traces, first in first out. Threads: the shard's. */
final class IntQueue {
  private int[] items = new int[64];
  private int head;
  private int size;

  void add(int item) {
    if (size == items.length) {
      int[] larger = new int[size * 2];
      for (int i = 0; i < size; i++) {
        larger[i] = items[(head + i) & (size - 1)];
      }
      items = larger;
      head = 0;
    }
    items[(head + size++) & (items.length - 1)] = item;
  }

  int size() {
    return size;
  }

  /** Only if it is not empty. */
  int peek() {
    return items[head];
  }

  /** Only if it is not empty. */
  int take() {
    int item = items[head];
    head = (head + 1) & (items.length - 1);
    size--;
    return item;
  }

  boolean isEmpty() {
    return size == 0;
  }
}
