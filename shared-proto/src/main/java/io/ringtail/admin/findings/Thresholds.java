package io.ringtail.admin.findings;

/** From where on something is told, and why from there. */
public final class Thresholds {
  /**
   * A failed export is tried again after 5 s ({@code sampler.export.retry.initial}): past this two
   * attempts in a row have failed, so it is no single lost connection.
   */
  public static final double BACKEND_DOWN_SECONDS = 10;

  /** A queue this full refuses within a second or so at the rate that filled it. */
  public static final double QUEUE_NEAR_LIMIT = 0.8;

  /** Of the high water, where the oldest traces begin to be decided early. */
  public static final double BUFFER_NEAR_HIGH_WATER = 0.9;

  /** Of {@code num_traces}. */
  public static final double TRACES_NEAR_LIMIT = 0.95;

  /** Of a router's budgets for requests; bursts of a second reach two thirds of them. */
  public static final double REQUESTS_NEAR_LIMIT = 0.9;

  /**
   * Of the memory limit of the control group, resident; and of the memory outside the heap. The
   * heap is not asked: between two collections it is as full as the collector lets it be.
   */
  public static final double MEMORY_NEAR_LIMIT = 0.95;

  /** A handoff takes seconds; a hold for a loss waits 3 s for the lost one's lease. */
  public static final double HOLD_LASTS_SECONDS = 10;

  /** Membership takes about 1 s, a JVM on a busy machine 10 s more. */
  public static final long START_MILLIS = 60_000;

  private Thresholds() {}
}
