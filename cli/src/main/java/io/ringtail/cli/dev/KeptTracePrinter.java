package io.ringtail.cli.dev;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.ringtail.cli.waterfall.Waterfall;
import io.ringtail.sampler.export.KeptTrace;
import io.ringtail.sampler.export.KeptTraceListener;
import io.ringtail.trace.TraceId;
import io.ringtail.wording.Counted;
import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prints kept traces as waterfalls. Shards hand over a copy of the bytes; if the terminal is too
 * slow for them, traces are left out and their number is printed. Threads: {@link #onKept} by the
 * shards, decoding and printing on its own.
 */
final class KeptTracePrinter implements KeptTraceListener, AutoCloseable {
  private static final int MAX_WAITING = 200;
  private static final Kept END = new Kept(new TraceId(0, 0), "", new byte[0]);

  private final BlockingQueue<Kept> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong leftOut = new AtomicLong();
  private final Waterfall waterfall;
  private final PrintStream out;
  private final Thread thread = new Thread(this::printAll, "waterfalls");

  private record Kept(TraceId id, String policy, byte[] resourceSpans) {}

  KeptTracePrinter(Waterfall waterfall, PrintStream out) {
    this.waterfall = waterfall;
    this.out = out;
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void onKept(KeptTrace trace) {
    if (waiting.remainingCapacity() == 0) {
      leftOut.incrementAndGet();
      return;
    }
    ByteBuf spans = trace.resourceSpans();
    byte[] copy = ByteBufUtil.getBytes(spans, spans.readerIndex(), spans.readableBytes(), true);
    TraceId id = new TraceId(trace.traceIdHi(), trace.traceIdLo());
    if (!waiting.offer(new Kept(id, trace.policy(), copy))) {
      leftOut.incrementAndGet();
    }
  }

  private void printAll() {
    try {
      for (Kept kept = waiting.take(); !kept.equals(END); kept = waiting.take()) {
        print(kept);
        long missing = waiting.isEmpty() ? leftOut.getAndSet(0) : 0;
        if (missing > 0) {
          out.println("… and " + Counted.of(missing, "more trace") + ", too many to print");
        }
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void print(Kept kept) {
    String id = kept.id().toString();
    try {
      TracesData trace = TracesData.parseFrom(kept.resourceSpans());
      waterfall.draw(id, kept.policy(), trace).forEach(out::println);
    } catch (InvalidProtocolBufferException e) {
      out.println("● " + id + "  kept, but not readable: " + e.getMessage());
    }
  }

  /** Prints what is waiting, for at most two seconds. */
  @Override
  public void close() {
    try {
      if (waiting.offer(END, 1, TimeUnit.SECONDS)) {
        thread.join(TimeUnit.SECONDS.toMillis(2));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
