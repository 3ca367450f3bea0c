package io.ringtail.cli.replay;

import io.ringtail.cli.replay.Answer.Accepted;
import io.ringtail.cli.replay.Answer.NoAnswer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/**
 * Sends the lines of a file in their order, each when it is due, at most so many at a time; lines
 * alternate over the senders, and a line that is sent again goes to the next one. A line that waits
 * for its retry keeps its place among those in flight, so that a refusing endpoint slows the replay
 * down instead of piling lines up.
 *
 * <p>Threads: {@link #run} on the caller's, answers on those of the senders.
 */
final class Replay {
  /**
   * How to send.
   *
   * @param speed of {@link Pacer}
   * @param inFlight lines at a time, over all senders
   * @param reachWithin give up if no sender has reached its endpoint after this
   */
  record Plan(double speed, int inFlight, RetryPolicy retries, Duration reachWithin) {}

  private final List<Sender> senders;
  private final Plan plan;
  private final Timing timing;
  private final RandomGenerator random;
  private final Tally tally;
  private final Semaphore places;
  private final long startNanos;
  private volatile boolean reached;
  private volatile boolean unreachable;

  /**
   * @param random shared by all threads
   */
  Replay(List<Sender> senders, Plan plan, Timing timing, RandomGenerator random, Tally tally) {
    this.senders = senders;
    this.plan = plan;
    this.timing = timing;
    this.random = random;
    this.tally = tally;
    places = new Semaphore(plan.inFlight());
    startNanos = timing.nanos();
  }

  /** Whether no endpoint was reached in time, which ended the replay. */
  boolean isUnreachable() {
    return unreachable;
  }

  /**
   * Replays the whole file and waits for the last answer.
   *
   * @throws IOException the file cannot be read to its end; what was read has been sent
   */
  void run(TraceFile file) throws IOException, InterruptedException {
    Pacer pacer = new Pacer(plan.speed(), timing.nanos());
    try {
      int index = 0;
      while (!unreachable) {
        Optional<RecordedLine> line = nextGood(file);
        if (line.isEmpty()) {
          break;
        }
        sendWhenDue(line.get(), pacer.dueNanos(line.get().latestEndNanos()), index++);
      }
    } finally {
      places.acquire(plan.inFlight());
    }
  }

  private Optional<RecordedLine> nextGood(TraceFile file) throws IOException {
    while (true) {
      try {
        return file.next();
      } catch (TraceFile.BadLineException e) {
        tally.badLine(String.valueOf(e.getMessage()));
      }
    }
  }

  private void sendWhenDue(RecordedLine line, long dueNanos, int index)
      throws InterruptedException {
    long early = dueNanos - timing.nanos();
    if (early > 0) {
      timing.sleep(early);
    }
    places.acquire();
    if (unreachable) {
      places.release();
      return;
    }
    tally.sent(line);
    int sender = index % senders.size();
    new Delivery(line, senders.get(sender).encode(line), sender).send();
  }

  /** One line on its way. Threads: one after the other, handed on by the answers. */
  private final class Delivery {
    private final RecordedLine line;
    private final byte[] body;
    private final long firstSentNanos = timing.nanos();
    private int sender;
    private int retries;

    Delivery(RecordedLine line, byte[] body, int sender) {
      this.line = line;
      this.body = body;
      this.sender = sender;
    }

    void send() {
      senders.get(sender).send(body, this::answered);
    }

    private void answered(Answer answer) {
      boolean connected = !(answer instanceof NoAnswer none) || none.connected();
      if (connected) {
        reached = true;
      }
      if (answer instanceof Accepted accepted) {
        tally.accepted(line, accepted);
        places.release();
        return;
      }
      tally.failed(line, answer);
      Optional<Long> delay = delay(answer);
      if (delay.isEmpty()) {
        tally.lost(line, answer);
        places.release();
        return;
      }
      tally.retried(line, answer);
      retries++;
      sender = (sender + 1) % senders.size();
      timing.later(delay.get(), this::send);
    }

    private Optional<Long> delay(Answer answer) {
      long now = timing.nanos();
      if (!reached && now - startNanos >= plan.reachWithin().toNanos()) {
        unreachable = true;
      }
      return unreachable
          ? Optional.empty()
          : plan.retries().delayNanos(answer, retries, now - firstSentNanos, random);
    }
  }
}
