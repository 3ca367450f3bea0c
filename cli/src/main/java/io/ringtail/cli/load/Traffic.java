package io.ringtail.cli.load;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;

/**
 * The requests of a load in the order they are due: traces start at the plan's rate, each span
 * waits at its service when it ends, and a request leaves when it is full or its first span has
 * waited long enough. So the spans of a trace come interleaved with those of others, in several
 * requests, over the time the trace takes. Runs on a clock of its own, as far ahead as it is asked;
 * nothing here waits. Threads: one.
 */
final class Traffic {
  private static final long LEAST_TICK_NANOS = 1_000_000;
  private static final int MOST_TICKS_A_TRACE = 4096;
  private static final int SPAN_BITS = 16;

  /**
   * A request.
   *
   * @param dueNanos when it is due, on the clock of the load
   * @param body an encoded ExportTraceServiceRequest, the receiver's
   */
  record Due(long dueNanos, int spanCount, byte[] body) {}

  private final LoadPlan plan;
  private final Traces traces;
  private final Service[] services;
  private final SpanWheel wheel;
  private final long tickNanos;
  private final long lingerTicks;
  private final long epochNanos;
  private final Queue<Due> due = new ArrayDeque<>();
  private long tick;
  private long nextTrace;
  private long startedSpans;
  private boolean ended;

  /**
   * @param epochNanos wall-clock time at 0 of the clock of the load, in nanoseconds since 1970
   * @param idSeed of the IDs
   */
  Traffic(LoadPlan plan, long epochNanos, long idSeed) {
    this.plan = plan;
    this.epochNanos = epochNanos;
    TraceShape shape = plan.shape();
    traces = new Traces(shape, plan.seed(), idSeed);
    SplittableRandom random = new SplittableRandom(plan.seed() + 1);
    services = new Service[shape.services()];
    for (int i = 0; i < services.length; i++) {
      services[i] = new Service(i, shape, random);
    }
    tickNanos = Math.max(LEAST_TICK_NANOS, shape.durationNanos() / MOST_TICKS_A_TRACE + 1);
    lingerTicks = Math.max(1, plan.lingerNanos() / tickNanos);
    wheel = new SpanWheel((int) (shape.durationNanos() / tickNanos) + 2);
  }

  /** The next request; empty when all have been given. */
  Optional<Due> next() {
    while (due.isEmpty() && !ended) {
      runTick();
    }
    return Optional.ofNullable(due.poll());
  }

  /** Traces that have been started so far. */
  long startedTraces() {
    return nextTrace;
  }

  /** Spans of all the traces of the plan, those not started yet included. */
  long plannedSpans() {
    long spans = startedSpans;
    for (long trace = nextTrace; startNanos(trace) < plan.startsEndNanos(); trace++) {
      spans += traces.skeleton(trace).spans();
    }
    return spans;
  }

  /** When a trace starts: as many spans before it as so many traces have on average. */
  private long startNanos(long trace) {
    return plan.startNanos(trace * traces.meanSpans());
  }

  private void runTick() {
    long tickEndNanos = (tick + 1) * tickNanos;
    startTraces(Math.min(tickEndNanos, plan.startsEndNanos()));
    int spans = wheel.count(tick);
    for (int i = 0; i < spans; i++) {
      addSpan(wheel.get(tick, i), tickEndNanos);
    }
    wheel.clear(tick);
    ended = wheel.isEmpty() && startNanos(nextTrace) >= plan.startsEndNanos();
    for (Service service : services) {
      boolean waited = tick - service.firstTick() >= lingerTicks;
      if (service.spanCount() > 0 && (waited || ended)) {
        send(service, tickEndNanos);
      }
    }
    tick++;
  }

  private void startTraces(long beforeNanos) {
    for (long start = startNanos(nextTrace); start < beforeNanos; start = startNanos(nextTrace)) {
      Skeleton skeleton = traces.skeleton(nextTrace);
      for (int span = 0; span < skeleton.spans(); span++) {
        wheel.add((start + skeleton.endNanos(span)) / tickNanos, nextTrace << SPAN_BITS | span);
      }
      startedSpans += skeleton.spans();
      nextTrace++;
    }
  }

  private void addSpan(long code, long nowNanos) {
    long trace = code >>> SPAN_BITS;
    int span = (int) code & (1 << SPAN_BITS) - 1;
    Service service = services[traces.skeleton(trace).service(span)];
    service.add(traces, trace, span, epochNanos + startNanos(trace), tick);
    if (service.spanCount() == plan.batchSpans()) {
      send(service, nowNanos);
    }
  }

  private void send(Service service, long nowNanos) {
    int spans = service.spanCount();
    due.add(new Due(nowNanos, spans, service.request()));
  }
}
