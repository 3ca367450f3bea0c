package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Nodes come and go as somebody wants it, and slots move. */
final class Resizes {
  private Resizes() {}

  static void join(Scene scene, Figures figures) throws Exception {
    Move move = new Move(scene);
    long before = System.nanoTime();
    Cluster.Node joined = scene.nodes().joinSampler();
    scene.awaitReady(joined);
    figures.addSince("start s", before);
    move.end(System.nanoTime(), figures);
  }

  static void newestLeaves(Scene scene) throws Exception {
    leaves(scene, scene.nodes().samplers().get(scene.nodes().samplers().size() - 1));
  }

  static void twoJoin(Scene scene, Figures figures) throws Exception {
    Move move = new Move(scene);
    Cluster.Node one = scene.nodes().joinSampler();
    Cluster.Node two = scene.nodes().joinSampler();
    scene.awaitReady(one);
    long begun = System.nanoTime();
    scene.awaitReady(two);
    move.end(begun, figures);
  }

  static void newestTwoLeave(Scene scene) throws Exception {
    newestLeaves(scene);
    newestLeaves(scene);
  }

  /** Drains it and waits until all is calm. */
  static void leaves(Scene scene, Cluster.Node sampler) throws Exception {
    scene.drain(sampler);
    scene.awaitCalm();
  }

  static void drainSampler(Scene scene, Figures figures) throws Exception {
    drainedAndBack(scene, scene.nodes().samplers().get(1), figures);
  }

  static void drainCoordinator(Scene scene, Figures figures) throws Exception {
    drainedAndBack(scene, scene.nodes().coordinator(), figures);
  }

  private static void drainedAndBack(Scene scene, Cluster.Node sampler, Figures figures)
      throws Exception {
    Move move = new Move(scene);
    double seconds = scene.drain(sampler);
    scene.awaitCalm();
    figures.add("exit s", seconds);
    move.end(seconds, figures);
    back(scene, sampler);
  }

  static void leaveWhileJoin(Scene scene, Figures figures) throws Exception {
    Move move = new Move(scene);
    Cluster.Node joined = scene.nodes().joinSampler();
    scene.awaitReady(joined);
    long begun = System.nanoTime();
    figures.add("exit s", scene.drain(scene.nodes().samplers().get(1)));
    move.end(begun, figures);
  }

  static void rollSamplers(Scene scene, Figures figures) throws Exception {
    long before = System.nanoTime();
    for (Cluster.Node sampler : List.copyOf(scene.nodes().samplers())) {
      scene.drain(sampler);
      back(scene, sampler);
    }
    figures.addSince("all s", before);
  }

  static void rollRouters(Scene scene, Figures figures) throws Exception {
    long before = System.nanoTime();
    for (Cluster.Node router : List.copyOf(scene.nodes().routers())) {
      scene.drainRouter(router);
      routerBack(scene, router);
    }
    figures.addSince("all s", before);
  }

  static void drainRouter(Scene scene, Figures figures) throws Exception {
    Cluster.Node router = scene.nodes().routers().get(0);
    figures.add("exit s", scene.drainRouter(router));
    routerBack(scene, router);
  }

  static void startTogether(Scene scene, Figures figures) throws Exception {
    long before = System.nanoTime();
    scene.startUnderLoad(3, Stage.EMPTY.samplers);
    figures.addSince("calm s", before);
    TimeUnit.SECONDS.sleep(2);
    double most = 0;
    for (Cluster.Node node : scene.nodes().all()) {
      most = Math.max(most, node.metric("ringtail_cluster_epoch_number"));
    }
    figures.add("epochs", most);
  }

  static void weightChange(Scene scene, Figures figures) throws Exception {
    weighed(scene, 50, figures);
    weighed(scene, 100, figures);
  }

  private static void weighed(Scene scene, int weight, Figures figures) throws Exception {
    Move move = new Move(scene);
    scene.operator().weight(scene.nodes().samplers().get(1), weight);
    move.end(System.nanoTime(), figures);
  }

  static void operatorDrainUndrain(Scene scene, Figures figures) throws Exception {
    Cluster.Node sampler = scene.nodes().samplers().get(1);
    scene.operator().drained(sampler, true);
    scene.operator().drained(sampler, false);
    scene.awaitCalm();
    Move move = new Move(scene);
    long before = System.nanoTime();
    scene.operator().drained(sampler, true);
    scene.awaitOwners(scene.nodes().samplers().size() - 1);
    move.end(before, figures);
    before = System.nanoTime();
    scene.operator().drained(sampler, false);
    scene.awaitOwners(scene.nodes().samplers().size());
    scene.awaitCalm();
    figures.addSince("back s", before);
  }

  /** A sampler that is gone starts again under its node id; waits until all is calm. */
  static void back(Scene scene, Cluster.Node gone) throws Exception {
    scene.awaitReady(scene.nodes().restartSampler(gone));
    scene.awaitCalm();
  }

  /** A router that is gone starts again, and clients use it; waits until all is calm. */
  static void routerBack(Scene scene, Cluster.Node gone) throws Exception {
    scene.awaitReady(scene.nodes().startRouter(gone.process().name()));
    scene.tellClients();
    scene.awaitCalm();
  }
}
