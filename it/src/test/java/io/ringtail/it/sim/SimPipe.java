package io.ringtail.it.sim;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one direction of a stream, from sending to what the receiver has asked for. Threads:
 * one.
 */
final class SimPipe {
  /** Bytes under way from which on a sender is told to wait. */
  private static final int WINDOW = 128 << 10;

  private final SimNet net;
  private final World world;
  private final String service;
  private final Supplier<Host> from;
  private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
  private final ArrayDeque<Object> stalled = new ArrayDeque<>();
  @Nullable Host to;
  @Nullable Consumer<byte[]> receiver;
  Runnable onWindow = () -> {};
  private int demand;
  private int bytes;
  private long lastAt;
  private long cutAt = Long.MAX_VALUE;

  /**
   * @param service told of in stories
   * @param from the end that sends
   */
  SimPipe(SimNet net, String service, Supplier<Host> from) {
    this.net = net;
    this.world = net.world;
    this.service = service;
    this.from = from;
  }

  boolean isFull() {
    return bytes >= WINDOW;
  }

  /** How long until all that is under way has arrived. */
  long nanosUnderWay() {
    return Math.max(0, lastAt - world.now());
  }

  /** Takes bytes, or a Runnable that tells of the end. */
  void send(Object what) {
    if (what instanceof byte[] b) {
      bytes += b.length;
    }
    Host target = to;
    if (target == null || net.isCut(from.get(), target)) {
      stalled.add(what);
    } else {
      deliver(what, target);
    }
  }

  private void deliver(Object what, Host target) {
    long now = world.now();
    lastAt = Math.max(lastAt + 1, now + net.latency.getAsLong());
    long at = lastAt;
    target.after(
        at - now,
        () -> {
          if (at > cutAt) {
            return;
          }
          if (what instanceof Runnable end) {
            end.run();
          } else {
            world.tellIfWatched(from.get(), target, service, (byte[]) what);
            arrived.add((byte[]) what);
            pump();
          }
        });
  }

  void goOn() {
    Host target = to;
    if (target == null || net.isCut(from.get(), target)) {
      return;
    }
    for (Object what = stalled.poll(); what != null; what = stalled.poll()) {
      deliver(what, target);
    }
  }

  void request(int n) {
    demand += n;
    pump();
  }

  void pump() {
    Consumer<byte[]> r = receiver;
    while (r != null && demand > 0 && !arrived.isEmpty()) {
      demand--;
      byte[] message = arrived.remove();
      boolean wasFull = isFull();
      bytes -= message.length;
      r.accept(message);
      if (wasFull && !isFull()) {
        onWindow.run();
      }
    }
  }

  /** Nothing that is under way after a random moment arrives. */
  void cutSomewhere() {
    stalled.clear();
    cutAt = Math.min(cutAt, world.now() + world.below(nanosUnderWay() + 1000));
  }

  void cutNow() {
    stalled.clear();
    cutAt = Math.min(cutAt, world.now());
    receiver = null;
  }
}
