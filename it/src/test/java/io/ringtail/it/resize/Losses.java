package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;

/** Processes are killed, and start again when all is calm without them. */
final class Losses {
  private Losses() {}

  static void killSampler(Scene scene, Figures figures) throws Exception {
    killed(scene, scene.nodes().samplers().get(1), figures);
  }

  static void killCoordinator(Scene scene, Figures figures) throws Exception {
    killed(scene, scene.nodes().coordinator(), figures);
  }

  private static void killed(Scene scene, Cluster.Node victim, Figures figures) throws Exception {
    long before = System.nanoTime();
    figures.add("notice s", scene.kill(victim));
    scene.awaitCalm();
    figures.addSince("calm s", before);
    Resizes.back(scene, victim);
  }

  static void killAndBack(Scene scene, Figures figures) throws Exception {
    Cluster.Node victim = scene.nodes().samplers().get(1);
    long before = scene.killAndGoOn(victim);
    Resizes.back(scene, victim);
    figures.addSince("calm s", before);
  }

  static void killTwo(Scene scene, Figures figures) throws Exception {
    Cluster.Node one = scene.nodes().samplers().get(1);
    Cluster.Node two = scene.nodes().samplers().get(2);
    double replayed = Midway.replayedSpans(scene);
    long before = scene.killAndGoOn(one);
    Midway.until("a replay", () -> Midway.replayedSpans(scene) > replayed);
    figures.addSince("second after s", before);
    figures.add("notice s", scene.kill(two));
    scene.awaitCalm();
    figures.addSince("calm s", before);
    Resizes.back(scene, one);
    Resizes.back(scene, two);
  }

  static void killSenderInHandoff(Scene scene, Figures figures) throws Exception {
    Cluster.Node joined = Midway.joining(scene);
    Cluster.Node sender = scene.nodes().samplers().get(1);
    figures.add("notice s", scene.kill(sender));
    scene.awaitReady(joined);
    scene.awaitCalm();
    Resizes.back(scene, sender);
    Resizes.leaves(scene, joined);
  }

  static void killReceiverInHandoff(Scene scene, Figures figures) throws Exception {
    figures.add("notice s", scene.kill(Midway.joining(scene)));
    scene.awaitCalm();
  }

  static void killRouter(Scene scene, Figures figures) throws Exception {
    Cluster.Node victim = scene.nodes().routers().get(0);
    long before = scene.killAndGoOn(victim);
    scene.awaitCalm();
    figures.addSince("notice s", before);
    Resizes.routerBack(scene, victim);
  }
}
