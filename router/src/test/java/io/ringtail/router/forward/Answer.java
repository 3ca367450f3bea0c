package io.ringtail.router.forward;

import io.ringtail.refusal.Refusal;
import io.ringtail.router.receive.Responder;
import org.jspecify.annotations.Nullable;

/** A responder that remembers what it was told, and that it was told once. */
final class Answer implements Responder {
  private int times;
  private @Nullable Refusal refusal;
  private long rejectedSpans;
  private String message = "";

  @Override
  public synchronized void accepted(long rejected, String why) {
    times++;
    rejectedSpans = rejected;
    message = why;
  }

  @Override
  public synchronized void refused(Refusal why) {
    times++;
    refusal = why;
  }

  synchronized boolean isAccepted() {
    return given() && refusal == null;
  }

  synchronized boolean given() {
    if (times > 1) {
      throw new AssertionError("answered " + times + " times");
    }
    return times == 1;
  }

  synchronized @Nullable Refusal refusal() {
    given();
    return refusal;
  }

  synchronized long rejectedSpans() {
    return rejectedSpans;
  }

  synchronized String message() {
    return message;
  }
}
