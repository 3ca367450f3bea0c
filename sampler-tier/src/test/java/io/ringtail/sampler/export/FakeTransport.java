package io.ringtail.sampler.export;

import io.ringtail.sampler.export.send.Payload;
import io.ringtail.sampler.export.send.SendResult;
import io.ringtail.sampler.export.send.Transport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** An endpoint whose answers the test decides, at once or later. */
final class FakeTransport implements Transport {
  static final SendResult ACCEPTED = new SendResult.Accepted(0, "");
  static final SendResult UNAVAILABLE = new SendResult.Retryable("down", Duration.ZERO);

  final List<Payload> sent = new ArrayList<>();
  final List<Boolean> afterFailure = new ArrayList<>();
  final Deque<Consumer<SendResult>> hanging = new ArrayDeque<>();
  boolean limitsRequests = true;
  boolean hangs;
  boolean failsAfterHanging;
  boolean closed;
  Function<Payload, SendResult> answer = payload -> ACCEPTED;

  @Override
  public void send(Payload payload, boolean failedBefore, Consumer<SendResult> onResult) {
    sent.add(payload);
    afterFailure.add(failedBefore);
    if (hangs) {
      hanging.add(onResult);
      if (failsAfterHanging) {
        throw new IllegalStateException("after it began");
      }
    } else {
      onResult.accept(answer.apply(payload));
    }
  }

  @Override
  public boolean limitsRequests() {
    return limitsRequests;
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public void close() {
    closed = true;
  }
}
