package io.ringtail.sampler.export;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener of every trace another queue takes, once each. */
public final class ListeningQueue implements ExportQueue {
  private static final Logger log = LoggerFactory.getLogger(ListeningQueue.class);

  private final ExportQueue queue;
  private final KeptTraceListener listener;

  public ListeningQueue(ExportQueue queue, KeptTraceListener listener) {
    this.queue = queue;
    this.listener = listener;
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
    } catch (RuntimeException e) {
      log.warn("event=listener-failed", e);
    }
  }
}
