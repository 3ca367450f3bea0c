package io.ringtail.cli.send;

import io.ringtail.wording.Counted;
import java.util.function.Consumer;

/**
 * Counts what {@link Outcome} tells and says the first of each kind of trouble. Threads: any; a
 * call a request is cheap enough for a lock.
 */
public final class Tally {
  /** Lines of talk for each kind of trouble; the counts tell the rest. */
  public static final int TOLD = 5;

  private final Consumer<String> talk;
  private long requests;
  private long sent;
  private long accepted;
  private long rejected;
  private long refused;
  private long unanswered;
  private long retried;
  private long lost;
  private int toldRetries;
  private int toldRejections;
  private int toldLosses;

  /**
   * @param talk told a line now and then, on any thread
   */
  public Tally(Consumer<String> talk) {
    this.talk = talk;
  }

  synchronized void sent(Request request) {
    requests++;
    sent += request.spanCount();
  }

  synchronized void accepted(Request request, Answer.Accepted answer) {
    long bad = Math.max(0, Math.min(answer.rejectedSpans(), request.spanCount()));
    accepted += request.spanCount() - bad;
    rejected += bad;
    if (bad > 0 && toldRejections++ < TOLD) {
      talk.accept(
          request.name() + ": " + Counted.of(bad, "span") + " rejected: " + answer.message());
    }
  }

  synchronized void failed(Request request, Answer answer) {
    if (answer instanceof Answer.Refused) {
      refused += request.spanCount();
    } else {
      unanswered += request.spanCount();
    }
  }

  synchronized void retried(Request request, Answer answer) {
    retried += request.spanCount();
    if (toldRetries++ < TOLD) {
      talk.accept(request.name() + ": will be sent again: " + answer.reason());
    }
  }

  synchronized void lost(Request request, Answer answer) {
    lost += request.spanCount();
    if (toldLosses++ < TOLD) {
      String spans = Counted.of(request.spanCount(), "span") + " lost: ";
      talk.accept(request.name() + ": " + spans + answer.reason());
    }
  }

  public synchronized Outcome outcome() {
    return new Outcome(requests, sent, accepted, rejected, refused, unanswered, retried, lost);
  }
}
