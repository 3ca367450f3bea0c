package io.ringtail.sampler.export;

import io.ringtail.sampler.export.send.SendResult;
import io.ringtail.sampler.export.send.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Requests under way, bounded in number and bytes: which endpoint takes the next one, and what was
 * answered. Threads: the destination's; {@link #count} any, and transports answer on any.
 */
final class Flights {
  /** No pause was asked for. */
  private static final Duration NOT_ASKED = Duration.ZERO;

  private final ExportConfig config;
  private final int maxInFlight;
  private final ExportMetrics metrics;
  private final Runnable wakeUp;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
  private final Set<Batch> sent = new HashSet<>();
  private long sentBytes;
  private volatile int inFlight;
  private int nextEndpoint;

  /**
   * @param attempt of the batch: what is said of an earlier one is passed over
   */
  record Answered(Batch batch, int attempt, SendResult result) {}

  /**
   * @param transports one an endpoint; closed with this
   * @param wakeUp called when there is an answer; any thread
   */
  Flights(
      ExportConfig config,
      int maxInFlight,
      List<? extends Transport> transports,
      Backoff backoff,
      ExportMetrics metrics,
      Runnable wakeUp) {
    this.config = config;
    this.maxInFlight = maxInFlight;
    this.metrics = metrics;
    this.wakeUp = wakeUp;
    for (Transport transport : transports) {
      endpoints.add(new Endpoint(transport, backoff));
    }
  }

  int count() {
    return inFlight;
  }

  int endpoints() {
    return endpoints.size();
  }

  boolean isFull() {
    return inFlight >= maxInFlight;
  }

  /** One larger than all the room there is goes alone. */
  boolean hasRoomFor(Batch batch) {
    return !isFull() && (sent.isEmpty() || sentBytes + batch.length() <= config.maxInFlightBytes());
  }

  /** An endpoint worth a try, other than {@code unlike} if possible; -1 if there is none. */
  int choose(int unlike, long nowNanos) {
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

  /** Whether an endpoint took or refused what it was given last, and asked for no pause. */
  boolean works(long nowNanos) {
    for (Endpoint endpoint : endpoints) {
      if (!endpoint.failing() && endpoint.usable(nowNanos)) {
        return true;
      }
    }
    return false;
  }

  void send(Batch batch, int index, long nowNanos) {
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
    answers.add(new Answered(batch, attempt, result));
    wakeUp.run();
  }

  @Nullable Answered poll() {
    return answers.poll();
  }

  /**
   * Ends a request.
   *
   * @return false if it is not under way: it was given up, or this attempt was answered before
   */
  boolean end(Answered answer) {
    Batch batch = answer.batch();
    if (answer.attempt() != batch.attempts || !sent.remove(batch)) {
      return false;
    }
    sentBytes -= batch.length();
    inFlight = sent.size();
    return true;
  }

  Endpoint endpointOf(Batch batch) {
    return endpoints.get(batch.lastEndpoint);
  }

  /** Ends all pauses after failures. */
  void resumeAll(long nowNanos) {
    endpoints.forEach(endpoint -> endpoint.resume(nowNanos));
  }

  /** Gives away what is not answered; answers that come later are not heard. */
  void giveUp(Collection<Batch> to) {
    to.addAll(sent);
    sent.clear();
    sentBytes = 0;
    inFlight = 0;
  }

  /** Closes the transports; what they still say is not heard. */
  void close() {
    endpoints.forEach(endpoint -> endpoint.transport().close());
  }
}
