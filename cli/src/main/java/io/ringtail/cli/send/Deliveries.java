package io.ringtail.cli.send;

import io.ringtail.cli.send.Answer.Accepted;
import io.ringtail.cli.send.Answer.NoAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/**
 * Requests on their way: at most so many at a time, each sent until it is taken, refused for good
 * or given up. One that is sent again goes to the next sender. While it waits for that it keeps its
 * place among those in flight, so that a refusing endpoint slows the caller down instead of piling
 * requests up.
 *
 * <p>Threads: {@link #deliver} and {@link #awaitAll} one at a time, answers on those of the
 * senders.
 */
public final class Deliveries {
  /**
   * How to deliver.
   *
   * @param inFlight requests at a time, over all senders
   * @param reachWithin give up if no sender has reached its endpoint after this
   */
  public record Terms(int inFlight, RetryPolicy retries, Duration reachWithin) {}

  /** Told how each request ended, on any thread. */
  public interface Listener {
    /**
     * Called once a request.
     *
     * @param last {@link Accepted}, or the answer it was given up at
     */
    void ended(Request request, Answer last);
  }

  private final List<Sender> senders;
  private final Terms terms;
  private final Timing timing;
  private final RandomGenerator random;
  private final Tally tally;
  private final Listener listener;
  private final Semaphore places;
  private final long startNanos;
  private volatile boolean reached;
  private volatile boolean gaveUp;
  private volatile String whyNotReached = "";

  /**
   * @param random shared by all threads
   */
  public Deliveries(
      List<Sender> senders,
      Terms terms,
      Timing timing,
      RandomGenerator random,
      Tally tally,
      Listener listener) {
    this.senders = senders;
    this.terms = terms;
    this.timing = timing;
    this.random = random;
    this.tally = tally;
    this.listener = listener;
    places = new Semaphore(terms.inFlight());
    startNanos = timing.nanos();
  }

  /**
   * Why no endpoint was reached, in time or, once all is awaited, at all: what the last request was
   * told. Empty if one was, or nothing has been sent.
   */
  public Optional<String> whyUnreachable() {
    return reached || whyNotReached.isEmpty() ? Optional.empty() : Optional.of(whyNotReached);
  }

  /** Whether a further request would have to wait for a place. */
  public boolean isFull() {
    return places.availablePermits() == 0;
  }

  /**
   * Waits for a place, then sends.
   *
   * @param sender the index of the first to send it
   * @return false if it was not sent, for nobody can be reached
   */
  public boolean deliver(Request request, int sender) throws InterruptedException {
    timing.acquire(places, 1);
    if (gaveUp) {
      places.release();
      return false;
    }
    tally.sent(request);
    new Delivery(request, sender).send();
    return true;
  }

  /** Waits until every request has ended. */
  public void awaitAll() throws InterruptedException {
    timing.acquire(places, terms.inFlight());
    places.release(terms.inFlight());
  }

  /** One request on its way. Threads: one after the other, handed on by the answers. */
  private final class Delivery {
    private final Request request;
    private final long firstSentNanos = timing.nanos();
    private int sender;
    private int retries;

    Delivery(Request request, int sender) {
      this.request = request;
      this.sender = sender;
    }

    void send() {
      senders.get(sender).send(request.body(), this::answered);
    }

    private void answered(Answer answer) {
      if (answer instanceof NoAnswer none && !none.connected()) {
        whyNotReached = none.reason();
      } else {
        reached = true;
      }
      if (answer instanceof Accepted accepted) {
        tally.accepted(request, accepted);
        end(answer);
        return;
      }
      tally.failed(request, answer);
      Optional<Long> delay = delay(answer);
      if (delay.isEmpty()) {
        tally.lost(request, answer);
        end(answer);
        return;
      }
      tally.retried(request, answer);
      retries++;
      sender = (sender + 1) % senders.size();
      timing.later(delay.get(), this::send);
    }

    private void end(Answer last) {
      try {
        listener.ended(request, last);
      } finally {
        places.release();
      }
    }

    private Optional<Long> delay(Answer answer) {
      long now = timing.nanos();
      if (!reached && now - startNanos >= terms.reachWithin().toNanos()) {
        gaveUp = true;
      }
      return gaveUp
          ? Optional.empty()
          : terms.retries().delayNanos(answer, retries, now - firstSentNanos, random);
    }
  }
}
