package io.ringtail.cli.replay;

import java.util.function.Consumer;

/**
 * Counts what {@link Outcome} tells and says the first of each kind of trouble. Threads: any; a
 * call a request is cheap enough for a lock.
 */
final class Tally {
  /** Lines of talk for each kind of trouble; the counts tell the rest. */
  private static final int TOLD = 5;

  private final Consumer<String> talk;
  private long requests;
  private long sent;
  private long accepted;
  private long rejected;
  private long refused;
  private long unanswered;
  private long retried;
  private long lost;
  private long badLines;
  private int toldRetries;
  private int toldRejections;
  private int toldLosses;

  Tally(Consumer<String> talk) {
    this.talk = talk;
  }

  synchronized void sent(RecordedLine line) {
    requests++;
    sent += line.spanCount();
  }

  synchronized void accepted(RecordedLine line, Answer.Accepted answer) {
    long bad = Math.max(0, Math.min(answer.rejectedSpans(), line.spanCount()));
    accepted += line.spanCount() - bad;
    rejected += bad;
    if (bad > 0 && toldRejections++ < TOLD) {
      talk.accept("line " + line.number() + ": " + bad + " spans rejected: " + answer.message());
    }
  }

  synchronized void failed(RecordedLine line, Answer answer) {
    if (answer instanceof Answer.Refused) {
      refused += line.spanCount();
    } else {
      unanswered += line.spanCount();
    }
  }

  synchronized void retried(RecordedLine line, Answer answer) {
    retried += line.spanCount();
    if (toldRetries++ < TOLD) {
      talk.accept("line " + line.number() + ": will be sent again: " + reason(answer));
    }
  }

  synchronized void lost(RecordedLine line, Answer answer) {
    lost += line.spanCount();
    if (toldLosses++ < TOLD) {
      String spans = line.spanCount() + " spans lost: ";
      talk.accept("line " + line.number() + ": " + spans + reason(answer));
    }
  }

  synchronized void badLine(String message) {
    if (badLines++ < TOLD) {
      talk.accept(message);
    }
  }

  private static String reason(Answer answer) {
    if (answer instanceof Answer.Refused refused) {
      return refused.reason();
    }
    if (answer instanceof Answer.NoAnswer none) {
      return none.reason();
    }
    throw new AssertionError(answer);
  }

  synchronized Outcome outcome() {
    return new Outcome(
        requests, sent, accepted, rejected, refused, unanswered, retried, lost, badLines);
  }
}
