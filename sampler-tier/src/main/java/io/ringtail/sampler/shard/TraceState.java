package io.ringtail.sampler.shard;

/** States of a trace in the table: plain numbers, since they are kept outside the heap. */
final class TraceState {
  /** Gathers spans until its deadline. */
  static final int OPEN = 0;

  /** Late spans of a kept trace, gathered until the end of their batch. */
  static final int LATE = 1;

  /** To be exported; the export queue had no room. More of its spans are added to it. */
  static final int WAITING = 2;

  /** The same, but full: further spans of it make a trace of their own. */
  static final int WAITING_FULL = 3;

  private TraceState() {}
}
