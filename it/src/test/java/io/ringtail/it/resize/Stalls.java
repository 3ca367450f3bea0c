package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A sampler that lives is not what it should be for a while: stopped, slow, cut off, misled. */
final class Stalls {
  private static final int SECONDS = 20;

  private Stalls() {}

  static void pauseSampler(Scene scene, Figures figures) throws Exception {
    paused(scene, scene.nodes().samplers().get(1), figures);
  }

  static void pauseCoordinator(Scene scene, Figures figures) throws Exception {
    paused(scene, scene.nodes().coordinator(), figures);
  }

  private static void paused(Scene scene, Cluster.Node victim, Figures figures) throws Exception {
    double before = withoutLease(victim);
    victim.process().signal("STOP");
    TimeUnit.SECONDS.sleep(SECONDS);
    victim.process().signal("CONT");
    long woken = System.nanoTime();
    scene.awaitCalm();
    figures.addSince("calm after s", woken);
    figures.add("refused by it for want of a lease", withoutLease(victim) - before);
  }

  private static double withoutLease(Cluster.Node sampler) throws Exception {
    return sampler.metric("ringtail_sampler_postponed_decisions_total", "\"no_lease\"");
  }

  static void slowSampler(Scene scene, Figures figures) throws Exception {
    Cluster.Node victim = scene.nodes().samplers().get(1);
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(SECONDS)) {
      victim.process().signal("STOP");
      TimeUnit.MILLISECONDS.sleep(90);
      victim.process().signal("CONT");
      TimeUnit.MILLISECONDS.sleep(10);
    }
    Delays.into(scene, Nodes.nodeId(victim), begin, figures);
    scene.awaitCalm();
  }

  static void partition(Scene scene, Figures figures) throws Exception {
    scene.around().cut();
    TimeUnit.SECONDS.sleep(SECONDS);
    scene.around().heal();
    long healed = System.nanoTime();
    scene.awaitCalm();
    figures.addSince("calm after s", healed);
  }

  static void clockStep(Scene scene, Figures figures) throws Exception {
    scene.around().stepClock(Duration.ofHours(1));
    TimeUnit.SECONDS.sleep(8);
    scene.around().stepClock(Duration.ZERO);
    TimeUnit.SECONDS.sleep(8);
    long before = System.nanoTime();
    scene.awaitCalm();
    figures.addSince("calm after s", before);
  }
}
