package io.ringtail.it.sim;

import io.netty.buffer.ByteBuf;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.export.KeptTrace;
import java.util.ArrayList;
import java.util.List;

/** Where kept traces go: at times down, at times slow. Threads: one. */
final class SimBackend {
  private static final long RETRY = 400 * World.MILLI;

  private final World world;
  private final Ledger ledger;
  boolean down;
  long slowNanos;

  SimBackend(World world, Ledger ledger) {
    this.world = world;
    this.ledger = ledger;
  }

  /** A sampler's queue: what it has taken dies with its host. */
  final class Queue implements ExportQueue {
    private final Host host;
    private final int room;
    private int taken;

    Queue(Host host, int room) {
      this.host = host;
      this.room = room;
    }

    @Override
    public boolean offer(KeptTrace trace) {
      if (taken >= room) {
        return false;
      }
      taken++;
      List<Long> ids = new ArrayList<>();
      ByteBuf bytes = trace.resourceSpans();
      if (bytes.hasArray()) {
        int start = bytes.arrayOffset() + bytes.readerIndex();
        Spans.ids(bytes.array(), start, start + bytes.readableBytes(), ids::add);
      } else {
        byte[] copy = io.netty.buffer.ByteBufUtil.getBytes(bytes);
        Spans.ids(copy, 0, copy.length, ids::add);
      }
      if (ids.size() != trace.spanCount()) {
        throw new AssertionError("kept trace of " + trace.spanCount() + " spans has " + ids.size());
      }
      ledger.repeated(ids.size() - (int) ids.stream().distinct().count());
      send(trace, ids);
      return true;
    }

    boolean isEmpty() {
      return taken == 0;
    }

    private void send(KeptTrace trace, List<Long> ids) {
      host.after(
          2 * World.MILLI + world.below(20 * World.MILLI + slowNanos),
          () -> {
            if (down) {
              host.after(RETRY, () -> send(trace, ids));
              return;
            }
            if (world.isTelling()) {
              world.tell(
                  "  %s exports %x%016x: %s",
                  host,
                  trace.traceIdHi(),
                  trace.traceIdLo(),
                  ids.stream().map(Long::toHexString).toList());
            }
            ids.forEach(id -> ledger.exported(host.name(), id));
            host.after(
                World.MILLI + world.below(20 * World.MILLI + slowNanos / 4), () -> answered(trace));
          });
    }

    private void answered(KeptTrace trace) {
      taken--;
      trace.resourceSpans().release();
      trace.onAnswered().onAnswered(trace, KeptTrace.Answer.ACCEPTED);
    }
  }
}
