package io.ringtail.sampler.export;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.export.KeptTrace.Answer;
import io.ringtail.sampler.export.send.SendResult;
import io.ringtail.sampler.export.send.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One place kept traces go to: a queue bounded in bytes, requests gathered a context, and sending
 * until each is finally answered. A retryable failure is repeated without end, each request after
 * its own growing pause, so that one that always fails does not hold up the others. A refusal for
 * good is a counted loss, of the traces refused: a request of several is halved and sent again,
 * unless the refusal is about the sender or {@value #HALVINGS_A_SECOND} a second, {@value
 * #HALVINGS_AT_ONCE} at once, are used up; a backend that refuses everything is not asked much more
 * often than without.
 *
 * <p>Longer than most classes: gathering, sending and answering share the state of one duty cycle.
 *
 * <p>Threads: {@link #tryReserve}, {@link #unreserve} and {@link #enqueue} by any; {@link #doWork},
 * {@link #abandon} and {@link #close} by the destination's own. Time comes in as an argument, so
 * that tests drive it without threads.
 */
final class Destination {
  private static final Logger log = LoggerFactory.getLogger(Destination.class);

  private static final int MAX_TAKEN = 256;

  /** OTLP 1.11.0: a client must not send more, and counts what it does not send. */
  private static final int MAX_SENDABLE_BYTES = 64 << 20;

  /** One bad trace among 1,000 is found by ten of them. */
  private static final int HALVINGS_AT_ONCE = 400;

  private static final int HALVINGS_A_SECOND = 20;

  /** No pause was asked for. */
  private static final Duration NOT_ASKED = Duration.ZERO;

  /**
   * @param attempt of the batch: what is said of an earlier one is passed over
   */
  private record Completion(Batch batch, int attempt, SendResult result) {}

  private final String name;
  private final ExportConfig config;
  private final int maxInFlight;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final Backoff backoff;
  private final Runnable wakeUp;
  private final ExportMetrics metrics;

  private final @Nullable Spool spool;
  private final Allowance halvings = new Allowance(HALVINGS_AT_ONCE, HALVINGS_A_SECOND);
  private final AtomicLong reservedBytes = new AtomicLong();
  private final AtomicLong queuedSpans = new AtomicLong();
  private final Queue<KeptTrace> offered = new ConcurrentLinkedQueue<>();

  /** Of a trace that was too large, to be gathered before others. */
  private final Queue<KeptTrace> cut = new ArrayDeque<>();

  private final Queue<Completion> completions = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  /** By context, oldest first. */
  private final Map<Header, Batch> open = new LinkedHashMap<>();

  private final ArrayDeque<Batch> ready = new ArrayDeque<>();
  private final PriorityQueue<Batch> waiting =
      new PriorityQueue<>(Comparator.comparingLong(b -> b.dueNanos));
  private final Set<Batch> sent = new HashSet<>();
  private long sentBytes;
  private final Set<String> lossesTold = new HashSet<>();
  private volatile int inFlight;
  private int nextEndpoint;
  private boolean flushed;

  /**
   * @param transports one an endpoint; closed with this
   * @param spool goes on where memory is half full; closed with this
   * @param wakeUp called when there is something to do before the next look at the clock; any
   *     thread
   */
  Destination(
      String name,
      ExportConfig config,
      int maxInFlight,
      List<? extends Transport> transports,
      @Nullable Spool spool,
      Metrics metrics,
      RandomGenerator random,
      Runnable wakeUp) {
    this.spool = spool;
    this.name = name;
    this.config = config;
    this.maxInFlight = maxInFlight;
    this.backoff =
        new Backoff(config.retryInitial().toNanos(), config.retryMax().toNanos(), random);
    for (Transport transport : transports) {
      endpoints.add(new Endpoint(transport, backoff));
    }
    this.wakeUp = wakeUp;
    this.metrics = new ExportMetrics(metrics, name, this, config.maxQueuedBytes(), maxInFlight);
    if (spool != null) {
      this.metrics.recoveredSpans.inc(spool.spans());
    }
  }

  /**
   * Sets room aside; false if there is none. A trace larger than the queue goes in alone.
   *
   * @param bytes {@link Batch#costBytes} of the trace
   */
  boolean tryReserve(int bytes) {
    long reserved = reservedBytes.get();
    while ((reserved == 0 || reserved + bytes <= config.maxQueuedBytes()) && !stopping) {
      if (reservedBytes.compareAndSet(reserved, reserved + bytes)) {
        return true;
      }
      reserved = reservedBytes.get();
    }
    metrics.full.inc();
    return false;
  }

  /** Gives back what {@link #tryReserve} set aside. */
  void unreserve(int bytes) {
    reservedBytes.addAndGet(-bytes);
  }

  /**
   * Takes a trace for which room was set aside.
   *
   * @param trace consumed
   */
  void enqueue(KeptTrace trace) {
    metrics.takenSpans.inc(trace.spanCount());
    queuedSpans.addAndGet(trace.spanCount());
    offered.add(trace);
  }

  String name() {
    return name;
  }

  long queuedBytes() {
    return reservedBytes.get();
  }

  long queuedSpans() {
    return queuedSpans.get() + (spool == null ? 0 : spool.spans());
  }

  long diskBytes() {
    return spool == null ? 0 : spool.bytes();
  }

  long diskCapacity() {
    return spool == null ? 0 : config.disk().map(ExportConfig.DiskQueue::maxBytes).orElse(0L);
  }

  int inFlight() {
    return inFlight;
  }

  /** Whether everything taken has been answered, and what was on disk as well. */
  boolean isEmpty() {
    return reservedBytes.get() == 0 && diskBytes() == 0;
  }

  boolean stopping() {
    return stopping;
  }

  /** Refuses what is offered from now on, and sends what it has without waiting for more. */
  void stopTaking() {
    stopping = true;
    wakeUp.run();
  }

  /**
   * One round.
   *
   * @return work done; 0 if there was nothing to do
   */
  int doWork(long nowNanos) {
    int work = complete(nowNanos);
    work += take(nowNanos);
    work += closeBatches(nowNanos);
    if (stopping && !flushed) {
      flushed = true;
      retryAllNow(nowNanos);
    }
    work += spill();
    work += readBack(nowNanos);
    return work + send(nowNanos);
  }

  /** Writes what waits to disk until memory is half empty again; that answers its traces. */
  private int spill() {
    Spool to = spool;
    if (to == null || reservedBytes.get() <= config.maxQueuedBytes() / 2) {
      return 0;
    }
    int written = 0;
    while (reservedBytes.get() > config.maxQueuedBytes() / 2) {
      Batch batch = notStored(ready);
      if (batch == null) {
        batch = notStored(waiting);
      }
      if (batch == null) {
        break;
      }
      ready.remove(batch);
      waiting.remove(batch);
      batch = wanted(batch);
      if (!batch.isEmpty() && !write(batch, to)) {
        ready.addFirst(batch);
        break;
      }
      answer(batch, Answer.ACCEPTED);
      written++;
    }
    return written;
  }

  /** Leaves out what another sampler sends now. */
  private Batch wanted(Batch batch) {
    if (!batch.hasUnwanted()) {
      return batch;
    }
    Batch unwanted = new Batch(batch.context(), batch.openedNanos(), 0);
    Batch wanted = batch.divide(unwanted);
    metrics.lostSpans(ExportLoss.HANDED_OVER).inc(unwanted.spanCount());
    answer(unwanted, Answer.REJECTED);
    return wanted;
  }

  private static @Nullable Batch notStored(Collection<Batch> among) {
    for (Batch batch : among) {
      if (batch.stored == null) {
        return batch;
      }
    }
    return null;
  }

  private boolean write(Batch batch, Spool to) {
    try {
      if (!to.write(batch.payload())) {
        return false;
      }
      metrics.spooledSpans.inc(batch.spanCount());
      return true;
    } catch (IOException e) {
      metrics.spoolFailures.inc();
      if (lossesTold.add("disk")) {
        log.error("export queue on disk fails destination={}", name, e);
      }
      return false;
    }
  }

  /** What lies on disk goes when nothing in memory could, as many requests as may be in flight. */
  private int readBack(long nowNanos) {
    if (spool == null || !ready.isEmpty() || !waiting.isEmpty() || inFlight >= maxInFlight) {
      return 0;
    }
    Spool.Stored stored = spool.take(metrics.lostSpans(ExportLoss.UNREADABLE)::inc);
    if (stored == null) {
      return 0;
    }
    Batch batch = new Batch(stored, nowNanos);
    reservedBytes.addAndGet(batch.costBytes());
    ready.add(batch);
    return 1;
  }

  private int take(long nowNanos) {
    int taken = 0;
    while (taken < MAX_TAKEN) {
      Queue<KeptTrace> from = cut.isEmpty() ? offered : cut;
      KeptTrace trace = from.peek();
      if (trace == null) {
        break;
      }
      if (from == offered && isTooLarge(trace)) {
        cut.addAll(pieces(trace));
      } else {
        gather(trace, nowNanos);
      }
      from.remove(); // only now: what there is no memory for stays
      taken++;
    }
    return taken;
  }

  private boolean isTooLarge(KeptTrace trace) {
    return trace.resourceSpans().readableBytes() > config.maxRequestBytes() && limitsRequests();
  }

  private boolean limitsRequests() {
    return endpoints.get(0).transport().limitsRequests();
  }

  /** Cuts a trace; its repeated headers go in beyond the queue's limit, if they must. */
  private List<KeptTrace> pieces(KeptTrace trace) {
    ByteBuf bytes = trace.resourceSpans();
    List<TraceCut.Piece> cut = TraceCut.cut(ByteBufUtil.getBytes(bytes), config.maxRequestBytes());
    if (cut.size() < 2) {
      return List.of(trace);
    }
    FanOut answers = new FanOut(trace, cut.size());
    List<KeptTrace> pieces = new ArrayList<>();
    long cost = -Batch.costBytes(trace);
    for (TraceCut.Piece piece : cut) {
      ByteBuf part = Unpooled.wrappedBuffer(piece.resourceSpans());
      pieces.add(answers.piece(part, piece.spanCount()));
      cost += Batch.costBytes(pieces.get(pieces.size() - 1));
    }
    reservedBytes.addAndGet(cost);
    bytes.release();
    return pieces;
  }

  private void gather(KeptTrace trace, long nowNanos) {
    int bytes = trace.resourceSpans().readableBytes();
    Batch batch = open.get(trace.context());
    if (batch != null
        && (batch.length() + bytes > config.maxRequestBytes()
            || batch.spanCount() + trace.spanCount() > config.maxRequestSpans())) {
      ready.add(batch.seal());
      open.remove(trace.context());
      batch = null;
    }
    if (batch == null) {
      batch = new Batch(trace.context(), nowNanos, bytes);
      batch.add(trace);
      open.put(trace.context(), batch);
    } else {
      batch.add(trace);
    }
  }

  private int closeBatches(long nowNanos) {
    int closed = 0;
    Iterator<Batch> batches = open.values().iterator();
    while (batches.hasNext()) {
      Batch batch = batches.next();
      if (!stopping && nowNanos - batch.openedNanos() < config.linger().toNanos()) {
        break;
      }
      ready.add(batch.seal());
      batches.remove();
      closed++;
    }
    return closed;
  }

  private int send(long nowNanos) {
    Batch due = waiting.peek();
    while (due != null && nowNanos - due.dueNanos >= 0) {
      ready.add(waiting.remove());
      due = waiting.peek();
    }
    int work = 0;
    while (inFlight < maxInFlight && !ready.isEmpty() && hasRoomFor(ready.element())) {
      int endpoint = choose(ready.element().lastEndpoint, nowNanos);
      if (endpoint < 0) {
        break;
      }
      Batch batch = wanted(ready.element());
      ready.remove();
      if (!batch.isEmpty()) {
        send(batch, endpoint, nowNanos);
      }
      work++;
    }
    return work;
  }

  /** One larger than all the room there is goes alone. */
  private boolean hasRoomFor(Batch batch) {
    return sent.isEmpty() || sentBytes + batch.length() <= config.maxInFlightBytes();
  }

  /** An endpoint worth a try, other than {@code unlike} if possible; -1 if there is none. */
  private int choose(int unlike, long nowNanos) {
    int count = endpoints.size();
    int start = config.balance() == ExportConfig.Balance.SPREAD ? nextEndpoint : 0;
    int found = -1;
    for (int i = 0; i < count; i++) {
      int index = (start + i) % count;
      if (endpoints.get(index).usable(nowNanos) && (found < 0 || found == unlike)) {
        found = index;
      }
    }
    nextEndpoint = found < 0 ? nextEndpoint : (found + 1) % count;
    return found;
  }

  private void send(Batch batch, int index, long nowNanos) {
    if (batch.length() > MAX_SENDABLE_BYTES && limitsRequests()) {
      lose(batch, ExportLoss.TOO_LARGE, batch.length() + " bytes, OTLP allows 64 MiB");
      return;
    }
    Endpoint endpoint = endpoints.get(index);
    batch.lastEndpoint = index;
    batch.sentNanos = nowNanos;
    boolean failing = endpoint.failing();
    endpoint.sent();
    sent.add(batch);
    sentBytes += batch.length();
    inFlight = sent.size();
    metrics.requests.inc();
    int attempt = batch.attempts;
    try {
      endpoint
          .transport()
          .send(batch.payload(), failing, result -> onResult(batch, attempt, result));
    } catch (IllegalArgumentException e) {
      onResult(batch, attempt, new SendResult.Rejected("cannot be sent: " + e.getMessage(), false));
    } catch (RuntimeException | Error e) {
      metrics.failures.inc();
      onResult(batch, attempt, new SendResult.Retryable("failed unexpectedly: " + e, NOT_ASKED));
    }
  }

  private void onResult(Batch batch, int attempt, SendResult result) {
    completions.add(new Completion(batch, attempt, result));
    wakeUp.run();
  }

  /** Something failed that should not: a bug, or no memory. What it was about is tried again. */
  void failed() {
    metrics.failures.inc();
  }

  private int complete(long nowNanos) {
    int work = 0;
    Completion done = completions.poll();
    while (done != null) {
      if (done.attempt() == done.batch().attempts && sent.remove(done.batch())) {
        sentBytes -= done.batch().length();
        inFlight = sent.size();
        complete(done.batch(), done.result(), nowNanos);
      }
      work++;
      done = completions.poll();
    }
    return work;
  }

  private void complete(Batch batch, SendResult result, long nowNanos) {
    Endpoint endpoint = endpoints.get(batch.lastEndpoint);
    metrics.requestMillis.update(TimeUnit.NANOSECONDS.toMillis(nowNanos - batch.sentNanos));
    if (result instanceof SendResult.Retryable retryable) {
      retry(batch, endpoint, retryable, nowNanos);
      return;
    }
    if (endpoint.failing()) {
      log.info("export works again destination={} endpoint={}", name, endpoint.transport().name());
      endpoint.answered(nowNanos);
      retrySilencedNow();
    } else {
      endpoint.answered(nowNanos);
    }
    if (result instanceof SendResult.Accepted accepted) {
      accept(batch, accepted);
    } else if (result instanceof SendResult.Rejected rejected) {
      refused(batch, rejected, nowNanos);
    } else {
      throw new AssertionError(result);
    }
  }

  private void retry(Batch batch, Endpoint endpoint, SendResult.Retryable result, long nowNanos) {
    metrics.retries.inc();
    if (!endpoint.failing()) {
      log.warn(
          "export fails, is retried destination={} endpoint={} why=\"{}\"",
          name,
          endpoint.transport().name(),
          result.why());
    }
    batch.endpointSilent = !endpoint.answeredSince(batch.sentNanos);
    endpoint.failed(nowNanos, batch.sentNanos, nanos(result.retryAfter()));
    batch.attempts++;
    boolean allTried = batch.attempts % endpoints.size() == 0;
    batch.dueNanos =
        allTried ? nowNanos + backoff.delayNanos(batch.attempts / endpoints.size()) : nowNanos;
    waiting.add(batch);
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE / 4;
    }
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
    endpoints.forEach(endpoint -> endpoint.resume(nowNanos));
  }

  private void accept(Batch batch, SendResult.Accepted accepted) {
    long rejected = Math.max(0, Math.min(accepted.rejectedSpans(), batch.spanCount()));
    metrics.sentSpans.inc(batch.spanCount() - rejected);
    if (rejected > 0) {
      metrics.lostSpans(ExportLoss.PARTIAL_SUCCESS).inc(rejected);
    }
    if (rejected > 0 || !accepted.message().isEmpty()) {
      tellOnce(ExportLoss.PARTIAL_SUCCESS, rejected, accepted.message());
    }
    answer(batch, Answer.ACCEPTED);
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
      lose(batch, ExportLoss.REJECTED, rejected.why());
    }
  }

  private void lose(Batch batch, ExportLoss reason, String why) {
    metrics.lostSpans(reason).inc(batch.spanCount());
    tellOnce(reason, batch.spanCount(), why);
    answer(batch, Answer.REJECTED);
  }

  /** Logs the first loss of a kind; the counter tells the rest. */
  private void tellOnce(ExportLoss reason, long spans, String why) {
    if (lossesTold.add(reason.label())) {
      log.warn(
          "export lost spans destination={} reason={} spans={} why=\"{}\" (first of its kind, later"
              + " ones are only counted)",
          name,
          reason.label(),
          spans,
          why);
    }
  }

  private void answer(Batch batch, Answer answer) {
    if (batch.stored != null && spool != null) {
      spool.answered(batch.stored, batch.spanCount());
    } else {
      queuedSpans.addAndGet(-batch.spanCount());
    }
    for (KeptTrace trace : batch.traces()) {
      trace.onAnswered().onAnswered(trace, answer);
    }
    reservedBytes.addAndGet(-batch.costBytes());
  }

  /**
   * Gives up all that is not answered: on disk if there is room, else as lost. Called once, after
   * {@link #stopTaking}, when the time is over.
   *
   * @return spans lost
   */
  long abandon(long nowNanos) {
    long spans = 0;
    complete(nowNanos);
    while (reservedBytes.get() != 0) {
      if (take(nowNanos) == 0 && open.isEmpty()) {
        Thread.onSpinWait(); // an offer has set room aside and is about to enqueue
      }
      for (Batch batch : unanswered()) {
        spans += abandon(batch);
      }
    }
    return spans;
  }

  /** The next process with the same directory sends what is on disk. */
  private long abandon(Batch given) {
    if (given.stored != null) {
      reservedBytes.addAndGet(-given.costBytes());
      return 0;
    }
    Batch batch = wanted(given);
    if (spool != null && write(batch, spool)) {
      answer(batch, Answer.ACCEPTED);
      return 0;
    }
    lose(batch, ExportLoss.SHUTDOWN, "stopped before it was answered");
    return batch.spanCount();
  }

  private List<Batch> unanswered() {
    List<Batch> batches = new ArrayList<>(open.values());
    batches.addAll(ready);
    batches.addAll(waiting);
    batches.addAll(sent);
    open.clear();
    ready.clear();
    waiting.clear();
    sent.clear();
    inFlight = 0;
    return batches;
  }

  /** Closes the transports; what they still say is not heard. What stays on disk is counted. */
  void close() {
    endpoints.forEach(endpoint -> endpoint.transport().close());
    if (spool == null) {
      return;
    }
    if (spool.spans() > 0) {
      metrics.leftSpans.inc(spool.spans());
      log.warn(
          "export left spans on disk destination={} spans={} bytes={} directory={}: the next"
              + " process with this directory sends them",
          name,
          spool.spans(),
          spool.bytes(),
          spool.directory());
    }
    spool.close();
  }
}
