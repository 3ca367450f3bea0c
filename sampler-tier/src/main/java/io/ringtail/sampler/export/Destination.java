package io.ringtail.sampler.export;

import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.sampler.export.send.SendResult;
import io.ringtail.sampler.export.send.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One place kept traces go to: a queue bounded in bytes ({@link Backlog}, {@link Overflow}),
 * requests gathered a context ({@link Gathering}), and sending ({@link Flights}) until each is
 * finally answered ({@link Outcome}). A retryable failure is repeated without end, each request
 * after its own growing pause, so that one that always fails does not hold up the others. A refusal
 * for good is a counted loss, of the traces refused: a request of several is halved and sent again,
 * unless the refusal is about the sender or {@value #HALVINGS_A_SECOND} a second, {@value
 * #HALVINGS_AT_ONCE} at once, are used up; a backend that refuses everything is not asked much more
 * often than without.
 *
 * <p>Threads: {@link #tryReserve}, {@link #unreserve} and {@link #enqueue} by any; {@link #doWork},
 * {@link #abandon} and {@link #close} by the destination's own. Time comes in as an argument, so
 * that tests drive it without threads.
 *
 * <p>It is long as each step of a round, and the end, takes from and adds to the same two lines: of
 * what is ready and of what waits for its next try. What has a state of its own is in the classes
 * named above.
 */
final class Destination {
  private static final Logger log = LoggerFactory.getLogger(Destination.class);

  /** OTLP 1.11.0: a client must not send more, and counts what it does not send. */
  private static final int MAX_SENDABLE_BYTES = 64 << 20;

  /** One bad trace among 1,000 is found by ten of them. */
  private static final int HALVINGS_AT_ONCE = 400;

  private static final int HALVINGS_A_SECOND = 20;

  private static final long WAIT_FOR_AN_OFFER_NANOS = 1_000_000;
  private static final int MOST_WAITS_FOR_AN_OFFER = 500;

  private final String name;
  private final Transport transport;
  private final Backoff backoff;
  private final Runnable wakeUp;
  private final ExportMetrics metrics;
  private final Mishaps mishaps;
  private final Allowance halvings = new Allowance(HALVINGS_AT_ONCE, HALVINGS_A_SECOND);

  private final Backlog backlog;
  private final Overflow overflow;
  private final Gathering gathering;
  private final Flights flights;
  private final Outcome outcome;
  private final Health health = new Health();

  private final ArrayDeque<Batch> ready = new ArrayDeque<>();
  private final PriorityQueue<Batch> waiting =
      new PriorityQueue<>(Comparator.comparingLong(b -> b.dueNanos));
  private boolean flushed;

  /**
   * @param transports one an endpoint; closed with this
   * @param spool goes on where memory is half full; closed with this
   * @param disk writes it; closed with this
   * @param wakeUp called when there is something to do before the next look at the clock; any
   *     thread
   */
  Destination(
      String name,
      ExportConfig config,
      int maxInFlight,
      List<? extends Transport> transports,
      @Nullable Spool spool,
      ExecutorService disk,
      Metrics metrics,
      RandomGenerator random,
      Runnable wakeUp) {
    this.name = name;
    this.transport = transports.get(0);
    this.backoff =
        new Backoff(config.retryInitial().toNanos(), config.retryMax().toNanos(), random);
    this.wakeUp = wakeUp;
    this.metrics = new ExportMetrics(metrics, name);
    this.mishaps = new Mishaps(this.metrics.failures, log, System::nanoTime);
    this.backlog = new Backlog(config.maxQueuedBytes());
    this.outcome = new Outcome(name, backlog, spool, this.metrics);
    this.overflow = new Overflow(name, spool, backlog, outcome, this.metrics, disk, wakeUp);
    this.gathering = new Gathering(config, transport, backlog);
    this.flights = new Flights(config, maxInFlight, transports, backoff, this.metrics, wakeUp);
    ExportMetrics.show(this, metrics, config.maxQueuedBytes(), maxInFlight);
  }

  /**
   * Sets room aside; false if there is none. A trace larger than the queue goes in alone.
   *
   * @param bytes {@link Batch#costBytes} of the trace
   */
  boolean tryReserve(int bytes) {
    boolean reserved = backlog.tryReserve(bytes);
    if (!reserved) {
      metrics.full.inc();
    }
    return reserved;
  }

  /** Gives back what {@link #tryReserve} set aside. */
  void unreserve(int bytes) {
    backlog.addBytes(-bytes);
  }

  /**
   * Takes a trace for which room was set aside.
   *
   * @param trace consumed
   */
  void enqueue(KeptTrace trace) {
    metrics.takenSpans.inc(trace.spanCount());
    backlog.add(trace);
  }

  Health health() {
    return health;
  }

  String name() {
    return name;
  }

  long queuedBytes() {
    return backlog.bytes();
  }

  long queuedSpans() {
    return backlog.spans() + overflow.spans();
  }

  long diskBytes() {
    return overflow.bytes();
  }

  long diskCapacity() {
    return overflow.capacityBytes();
  }

  int inFlight() {
    return flights.count();
  }

  /** Whether everything taken has been answered, and what was on disk as well. */
  boolean isEmpty() {
    return backlog.isEmpty() && diskBytes() == 0;
  }

  /** Refuses what is offered from now on, and sends what it has without waiting for more. */
  void stopTaking() {
    backlog.stopTaking();
    wakeUp.run();
  }

  /** Something failed that should not: a bug, or no memory. What it was about is tried again. */
  void failed(Throwable e) {
    mishaps.happened("event=export-failed destination=" + name, e);
  }

  /**
   * One round.
   *
   * @return work done; 0 if there was nothing to do
   */
  int doWork(long nowNanos) {
    int work = complete(nowNanos);
    work += gathering.take(nowNanos, ready);
    work += gathering.close(nowNanos, ready);
    if (backlog.stopping() && !flushed) {
      flushed = true;
      retryAllNow(nowNanos);
    }
    work += send(nowNanos); // what can go, goes: the disk is for the rest
    work += overflow.spill(ready, waiting, nowNanos);
    work += readBack(nowNanos);
    return work + send(nowNanos);
  }

  /**
   * What lies on disk goes when nothing in memory could, as many requests as may be in flight.
   * Those that wait for their next try hold it up only while every endpoint fails, or while they
   * fill half of the memory: one that always fails does not.
   */
  private int readBack(long nowNanos) {
    if (!ready.isEmpty() || flights.isFull()) {
      return 0;
    }
    if (!waiting.isEmpty() && (backlog.isOverHalf() || !flights.works(nowNanos))) {
      return 0;
    }
    Batch batch = overflow.readBack(nowNanos);
    if (batch == null) {
      return 0;
    }
    ready.add(batch);
    return 1;
  }

  // ---- sending

  private int send(long nowNanos) {
    Batch due = waiting.peek();
    while (due != null && nowNanos - due.dueNanos >= 0) {
      ready.add(waiting.remove());
      due = waiting.peek();
    }
    int work = 0;
    while (!ready.isEmpty() && flights.hasRoomFor(ready.element())) {
      int endpoint = flights.choose(ready.element().lastEndpoint, nowNanos);
      if (endpoint < 0) {
        break;
      }
      Batch batch = outcome.wanted(ready.element());
      ready.remove();
      if (isUnsendable(batch)) {
        outcome.lost(batch, ExportLoss.TOO_LARGE, batch.length() + " bytes, OTLP allows 64 MiB");
      } else if (!batch.isEmpty()) {
        flights.send(batch, endpoint, nowNanos);
      }
      work++;
    }
    return work;
  }

  private boolean isUnsendable(Batch batch) {
    return batch.length() > MAX_SENDABLE_BYTES && transport.limitsRequests();
  }

  // ---- answers

  private int complete(long nowNanos) {
    int work = 0;
    Flights.Answered answer = flights.poll();
    while (answer != null) {
      if (flights.end(answer)) {
        complete(answer.batch(), answer.result(), nowNanos);
      }
      work++;
      answer = flights.poll();
    }
    return work;
  }

  private void complete(Batch batch, SendResult result, long nowNanos) {
    Endpoint endpoint = flights.endpointOf(batch);
    metrics.requestMillis.update(TimeUnit.NANOSECONDS.toMillis(nowNanos - batch.sentNanos));
    if (result instanceof SendResult.Retryable retryable) {
      retry(batch, endpoint, retryable, nowNanos);
      return;
    }
    health.answered();
    if (endpoint.failing()) {
      log.info("export works again destination={} endpoint={}", name, endpoint.transport().name());
      endpoint.answered(nowNanos);
      retrySilencedNow();
    } else {
      endpoint.answered(nowNanos);
    }
    if (result instanceof SendResult.Accepted accepted) {
      outcome.accepted(batch, accepted);
    } else if (result instanceof SendResult.Rejected rejected) {
      refused(batch, rejected, nowNanos);
    } else {
      throw new AssertionError(result);
    }
  }

  /** Of several traces perhaps only one is refused. */
  private void refused(Batch batch, SendResult.Rejected rejected, long nowNanos) {
    if (rejected.forContent() && batch.traceCount() > 1 && halvings.take(nowNanos)) {
      List<Batch> halves;
      try {
        halves = batch.halves();
      } catch (OutOfMemoryError e) {
        metrics.failures.inc();
        batch.attempts++;
        batch.dueNanos = nowNanos + backoff.delayNanos(batch.attempts);
        waiting.add(batch);
        return;
      }
      metrics.halved.inc();
      ready.addFirst(halves.get(1));
      ready.addFirst(halves.get(0));
    } else {
      outcome.lost(batch, ExportLoss.REJECTED, rejected.why());
    }
  }

  // ---- retries

  private void retry(Batch batch, Endpoint endpoint, SendResult.Retryable result, long nowNanos) {
    metrics.retries.inc();
    health.failed(endpoint.transport().name() + ": " + result.why(), nowNanos);
    if (!endpoint.failing()) {
      log.warn(
          "export fails, is retried destination={} endpoint={} why=\"{}\" asked_to_wait={}",
          name,
          endpoint.transport().name(),
          result.why(),
          result.retryAfter());
    }
    batch.endpointSilent = !endpoint.answeredSince(batch.sentNanos);
    endpoint.failed(nowNanos, batch.sentNanos, result.retryAfter());
    batch.attempts++;
    int rounds = batch.attempts / flights.endpoints();
    boolean allTried = batch.attempts % flights.endpoints() == 0;
    batch.dueNanos = allTried ? nowNanos + backoff.delayNanos(rounds) : nowNanos;
    waiting.add(batch);
  }

  /** Requests that failed with their endpoint need not wait longer once it is back. */
  private void retrySilencedNow() {
    Iterator<Batch> batches = waiting.iterator();
    while (batches.hasNext()) {
      Batch batch = batches.next();
      if (batch.endpointSilent) {
        batches.remove();
        ready.add(batch);
      }
    }
  }

  private void retryAllNow(long nowNanos) {
    ready.addAll(waiting);
    waiting.clear();
    flights.resumeAll(nowNanos);
  }

  // ---- the end

  /**
   * Gives up all that is not answered: on disk if there is room, else as lost. Called once, after
   * {@link #stopTaking}, when the time is over.
   *
   * @return spans lost
   */
  long abandon(long nowNanos) {
    long spans = 0;
    complete(nowNanos);
    overflow.awaitWriting(ready, waiting, nowNanos);
    int idle = 0;
    while (!backlog.isEmpty() && idle < MOST_WAITS_FOR_AN_OFFER) {
      if (gathering.take(nowNanos, ready) == 0 && gathering.isEmpty()) {
        idle++; // an offer has set room aside and is about to enqueue, if it has not failed
        LockSupport.parkNanos(WAIT_FOR_AN_OFFER_NANOS);
      }
      for (Batch batch : unanswered()) {
        spans += abandon(batch, nowNanos);
      }
    }
    return spans;
  }

  /** The next process with the same directory sends what is on disk. */
  private long abandon(Batch given, long nowNanos) {
    if (given.stored != null) {
      backlog.addBytes(-given.costBytes());
      return 0;
    }
    Batch batch = outcome.wanted(given);
    if (batch.isEmpty()) {
      outcome.spooled(batch);
      return 0;
    }
    if (overflow.writeNow(batch, nowNanos)) {
      return 0;
    }
    outcome.lost(batch, ExportLoss.SHUTDOWN, "stopped before it was answered");
    return batch.spanCount();
  }

  private List<Batch> unanswered() {
    List<Batch> batches = new ArrayList<>();
    gathering.giveUp(batches);
    batches.addAll(ready);
    batches.addAll(waiting);
    ready.clear();
    waiting.clear();
    flights.giveUp(batches);
    return batches;
  }

  /** Closes the transports; what they still say is not heard. What stays on disk is counted. */
  void close() {
    flights.close();
    overflow.close();
  }
}
