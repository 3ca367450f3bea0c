package io.ringtail.router.receive;

import io.ringtail.link.Header;
import io.ringtail.refusal.Refusal;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keeps what it was given and answers as told; success where nothing was told. */
final class FakeIngress implements Ingress {
  record Request(byte[] body, Header context, Responder responder) {}

  final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Queue<Refusal> refusals = new ArrayDeque<>();
  volatile boolean ready = true;
  volatile boolean answers = true;
  volatile boolean fails;
  volatile boolean failsBadly;
  volatile long rejectedSpans;
  volatile String message = "";

  synchronized void refuseNext(Refusal refusal) {
    refusals.add(refusal);
  }

  @Override
  public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
    byte[] copy = Arrays.copyOfRange(body, offset, offset + length);
    requests.add(new Request(copy, context, responder));
    if (failsBadly) {
      throw new OutOfMemoryError("told to fail");
    }
    if (fails) {
      throw new IllegalStateException("told to fail");
    }
    if (!answers) {
      return;
    }
    Refusal refusal = nextRefusal();
    if (refusal != null) {
      responder.refused(refusal);
    } else {
      responder.accepted(rejectedSpans, message);
    }
  }

  private synchronized @Nullable Refusal nextRefusal() {
    return refusals.poll();
  }

  @Override
  public boolean ready() {
    return ready;
  }
}
