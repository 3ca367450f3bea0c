package io.ringtail.sampler.export;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.ringtail.link.Header;
import io.ringtail.sampler.export.send.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Traces into requests: those of one context together, until the request is full or has waited long
 * enough; one too large for a request in pieces. Threads: the destination's.
 */
final class Gathering {
  private static final int MAX_TAKEN = 256;

  private final ExportConfig config;
  private final Transport transport;
  private final Backlog backlog;

  /** Of a trace that was too large, to be gathered before others. */
  private final Queue<KeptTrace> cut = new ArrayDeque<>();

  /** By context, oldest first. */
  private final Map<Header, Batch> open = new LinkedHashMap<>();

  /**
   * @param transport says whether requests are limited at all
   */
  Gathering(ExportConfig config, Transport transport, Backlog backlog) {
    this.config = config;
    this.transport = transport;
    this.backlog = backlog;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /**
   * Takes some of what was offered.
   *
   * @param ready out: requests that are full
   * @return traces taken
   */
  int take(long nowNanos, Collection<Batch> ready) {
    int taken = 0;
    while (taken < MAX_TAKEN) {
      boolean uncut = cut.isEmpty();
      KeptTrace trace = uncut ? backlog.peek() : cut.peek();
      if (trace == null) {
        break;
      }
      if (uncut && isTooLarge(trace)) {
        cut.addAll(pieces(trace));
      } else {
        gather(trace, nowNanos, ready);
      }
      remove(uncut); // only now: what there is no memory for stays
      taken++;
    }
    return taken;
  }

  private void remove(boolean uncut) {
    if (uncut) {
      backlog.remove();
    } else {
      cut.remove();
    }
  }

  private boolean isTooLarge(KeptTrace trace) {
    return trace.resourceSpans().readableBytes() > config.maxRequestBytes()
        && transport.limitsRequests();
  }

  /** Cuts a trace; its repeated headers go in beyond the queue's limit, if they must. */
  private List<KeptTrace> pieces(KeptTrace trace) {
    ByteBuf bytes = trace.resourceSpans();
    List<TraceCut.Piece> parts =
        TraceCut.cut(ByteBufUtil.getBytes(bytes), config.maxRequestBytes());
    if (parts.size() < 2) {
      return List.of(trace);
    }
    FanOut answers = new FanOut(trace, parts.size());
    List<KeptTrace> pieces = new ArrayList<>();
    long cost = -Batch.costBytes(trace);
    for (TraceCut.Piece part : parts) {
      ByteBuf own = Unpooled.wrappedBuffer(part.resourceSpans());
      KeptTrace piece = answers.piece(own, part.spanCount());
      pieces.add(piece);
      cost += Batch.costBytes(piece);
    }
    backlog.addBytes(cost);
    bytes.release();
    return pieces;
  }

  private void gather(KeptTrace trace, long nowNanos, Collection<Batch> ready) {
    int bytes = trace.resourceSpans().readableBytes();
    Batch batch = open.get(trace.context());
    if (batch != null && !fits(batch, bytes, trace.spanCount())) {
      ready.add(batch.seal());
      open.remove(trace.context());
      batch = null;
    }
    if (batch == null) {
      batch = new Batch(trace.context(), nowNanos, bytes);
      batch.add(trace);
      open.put(trace.context(), batch);
    } else {
      batch.add(trace);
    }
  }

  private boolean fits(Batch batch, int bytes, int spans) {
    return batch.length() + bytes <= config.maxRequestBytes()
        && batch.spanCount() + spans <= config.maxRequestSpans();
  }

  /**
   * Closes requests that have waited long enough; all, once nothing more is taken.
   *
   * @param ready out
   * @return how many
   */
  int close(long nowNanos, Collection<Batch> ready) {
    int closed = 0;
    Iterator<Batch> batches = open.values().iterator();
    while (batches.hasNext()) {
      Batch batch = batches.next();
      if (!backlog.stopping() && nowNanos - batch.openedNanos() < config.linger().toNanos()) {
        break;
      }
      ready.add(batch.seal());
      batches.remove();
      closed++;
    }
    return closed;
  }

  /** Gives away all that is gathered, full or not. */
  void giveUp(Collection<Batch> to) {
    to.addAll(open.values());
    open.clear();
  }
}
