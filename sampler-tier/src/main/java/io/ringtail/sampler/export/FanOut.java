package io.ringtail.sampler.export;

import io.ringtail.sampler.export.KeptTrace.Answer;
import java.util.concurrent.atomic.AtomicInteger;

/** Gathers the answers of several destinations to one trace into one. Threads: any. */
final class FanOut implements KeptTrace.OnAnswered {
  private final KeptTrace original;
  private final AtomicInteger unanswered;
  private volatile boolean rejected;

  FanOut(KeptTrace original, int destinations) {
    this.original = original;
    this.unanswered = new AtomicInteger(destinations);
  }

  /** The trace for one destination, which releases its own reference to the buffer. */
  KeptTrace copy() {
    return new KeptTrace(
        original.traceIdHi(),
        original.traceIdLo(),
        original.context(),
        original.resourceSpans().retainedDuplicate(),
        original.spanCount(),
        original.policy(),
        this);
  }

  @Override
  public boolean isWanted() {
    return original.onAnswered().isWanted();
  }

  @Override
  public void onAnswered(KeptTrace copy, Answer answer) {
    if (answer == Answer.REJECTED) {
      rejected = true;
    }
    if (unanswered.decrementAndGet() == 0) {
      original.onAnswered().onAnswered(original, rejected ? Answer.REJECTED : Answer.ACCEPTED);
    }
  }
}
