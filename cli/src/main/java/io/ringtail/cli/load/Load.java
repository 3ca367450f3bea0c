package io.ringtail.cli.load;

import io.ringtail.cli.send.Deliveries;
import io.ringtail.cli.send.Request;
import io.ringtail.cli.send.Sender;
import io.ringtail.cli.send.Tally;
import io.ringtail.cli.send.Timing;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Sends the requests of a plan, each at its time, whether or not those before are answered: an open
 * loop, bounded only by the places in flight. What leaves late keeps its intended time, from which
 * its latency counts. When the time of the plan is over, and some, what could not be sent is left.
 * Threads: {@link #run} on the caller's; {@link #share} from any.
 */
final class Load {
  /** Longest sleep, so that a stop is heard. */
  private static final long SLICE_NANOS = 100_000_000;

  /**
   * How late the end may be: this, or a share of the plan's time. Longer than a machine stands
   * still now and then, which is no reason to leave spans unsent.
   */
  private static final long OVERTIME_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final int OVERTIME_SHARE = 20;
  private static final double NANOS = 1e9;

  private final LoadPlan plan;
  private final Traffic traffic;
  private final List<Sender> senders;
  private final Timing timing;
  private final BooleanSupplier stop;
  private final Deliveries deliveries;
  private final Measured measured;
  private final Lateness lateness = new Lateness();
  private final long startNanos;
  private volatile long reachedNanos;

  /**
   * The surroundings of a load.
   *
   * @param random shared by all threads
   * @param stop asked often; true ends the load
   */
  record Means(
      List<Sender> senders,
      Deliveries.Terms terms,
      Timing timing,
      RandomGenerator random,
      Tally tally,
      BooleanSupplier stop) {}

  Load(LoadPlan plan, Traffic traffic, Means means) {
    this.plan = plan;
    this.traffic = traffic;
    senders = means.senders();
    timing = means.timing();
    stop = means.stop();
    startNanos = timing.nanos();
    measured =
        new Measured(
            timing, startNanos + plan.fullRateFromNanos(), startNanos + plan.startsEndNanos());
    deliveries =
        new Deliveries(senders, means.terms(), timing, means.random(), means.tally(), measured);
  }

  /** How much of the plan's time has passed, 0 to 1. */
  double share() {
    return (double) reachedNanos / plan.endNanos();
  }

  /** Why no endpoint was reached, in time or, when it has ended, at all; empty if one was. */
  Optional<String> whyUnreachable() {
    return deliveries.whyUnreachable();
  }

  /**
   * Sends all of it and waits for the last answer.
   *
   * @return what came of it
   */
  LoadResult run() throws InterruptedException {
    long overtime = Math.max(OVERTIME_NANOS, plan.endNanos() / OVERTIME_SHARE);
    long lastNanos = startNanos + plan.endNanos() + overtime;
    boolean stopped = false;
    boolean sending = true;
    Optional<Traffic.Due> due = traffic.next();
    for (long number = 1; sending && due.isPresent(); number++) {
      stopped = !awaitDue(startNanos + due.get().dueNanos());
      sending = !stopped && timing.nanos() < lastNanos && send(due.get(), number);
      due = sending ? traffic.next() : due;
    }
    double sentSeconds = (timing.nanos() - startNanos) / NANOS;
    double fullRateSeconds =
        Math.min(plan.durationNanos() / NANOS, sentSeconds - plan.fullRateFromNanos() / NANOS);
    deliveries.awaitAll();
    double seconds = (timing.nanos() - startNanos) / NANOS;
    return new LoadResult(
        plan, traffic, measured, lateness, seconds, Math.max(0, fullRateSeconds), stopped);
  }

  /** Returns false if the load is to stop. */
  private boolean awaitDue(long dueNanos) throws InterruptedException {
    for (long early = dueNanos - timing.nanos(); early > 0; early = dueNanos - timing.nanos()) {
      if (stop.getAsBoolean()) {
        return false;
      }
      timing.sleep(Math.min(early, SLICE_NANOS));
      reachedNanos = timing.nanos() - startNanos;
    }
    return !stop.getAsBoolean();
  }

  private boolean send(Traffic.Due due, long number) throws InterruptedException {
    int sender = (int) (number % senders.size());
    byte[] body = senders.get(sender).encode(due.body());
    long dueNanos = startNanos + due.dueNanos();
    boolean full = deliveries.isFull();
    long before = timing.nanos();
    Request request = new Request("request", number, due.spanCount(), dueNanos, body);
    if (!deliveries.deliver(request, sender)) {
      return false;
    }
    long now = timing.nanos();
    if (measured.isMeasured(dueNanos)) {
      lateness.note(now - dueNanos, full ? now - before : 0);
    }
    measured.sent(due.spanCount());
    reachedNanos = now - startNanos;
    return true;
  }
}
