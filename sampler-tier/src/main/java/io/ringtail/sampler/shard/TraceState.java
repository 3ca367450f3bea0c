package io.ringtail.sampler.shard;

/** States of a trace in the table: plain numbers, since they are kept outside the heap. */
final class TraceState {
  /** Gathers spans until its deadline. */
  static final int OPEN = 0;

  /** Past its deadline, but about its slot nothing may be decided now (protocol D1, O4). */
  static final int OVERDUE = 1;

  /** Late spans of a kept trace, gathered until the end of their batch. */
  static final int LATE = 2;

  /** To be exported; the export queue had no room. More of its spans are added to it. */
  static final int WAITING = 3;

  /** The same, but full: further spans of it make a trace of their own. */
  static final int WAITING_FULL = 4;

  /**
   * Decided to be kept, but without effect before the heir knows (protocol D2). Spans are added.
   */
  static final int DECIDED_KEEP = 5;

  /** The same, to be dropped. */
  static final int DECIDED_DROP = 6;

  /** The same, because it had grown too large. */
  static final int DECIDED_TOO_LARGE = 7;

  /** Whether nothing is decided on it. */
  static boolean isOpen(int state) {
    return state <= OVERDUE;
  }

  static boolean isDecided(int state) {
    return state >= DECIDED_KEEP;
  }

  private TraceState() {}
}
