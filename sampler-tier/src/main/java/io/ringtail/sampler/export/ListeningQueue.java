package io.ringtail.sampler.export;

import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener of every trace another queue takes, once each. */
public final class ListeningQueue implements ExportQueue {
  private static final Logger log = LoggerFactory.getLogger(ListeningQueue.class);

  private final ExportQueue queue;
  private final KeptTraceListener listener;
  private final Mishaps mishaps;

  public ListeningQueue(ExportQueue queue, KeptTraceListener listener, Metrics metrics) {
    this.queue = queue;
    this.listener = listener;
    this.mishaps =
        new Mishaps(
            metrics.counter(
                "ringtail_sampler_kept_listener_failures_total",
                "Kept traces whose listener failed, all of which were exported all the same:"
                    + " bugs."),
            log,
            System::nanoTime);
  }

  @Override
  public boolean offer(KeptTrace trace) {
    trace.resourceSpans().retain();
    try {
      boolean taken = queue.offer(trace);
      if (taken) {
        tell(trace);
      }
      return taken;
    } finally {
      trace.resourceSpans().release();
    }
  }

  /** The trace is the queue's by now: a listener that fails changes nothing. */
  private void tell(KeptTrace trace) {
    try {
      listener.onKept(trace);
    } catch (RuntimeException | Error e) {
      mishaps.happened("event=listener-failed", e);
    }
  }
}
