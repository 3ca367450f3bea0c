package io.ringtail.cli.replay;

import io.ringtail.cli.send.Deliveries;
import io.ringtail.cli.send.Request;
import io.ringtail.cli.send.Sender;
import io.ringtail.cli.send.Tally;
import io.ringtail.cli.send.Timing;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Sends the lines of a file in their order, each when it is due, at most so many at a time; lines
 * alternate over the senders. Threads: {@link #run} on the caller's.
 */
final class Replay {
  /**
   * How to send.
   *
   * @param speed of {@link Pacer}
   * @param json whether the senders want JSON
   */
  record Plan(double speed, boolean json, Deliveries.Terms terms) {}

  private final List<Sender> senders;
  private final Plan plan;
  private final Timing timing;
  private final Consumer<String> talk;
  private final Deliveries deliveries;
  private long badLines;

  /**
   * @param random shared by all threads
   * @param talk told of lines that are no export request, the first ones
   */
  Replay(
      List<Sender> senders,
      Plan plan,
      Timing timing,
      RandomGenerator random,
      Tally tally,
      Consumer<String> talk) {
    this.senders = senders;
    this.plan = plan;
    this.timing = timing;
    this.talk = talk;
    deliveries =
        new Deliveries(senders, plan.terms(), timing, random, tally, (request, last) -> {});
  }

  /** Why no endpoint was reached, in time or, when it has ended, at all; empty if one was. */
  Optional<String> whyUnreachable() {
    return deliveries.whyUnreachable();
  }

  /** Lines of the file that are no export request, not sent. */
  long badLines() {
    return badLines;
  }

  /**
   * Replays the whole file and waits for the last answer.
   *
   * @throws IOException the file cannot be read to its end; what was read has been sent
   */
  void run(TraceFile file) throws IOException, InterruptedException {
    Pacer pacer = new Pacer(plan.speed(), timing.nanos());
    try {
      boolean sending = true;
      for (int index = 0; sending; index++) {
        Optional<RecordedLine> line = nextGood(file);
        if (line.isEmpty()) {
          break;
        }
        sending = sendWhenDue(line.get(), pacer.dueNanos(line.get().latestEndNanos()), index);
      }
    } finally {
      deliveries.awaitAll();
    }
  }

  private Optional<RecordedLine> nextGood(TraceFile file) throws IOException {
    while (true) {
      try {
        return file.next();
      } catch (TraceFile.BadLineException e) {
        if (badLines++ < Tally.TOLD) {
          talk.accept(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private boolean sendWhenDue(RecordedLine line, long dueNanos, int index)
      throws InterruptedException {
    long early = dueNanos - timing.nanos();
    if (early > 0) {
      timing.sleep(early);
    }
    int sender = index % senders.size();
    byte[] body = senders.get(sender).encode(plan.json() ? line.json() : line.protobuf());
    return deliveries.deliver(
        new Request("line", line.number(), line.spanCount(), dueNanos, body), sender);
  }
}
