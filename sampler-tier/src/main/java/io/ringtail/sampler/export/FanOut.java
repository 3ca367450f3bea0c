package io.ringtail.sampler.export;

import io.netty.buffer.ByteBuf;
import io.ringtail.sampler.export.KeptTrace.Answer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gathers the answers to the copies of one trace (one a destination) or to its pieces (one a
 * request) into one. Threads: any.
 */
final class FanOut implements KeptTrace.OnAnswered {
  private final KeptTrace original;
  private final AtomicInteger unanswered;
  private volatile boolean rejected;

  FanOut(KeptTrace original, int answers) {
    this.original = original;
    this.unanswered = new AtomicInteger(answers);
  }

  /** The trace for one destination, which releases its own reference to the buffer. */
  KeptTrace copy() {
    return with(original.resourceSpans().retainedDuplicate(), original.spanCount());
  }

  /**
   * A part of the trace for one request.
   *
   * @param resourceSpans the piece's own, released by who holds it last
   */
  KeptTrace piece(ByteBuf resourceSpans, int spanCount) {
    return with(resourceSpans, spanCount);
  }

  private KeptTrace with(ByteBuf resourceSpans, int spanCount) {
    return new KeptTrace(
        original.traceIdHi(),
        original.traceIdLo(),
        original.context(),
        resourceSpans,
        spanCount,
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
