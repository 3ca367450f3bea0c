package io.ringtail.it.resize;

import io.ringtail.ring.RingTable;
import io.ringtail.trace.TraceHash;

/** What is handed over while slots move: slots by the ring's own table, the rest as counted. */
final class Move {
  private final Scene scene;
  private final RingTable ring;
  private final double[] counts;

  Move(Scene scene) throws Exception {
    this.scene = scene;
    this.ring = scene.nodes().ring();
    this.counts = counts();
  }

  private double[] counts() throws Exception {
    Accounts now = scene.accounts();
    return new double[] {
      now.sum("ringtail_sampler_handoff_traces_total", "\"in\""),
      now.sum("ringtail_sampler_handed_in_spans_total"),
      now.sum("ringtail_sampler_handoff_bytes_total", "\"in\"") / 1e6
    };
  }

  /**
   * Waits until all is calm.
   *
   * @param begun when the first slot moved, about
   */
  void end(long begun, Figures figures) throws Exception {
    scene.awaitCalm();
    end(since(begun), figures);
  }

  /**
   * @param seconds it took
   */
  void end(double seconds, Figures figures) throws Exception {
    double[] now = counts();
    double bytes = now[2] - counts[2];
    figures.add("slots", slotsMoved(ring, scene.nodes().ring()));
    figures.add("traces", now[0] - counts[0]).add("spans", now[1] - counts[1]);
    figures.add("MB", bytes).add("move s", seconds).add("MB/s", bytes / seconds);
  }

  private static double slotsMoved(RingTable before, RingTable after) {
    int moved = 0;
    for (int slot = 0; slot < TraceHash.SLOTS; slot++) {
      moved += before.owner(slot).equals(after.owner(slot)) ? 0 : 1;
    }
    return moved;
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}
