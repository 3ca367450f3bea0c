package io.ringtail.sampler.export;

/** Tells a listener of every trace another queue takes, once each. */
public final class ListeningQueue implements ExportQueue {
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
        listener.onKept(trace);
      }
      return taken;
    } finally {
      trace.resourceSpans().release();
    }
  }
}
