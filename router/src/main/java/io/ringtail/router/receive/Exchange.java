package io.ringtail.router.receive;

import io.ringtail.compress.Compression;
import io.ringtail.compress.Decompressed;
import io.ringtail.link.Header;
import io.ringtail.refusal.Refusal;
import io.ringtail.refusal.RefusalMapping;
import io.ringtail.router.receive.ReceiveMetrics.Reason;

/**
 * One request from its first byte to its answer: holds its share of the budget, sees to it that it
 * is answered and counted once, and hands its body to the {@link Ingress}.
 *
 * <p>Threads: bytes arrive on the event loop; answers come from any thread. The lock is held for a
 * few instructions and never while another is called.
 */
abstract class Exchange implements Responder {
  private final Reception reception;
  private final ReceiveMetrics metrics;
  private long reservedBytes;
  private long incomingBytes;
  private boolean handedOver;
  private boolean done;

  /** When the body was whole; written before the ingress has it. */
  private long wholeNanos;

  Exchange(Reception reception, ReceiveMetrics metrics) {
    this.reception = reception;
    this.metrics = metrics;
    metrics.received.inc();
  }

  final Reception reception() {
    return reception;
  }

  /** Takes the answer to the client. Any thread, once at most over all three. */
  abstract void answerAccepted(long rejectedSpans, String message);

  abstract void answerRefused(Refusal refusal);

  abstract void answerFailed(String message);

  @Override
  public final void accepted(long rejectedSpans, String message) {
    if (finish()) {
      metrics.accepted(wholeNanos, System.nanoTime());
      if (rejectedSpans > 0) {
        metrics.partial.inc();
      }
      answerAccepted(rejectedSpans, RefusalMapping.shorten(message));
    }
  }

  @Override
  public final void refused(Refusal refusal) {
    if (finish()) {
      metrics.refused(Reason.of(refusal)).inc();
      answerRefused(refusal);
    }
  }

  /** Counts an answer that is no refusal; the caller sends it if this returns true. */
  final boolean refusedFor(Reason reason) {
    if (!finish()) {
      return false;
    }
    metrics.refused(reason).inc();
    return true;
  }

  /** The client has gone. What the ingress has taken stays in the budget until it answers. */
  final void abandoned() {
    if (handedOver()) {
      metrics.unanswered.inc();
    } else {
      refusedFor(Reason.ABANDONED);
    }
  }

  /** Whether an answer has been given. */
  final synchronized boolean done() {
    return done;
  }

  /**
   * Bytes of the body have come: takes them from the budget, or refuses the request.
   *
   * @return false if it is refused or was answered before
   */
  final boolean arrived(long bytes) {
    if (reserve(bytes)) {
      return true;
    }
    refused(reception.busy());
    return false;
  }

  /**
   * The body is whole: decompresses it and hands it over, or refuses it. Throws nothing: what fails
   * is {@link #failed}.
   *
   * @param array borrowed; the body as it came
   */
  final void whole(
      BodyScratch scratch,
      Compression compression,
      byte[] array,
      int offset,
      int length,
      Header context) {
    releaseIncoming();
    wholeNanos = System.nanoTime();
    metrics.receivedBytes.inc(length);
    try {
      decompressed(scratch, compression, array, offset, length, context);
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void decompressed(
      BodyScratch scratch,
      Compression compression,
      byte[] array,
      int offset,
      int length,
      Header context) {
    if (compression == Compression.NONE) {
      plain(scratch, array, offset, length, context);
      return;
    }
    int maxBytes = reception.config().maxRequestBytes();
    Decompressed result = scratch.decompress(compression, array, offset, length, maxBytes);
    if (result instanceof Decompressed.Ok ok) {
      plain(scratch, scratch.plainArray(), 0, ok.length(), context);
    } else if (result instanceof Decompressed.TooLarge tooLarge) {
      refused(new Refusal.TooLarge(tooLarge.message()));
    } else if (result instanceof Decompressed.Malformed malformed) {
      refused(new Refusal.Malformed(malformed.message()));
    } else {
      throw new AssertionError(result);
    }
  }

  /** The body without compression; a subclass may convert it before it calls {@link #handOver}. */
  void plain(BodyScratch scratch, byte[] array, int offset, int length, Header context) {
    handOver(array, offset, length, context);
  }

  /**
   * Hands an uncompressed protobuf body to the ingress, within the budget.
   *
   * @param array lent for the call
   */
  final void handOver(byte[] array, int offset, int length, Header context) {
    if (!reserveInstead(length)) {
      refused(reception.busy());
      return;
    }
    metrics.bodyBytes.inc(length);
    reception.ingress().accept(array, offset, length, context, this);
  }

  /**
   * Something was thrown that should not be. A client must not send again what meets a bug; without
   * memory it should, later: OTLP calls every 500 final.
   */
  final void failed(Throwable e) {
    if (e instanceof OutOfMemoryError) {
      refused(reception.noMemory());
    } else if (refusedFor(Reason.FAILED)) {
      answerFailed("internal error");
    }
    metrics.failed("where=request", e);
  }

  /** Whether it is with the ingress, which answers it. */
  final synchronized boolean handedOver() {
    return handedOver && !done;
  }

  private synchronized boolean reserve(long bytes) {
    if (done || !reception.inFlight().reserveIncoming(bytes)) {
      return false;
    }
    reservedBytes += bytes;
    incomingBytes += bytes;
    return true;
  }

  private synchronized void releaseIncoming() {
    reception.inFlight().releaseIncoming(incomingBytes);
    incomingBytes = 0;
  }

  /** From now on the request holds the bytes of its uncompressed body. */
  private synchronized boolean reserveInstead(long bytes) {
    if (done || !reception.inFlight().reserve(bytes - reservedBytes)) {
      return false;
    }
    reservedBytes = bytes;
    handedOver = true;
    return true;
  }

  private synchronized boolean finish() {
    if (done) {
      return false;
    }
    done = true;
    releaseIncoming();
    reception.inFlight().release(reservedBytes);
    reservedBytes = 0;
    return true;
  }
}
