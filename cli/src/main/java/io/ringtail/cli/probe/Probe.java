package io.ringtail.cli.probe;

import io.ringtail.cli.send.Answer;
import io.ringtail.cli.send.Deliveries;
import io.ringtail.cli.send.Request;
import io.ringtail.cli.send.Sender;
import io.ringtail.cli.send.Tally;
import io.ringtail.cli.send.Timing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Runs of the probe. A run sends its traces side by side, a span of each a step, the root last;
 * each next span of a trace goes over the next connection. Then it waits until all are whole, or
 * too long. Threads: {@link #run} one at a time.
 */
final class Probe {
  private static final long POLL_NANOS = 50_000_000;

  /** Traces of former runs whose late spans are told from those of others. */
  private static final int REMEMBERED = 1000;

  /**
   * The surroundings of the probe.
   *
   * @param senders one a connection
   * @param endpoints of the senders, as they are told
   * @param wallNanos nanoseconds since 1970
   * @param random shared by all threads
   * @param stop asked often; true ends a run with what is there
   */
  record Means(
      List<Sender> senders,
      List<String> endpoints,
      Deliveries.Terms terms,
      Timing timing,
      LongSupplier wallNanos,
      RandomGenerator random,
      BooleanSupplier stop) {}

  private final ProbePlan plan;
  private final Means means;
  private final Arrivals arrivals;
  private final TraceMaker maker;
  private final Timing timing;
  private final Deque<Watch> judged = new ArrayDeque<>();
  private long lateOfForgotten;

  Probe(ProbePlan plan, Means means, Arrivals arrivals) {
    this.plan = plan;
    this.means = means;
    this.arrivals = arrivals;
    maker = new TraceMaker(plan, means.random());
    timing = means.timing();
  }

  /** Spans of former runs that came after their verdict, of the runs that are remembered. */
  long lateSpans() {
    return lateOfForgotten + judged.stream().mapToLong(Watch::lateSpans).sum();
  }

  ProbeResult run() throws InterruptedException {
    long start = timing.nanos();
    long foreignBefore = arrivals.foreignSpans();
    String run = HexFormat.of().toHexDigits(means.random().nextLong());
    List<SentTrace> traces = maker.make(run, means.wallNanos().getAsLong());
    List<Watch> watches =
        traces.stream().map(trace -> new Watch(trace, plan.allowPieces())).toList();
    watches.forEach(arrivals::watch);
    Optional<String> whyUnreachable = send(traces, watches);
    boolean reached = whyUnreachable.isEmpty();
    if (reached) {
      await(watches);
    }
    List<Verdict> verdicts = reached ? watches.stream().map(Watch::judge).toList() : List.of();
    remember(watches);
    return new ProbeResult(
        run,
        verdicts,
        whyUnreachable,
        arrivals.foreignSpans() - foreignBefore,
        (timing.nanos() - start) / 1e9);
  }

  private void remember(List<Watch> watches) {
    judged.addAll(watches);
    while (judged.size() > REMEMBERED) {
      Watch oldest = judged.remove();
      lateOfForgotten += oldest.lateSpans();
      arrivals.forget(oldest);
    }
  }

  /** Returns why no endpoint could be reached; empty if one was. */
  private Optional<String> send(List<SentTrace> traces, List<Watch> watches)
      throws InterruptedException {
    Deliveries deliveries =
        new Deliveries(
            means.senders(),
            means.terms(),
            timing,
            means.random(),
            new Tally(line -> {}),
            (request, last) -> ended(watches, request, last));
    long start = timing.nanos();
    boolean sending = true;
    for (int step = 0; step < plan.spans() && sending; step++) {
      sending = sleepUntil(start + dueNanos(step));
      int span = (step + 1) % plan.spans(); // the root last
      for (int trace = 0; trace < traces.size() && sending; trace++) {
        int sender = (step + trace) % means.senders().size();
        watches.get(trace).sent(span, means.endpoints().get(sender));
        byte[] body =
            means.senders().get(sender).encode(traces.get(trace).spans().get(span).request());
        long number = (long) trace * plan.spans() + span + 1;
        sending = deliveries.deliver(new Request("span", number, 1, timing.nanos(), body), sender);
      }
    }
    deliveries.awaitAll();
    return deliveries.whyUnreachable();
  }

  private long dueNanos(int step) {
    return plan.spread().toNanos() * step / Math.max(1, plan.spans() - 1);
  }

  private void ended(List<Watch> watches, Request request, Answer last) {
    int number = (int) request.number() - 1;
    Watch watch = watches.get(number / plan.spans());
    int span = number % plan.spans();
    boolean taken = last instanceof Answer.Accepted accepted && accepted.rejectedSpans() == 0;
    if (taken) {
      watch.accepted(span, timing.nanos());
    } else {
      watch.refused(span, last.reason());
    }
  }

  /** Until all are whole, and then a while longer, for spans that come twice. */
  private void await(List<Watch> watches) throws InterruptedException {
    long deadline = timing.nanos() + plan.waitAtMost().toNanos();
    boolean going = true;
    while (going && !isDone(watches) && timing.nanos() < deadline) {
      going = sleepUntil(timing.nanos() + POLL_NANOS);
    }
    if (going && isDone(watches)) {
      sleepUntil(timing.nanos() + plan.settle().toNanos());
    }
  }

  private static boolean isDone(List<Watch> watches) {
    return watches.stream().allMatch(watch -> watch.isWhole() || watch.isHopeless());
  }

  /** Returns false if it was told to stop before. */
  private boolean sleepUntil(long nanos) throws InterruptedException {
    for (long left = nanos - timing.nanos(); left > 0; left = nanos - timing.nanos()) {
      if (means.stop().getAsBoolean()) {
        return false;
      }
      timing.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
    }
    return !means.stop().getAsBoolean();
  }
}
