package io.ringtail.router.forward;

import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.forward.ForwardMetrics.DropReason;
import io.ringtail.router.forward.ForwardMetrics.RefuseReason;
import io.ringtail.router.receive.Ingress;
import io.ringtail.router.receive.Responder;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.Split;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client's request is taken, and how: cut by the epoch in use, each part offered to its
 * owner. The client is answered here if it is refused or there is nothing to send, else by a {@link
 * PendingRequest}.
 *
 * <p>Threads: any, each with a splitter of its own. Memory: parts not accepted yet are bounded by
 * {@code forward.max-bytes-held}, whether they wait here or for an answer, and by the room in a log
 * that refuses.
 */
final class RequestIntake implements Ingress {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final ForwardConfig config;
  private final Surroundings with;
  private final ThreadLocal<BatchSplitter> splitters;
  private volatile boolean stopped;

  /**
   * What it works on and with.
   *
   * @param splitter makes one, for one thread
   * @param routes by the epoch in use; null before the first
   * @param roomBytes how much may be on its way, as more could not be kept once it is accepted
   * @param bytesHeld of parts not accepted yet
   * @param open told of each request that is taken
   */
  record Surroundings(
      Supplier<BatchSplitter> splitter,
      Supplier<@Nullable Routes> routes,
      LongSupplier roomBytes,
      AtomicLong bytesHeld,
      OpenRequests open,
      ForwardMetrics metrics,
      LongSupplier nanoTime) {}

  RequestIntake(ForwardConfig config, Surroundings with, Metrics registry) {
    this.config = config;
    this.with = with;
    this.splitters = ThreadLocal.withInitial(with.splitter);
    registry.gauge("ringtail_router_open_requests", "Requests not answered yet.", with.open::count);
  }

  @Override
  public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
    Routes now = with.routes.get();
    Optional<Refusal> refusal = refusal(now, length);
    if (refusal.isPresent() || now == null) {
      responder.refused(refusal.orElseThrow());
      return;
    }
    Split split;
    try {
      split = splitters.get().split(body, offset, length, context, now.table());
    } catch (MalformedWireException e) {
      responder.refused(new Refusal.Malformed("not an OTLP export request: " + e.getMessage()));
      return;
    }
    with.metrics.receivedSpans.inc(split.spanCount() + split.rejectedSpans());
    with.metrics.dropped(DropReason.INVALID_ID, split.rejectedSpans());
    if (split.parts().isEmpty()) {
      responder.accepted(split.rejectedSpans(), PendingRequest.rejection(split.rejectedSpans()));
      return;
    }
    Refusal full = now.full(split, with.nanoTime.getAsLong());
    if (full != null) {
      with.metrics.refused(RefuseReason.BUSY, split.spanCount());
      split.parts().forEach(Part::release);
      responder.refused(full);
      return;
    }
    dispatch(split, now, begun(split, responder));
  }

  private void dispatch(Split split, Routes now, PendingRequest request) {
    try {
      now.dispatch(split, request, with.bytesHeld);
    } catch (RuntimeException | Error e) { // counted and answered by who called
      request.end();
      throw e;
    }
  }

  private PendingRequest begun(Split split, Responder responder) {
    return new PendingRequest(
        responder,
        with.nanoTime.getAsLong() + config.timeout().toNanos(),
        split.parts().size(),
        split.rejectedSpans(),
        with.open::begin);
  }

  private Optional<Refusal> refusal(@Nullable Routes now, int length) {
    Optional<String> why = whyNotReady(now);
    if (why.isPresent()) {
      return Optional.of(new Refusal.NotReady(why.get(), RETRY_AFTER));
    }
    long held = with.bytesHeld.get();
    if (held + length > with.roomBytes.getAsLong()) {
      return Optional.of(
          new Refusal.Busy(
              "router.retention.max-bytes is full of spans their samplers have not settled",
              RETRY_AFTER));
    }
    return held + length <= config.maxBytesHeld()
        ? Optional.empty()
        : Optional.of(
            new Refusal.Busy(
                "samplers are behind: " + held + " bytes are waiting for them", RETRY_AFTER));
  }

  @Override
  public boolean ready() {
    return whyNotReady().isEmpty();
  }

  /** Why no request would be taken now; empty if it would. */
  Optional<String> whyNotReady() {
    return whyNotReady(with.routes.get());
  }

  private Optional<String> whyNotReady(@Nullable Routes now) {
    if (stopped) {
      return Optional.of("this router stops");
    }
    return now == null ? Optional.of("no epoch yet") : now.table().whyNotReady();
  }

  /** Requests taken and not answered yet. */
  long openRequests() {
    return with.open.count();
  }

  /** Takes no more requests. */
  void stop() {
    stopped = true;
  }
}
