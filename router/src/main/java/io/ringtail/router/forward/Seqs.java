package io.ringtail.router.forward;

import java.util.concurrent.atomic.AtomicLong;

/** A router's counter of sendings over all its links, from 1 (protocol 1). Threads: any. */
final class Seqs {
  private final AtomicLong last = new AtomicLong();

  long next() {
    return last.incrementAndGet();
  }

  /** The newest given out; 0 before the first. */
  long last() {
    return last.get();
  }
}
