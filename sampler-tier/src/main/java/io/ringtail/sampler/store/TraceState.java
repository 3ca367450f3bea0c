package io.ringtail.sampler.store;

/** States of a trace in the table: plain numbers, since they are kept outside the heap. */
public final class TraceState {
  /** Gathers spans until its deadline. */
  public static final int OPEN = 0;

  /** Past its deadline, but about its slot nothing may be decided now (protocol D1, O4). */
  public static final int OVERDUE = 1;

  /** Late spans of a kept trace, gathered until the end of their batch. */
  public static final int LATE = 2;

  /** To be exported; the export queue had no room. More of its spans are added to it. */
  public static final int WAITING = 3;

  /** The same, but full: further spans of it make a trace of their own. */
  public static final int WAITING_FULL = 4;

  /**
   * Decided to be kept, but without effect before the heir knows (protocol D2). Spans are added.
   */
  public static final int DECIDED_KEEP = 5;

  /** The same, to be dropped. */
  public static final int DECIDED_DROP = 6;

  /** The same, because it had grown too large. */
  public static final int DECIDED_TOO_LARGE = 7;

  /** Whether nothing is decided on it. */
  public static boolean isOpen(int state) {
    return state <= OVERDUE;
  }

  public static boolean isDecided(int state) {
    return state >= DECIDED_KEEP;
  }

  private TraceState() {}
}
