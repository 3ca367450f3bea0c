package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Moments at which something is half done. */
final class Midway {
  private Midway() {}

  /** A sampler that joins and has taken its first handed-over spans. */
  static Cluster.Node joining(Scene scene) throws Exception {
    Cluster.Node joined = scene.nodes().joinSampler();
    until(
        "spans handed over to " + joined.process().name(),
        () -> joined.metric("ringtail_sampler_handed_in_spans_total") > 0);
    return joined;
  }

  static double replayedSpans(Scene scene) throws IOException, InterruptedException {
    double sum = 0;
    for (Cluster.Node router : scene.nodes().routers()) {
      sum += router.metric("ringtail_router_replayed_spans_total");
    }
    return sum;
  }

  /** Asked again and again; a node that does not listen yet is asked later. */
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  static void until(String what, Condition condition) throws InterruptedException {
    long begin = System.nanoTime();
    while (!holds(condition)) {
      if (System.nanoTime() - begin > Calm.LIMIT.toNanos()) {
        throw new AssertionError("not within " + Calm.LIMIT + ": " + what);
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private static boolean holds(Condition condition) throws InterruptedException {
    try {
      return condition.holds();
    } catch (IOException e) {
      return false; // does not listen yet
    }
  }
}
