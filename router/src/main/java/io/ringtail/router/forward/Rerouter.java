package io.ringtail.router.forward;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.metrics.Mishaps;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.forward.ForwardMetrics.RefuseReason;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.Split;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts parts anew by the newest table and sends them where they belong now (protocol A3, A6); until
 * there is one it keeps them. Threads: one, the forwarder's control loop.
 */
final class Rerouter {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Supplier<@Nullable Routes> routes;
  private final BatchSplitter splitter;
  private final AtomicLong bytesHeld;
  private final ForwardMetrics metrics;
  private final Mishaps mishaps;
  private final LongSupplier nanoTime;

  /** Not looked at yet. */
  private final ArrayDeque<Parked> fresh = new ArrayDeque<>();

  /** They wait for their time, earliest first. */
  private final PriorityQueue<Parked> later =
      new PriorityQueue<>((a, b) -> Long.signum(a.notBeforeNanos - b.notBeforeNanos));

  /** They wait for an epoch, or for owners. */
  private final ArrayDeque<Parked> parked = new ArrayDeque<>();

  private record Parked(
      Parcel parcel, EpochOrder atLeast, long notBeforeNanos, ResendReason reason) {}

  Rerouter(
      Supplier<@Nullable Routes> routes,
      BatchSplitter splitter,
      AtomicLong bytesHeld,
      ForwardMetrics metrics,
      Mishaps mishaps,
      LongSupplier nanoTime) {
    this.routes = routes;
    this.splitter = splitter;
    this.bytesHeld = bytesHeld;
    this.metrics = metrics;
    this.mishaps = mishaps;
    this.nanoTime = nanoTime;
  }

  /**
   * @param parcel consumed
   */
  void add(Parcel parcel, EpochOrder atLeast, long notBeforeNanos, ResendReason reason) {
    boolean waits = notBeforeNanos - nanoTime.getAsLong() > 0;
    (waits ? later : fresh).add(new Parked(parcel, atLeast, notBeforeNanos, reason));
  }

  boolean isEmpty() {
    return fresh.isEmpty() && later.isEmpty() && parked.isEmpty();
  }

  /** Sends what can go now, and drops what is overdue: after an epoch, and once in a while. */
  void run() {
    long nowNanos = nanoTime.getAsLong();
    fresh.addAll(parked);
    parked.clear();
    later.removeIf(p -> dropped(p.parcel, nowNanos));
    runDue();
  }

  /** Sends what came, or whose time came, since the last run: costs nothing for the others. */
  void runDue() {
    long nowNanos = nanoTime.getAsLong();
    while (!later.isEmpty() && nowNanos - later.element().notBeforeNanos >= 0) {
      fresh.add(later.remove());
    }
    Routes now = routes.get();
    for (Parked p = fresh.poll(); p != null; p = fresh.poll()) {
      if (!doneWith(p, now, nowNanos)) {
        parked.add(p);
      }
    }
  }

  /** One that fails is tried again at the next run, and takes no other with it. */
  private boolean doneWith(Parked p, @Nullable Routes now, long nowNanos) {
    try {
      return dropped(p.parcel, nowNanos) || sent(p, now);
    } catch (RuntimeException | Error e) {
      mishaps.happened("event=reroute-failed spans=" + p.parcel.spanCount(), e);
      return false;
    }
  }

  private boolean dropped(Parcel parcel, long nowNanos) {
    if (parcel.errand().isAnswered()) {
      withdraw(parcel, RefuseReason.WITHDRAWN);
      return true;
    }
    if (!parcel.errand().isOverdue(nowNanos)) {
      return false;
    }
    Refusal refusal = new Refusal.TimedOut("no owner has taken the spans in time", RETRY_AFTER);
    boolean first = parcel.errand().fail(refusal);
    withdraw(parcel, first ? RefuseReason.TIMED_OUT : RefuseReason.WITHDRAWN);
    return true;
  }

  private boolean sent(Parked p, @Nullable Routes now) {
    if (now == null || !now.hasOwners() || now.order().compareTo(p.atLeast) < 0) {
      return false;
    }
    Split split = cut(p.parcel, now);
    p.parcel.errand().partWasCut(split.parts().size());
    metrics.resent(p.reason, split.parts().size());
    now.dispatch(split, p.parcel.errand(), bytesHeld);
    p.parcel.release();
    return true;
  }

  private Split cut(Parcel parcel, Routes now) {
    try {
      return splitter.resplit(parcel.part(), now.table());
    } catch (MalformedWireException e) {
      throw new AssertionError("a part that was split before", e);
    }
  }

  /** This router stops: what is parked is refused. */
  void onStop() {
    fresh.addAll(parked);
    fresh.addAll(later);
    parked.clear();
    later.clear();
    for (Parked p = fresh.poll(); p != null; p = fresh.poll()) {
      p.parcel.errand().fail(new Refusal.NotReady("this router stops", RETRY_AFTER));
      withdraw(p.parcel, RefuseReason.STOPPING);
    }
  }

  private void withdraw(Parcel parcel, RefuseReason reason) {
    if (parcel.errand().piece() == null) {
      metrics.refused(reason, parcel.spanCount());
    }
    parcel.release();
  }
}
