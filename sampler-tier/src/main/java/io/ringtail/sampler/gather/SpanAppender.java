package io.ringtail.sampler.gather;

import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.ShardCounts;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.feature.SpanFeatures;
import io.ringtail.sampler.policy.PolicySet;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.TraceState;

/**
 * Stores a span in its trace, with what policies need of it, and accounts for it. A root, or a span
 * older than the trace so far, brings the deadline forward. Threads: the shard's.
 */
public final class SpanAppender {
  private final ShardStore store;
  private final TraceTable traces;
  private final PolicySet policies;
  private final Departures departures;
  private final ShardCounts counts;
  private final TraceLimits limits;
  private final Arriving arriving;
  private final SpanFeatures features = new SpanFeatures();

  /** Of the present batch or trace: spans that are stored or were counted as dropped. */
  private int accounted;

  public SpanAppender(
      ShardStore store,
      PolicySet policies,
      Departures departures,
      ShardCounts counts,
      TraceLimits limits,
      Arriving arriving) {
    this.store = store;
    this.traces = store.traces;
    this.policies = policies;
    this.departures = departures;
    this.counts = counts;
    this.limits = limits;
    this.arriving = arriving;
  }

  /** A batch or a trace begins. */
  void begin() {
    accounted = 0;
  }

  /** A batch of so many has ended, maybe by an error: counts those not accounted for. */
  void end(int spanCount) {
    if (accounted < spanCount) {
      counts.failed(spanCount - accounted);
    }
  }

  /** A trace of so many has ended by an error: its sender keeps those not accounted for. */
  void notMerged(int spanCount) {
    counts.notMerged(spanCount - accounted);
  }

  /**
   * Reads the span to be appended.
   *
   * @return the same object each time
   */
  SpanFeatures read(byte[] array, int offset, int length) {
    features.read(array, offset, length, policies);
    return features;
  }

  /** Stores the span that was read last. */
  void append(int trace, int group, byte[] array, int offset, int length) {
    if (store.spans.append(trace, group, features.spanId(), array, offset, length)) {
      counts.stored();
      accounted++;
      added(trace, group);
    } else {
      drop(DropReason.DUPLICATE);
    }
  }

  void drop(DropReason reason) {
    counts.droppedAtOnce(reason);
    accounted++;
  }

  private void added(int trace, int group) {
    int state = traces.state(trace);
    if (TraceState.isOpen(state)) {
      traces.addTimes(trace, features.startNanos(), features.endNanos());
      traces.addBits(trace, features.bits());
      traces.addBits(trace, store.groups.resourceBits(group));
      if (!arriving.handedOver) {
        hurry(trace, state);
      }
      return;
    }
    if (state != TraceState.DECIDED_DROP && state != TraceState.DECIDED_TOO_LARGE) {
      counts.lateKept();
    }
    if (state == TraceState.WAITING) {
      departures.changed(trace);
    }
  }

  private void hurry(int trace, int state) {
    if (state == TraceState.OVERDUE) {
      return;
    }
    int arrivalMillis = arriving.arrivalMillis;
    int deadline = traces.deadlineMillis(trace);
    int earliest = deadline;
    if (arrivalMillis - traces.firstArrivalMillis(trace) < 0) {
      traces.firstArrivalMillis(trace, arrivalMillis);
      earliest = earlier(earliest, arrivalMillis + limits.waitMillis());
    }
    if (limits.rootWaitMillis() != 0 && features.root()) {
      earliest = earlier(earliest, arrivalMillis + limits.rootWaitMillis());
    }
    if (earliest != deadline) {
      store.wheel.remove(trace);
      store.wheel.schedule(trace, earliest);
    }
  }

  private static int earlier(int a, int b) {
    return b - a < 0 ? b : a;
  }
}
