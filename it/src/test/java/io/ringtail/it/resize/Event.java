package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What can happen to a cluster of 2 routers and 3 samplers, or what its {@link Stage} says. Each
 * leaves as many nodes as it found, and calm. {@link #run} returns what is to be printed beside the
 * verdict.
 */
enum Event {
  /** A 4th sampler joins; it drains again when all has been measured. */
  JOIN {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Move move = new Move(scene);
      long before = System.nanoTime();
      Cluster.Node joined = scene.joinSampler();
      scene.awaitReady(joined);
      figures.add("start s", since(before));
      move.end(System.nanoTime(), figures);
    }

    @Override
    void undo(Scene scene) throws Exception {
      drained(scene, scene.samplers().get(scene.samplers().size() - 1));
    }
  },
  DRAIN_SAMPLER {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      drainedAndBack(scene, scene.samplers().get(1), figures);
    }
  },
  DRAIN_COORDINATOR {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      drainedAndBack(scene, scene.coordinator(), figures);
    }
  },
  /** All samplers one after the other: drained, and started again under their names. */
  ROLL_SAMPLERS {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      long before = System.nanoTime();
      for (Cluster.Node sampler : List.copyOf(scene.samplers())) {
        scene.drain(sampler);
        back(scene, sampler);
      }
      figures.add("all s", since(before));
    }
  },
  ROLL_ROUTERS {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      long before = System.nanoTime();
      for (Cluster.Node router : List.copyOf(scene.routers())) {
        scene.drainRouter(router);
        routerBack(scene, router);
      }
      figures.add("all s", since(before));
    }
  },
  TWO_JOIN {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Move move = new Move(scene);
      Cluster.Node one = scene.joinSampler();
      Cluster.Node two = scene.joinSampler();
      scene.awaitReady(one);
      long begun = System.nanoTime();
      scene.awaitReady(two);
      move.end(begun, figures);
    }

    @Override
    void undo(Scene scene) throws Exception {
      drained(scene, scene.samplers().get(scene.samplers().size() - 1));
      drained(scene, scene.samplers().get(scene.samplers().size() - 1));
    }
  },
  LEAVE_WHILE_JOIN {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Move move = new Move(scene);
      Cluster.Node joined = scene.joinSampler();
      scene.awaitReady(joined);
      long begun = System.nanoTime();
      figures.add("exit s", scene.drain(scene.samplers().get(1)));
      move.end(begun, figures);
    }
  },
  /** 3 routers and 7 samplers, with clients waiting. */
  START_TOGETHER(Stage.EMPTY) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      long before = System.nanoTime();
      scene.startUnderLoad(3, stage.samplers);
      figures.add("calm s", since(before));
      TimeUnit.SECONDS.sleep(2);
      double most = 0;
      for (Cluster.Node node : scene.nodes()) {
        most = Math.max(most, node.metric("ringtail_cluster_epoch_number"));
      }
      figures.add("epochs", most);
    }
  },
  /** One sampler's weight is halved in its config file, and set back. */
  WEIGHT_CHANGE {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      weighed(scene, 50, figures);
      weighed(scene, 100, figures);
    }
  },
  /** An operator drains a sampler by the admin service, and takes it back: at once, then later. */
  OPERATOR_DRAIN_UNDRAIN {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Cluster.Node sampler = scene.samplers().get(1);
      scene.drained(sampler, true);
      scene.drained(sampler, false);
      scene.awaitCalm();
      Move move = new Move(scene);
      long before = System.nanoTime();
      scene.drained(sampler, true);
      scene.awaitOwners(scene.samplers().size() - 1);
      move.end(before, figures);
      before = System.nanoTime();
      scene.drained(sampler, false);
      scene.awaitOwners(scene.samplers().size());
      scene.awaitCalm();
      figures.add("back s", since(before));
    }
  },
  KILL_SAMPLER {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      killed(scene, scene.samplers().get(1), figures);
    }
  },
  KILL_COORDINATOR {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      killed(scene, scene.coordinator(), figures);
    }
  },
  /** Killed and started again at once under its old name. */
  KILL_AND_BACK {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Cluster.Node victim = scene.samplers().get(1);
      long before = scene.killAndGoOn(victim);
      back(scene, victim);
      figures.add("calm s", since(before));
    }
  },
  /** The second dies while the routers replay for the first. */
  KILL_TWO(Stage.FOUR_SAMPLERS) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Cluster.Node one = scene.samplers().get(1);
      Cluster.Node two = scene.samplers().get(2);
      double replayed = Midway.replayedSpans(scene);
      long before = scene.killAndGoOn(one);
      Midway.until("a replay", () -> Midway.replayedSpans(scene) > replayed);
      figures.add("second after s", since(before));
      figures.add("notice s", scene.kill(two));
      scene.awaitCalm();
      figures.add("calm s", since(before));
      back(scene, one);
      back(scene, two);
    }
  },
  KILL_SENDER_IN_HANDOFF {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Cluster.Node joined = Midway.joining(scene);
      Cluster.Node sender = scene.samplers().get(1);
      figures.add("notice s", scene.kill(sender));
      scene.awaitReady(joined);
      scene.awaitCalm();
      back(scene, sender);
      drained(scene, joined);
    }
  },
  KILL_RECEIVER_IN_HANDOFF {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      figures.add("notice s", scene.kill(Midway.joining(scene)));
      scene.awaitCalm();
    }
  },
  /** Its clients go to the other one. */
  KILL_ROUTER {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Cluster.Node victim = scene.routers().get(0);
      long before = scene.killAndGoOn(victim);
      scene.awaitCalm();
      figures.add("notice s", since(before));
      routerBack(scene, victim);
    }
  },
  DRAIN_ROUTER {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Cluster.Node router = scene.routers().get(0);
      figures.add("exit s", scene.drainRouter(router));
      routerBack(scene, router);
    }
  },
  /** SIGSTOP for 20 s: longer than its lease and than it takes to be declared lost. */
  PAUSE_SAMPLER {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      paused(scene, scene.samplers().get(1), figures);
    }
  },
  PAUSE_COORDINATOR {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      paused(scene, scene.coordinator(), figures);
    }
  },
  /** One sampler gets a tenth of the time for 20 s. */
  SLOW_SAMPLER {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Cluster.Node victim = scene.samplers().get(1);
      long begin = System.nanoTime();
      while (since(begin) < 20) {
        Scene.signal(victim.process(), "STOP");
        TimeUnit.MILLISECONDS.sleep(90);
        Scene.signal(victim.process(), "CONT");
        TimeUnit.MILLISECONDS.sleep(10);
      }
      Delays.into(scene, Scene.nodeId(victim), begin, figures);
      scene.awaitCalm();
    }
  },
  /** One sampler is cut off from all others for 20 s, silently, and comes back. */
  PARTITION(Stage.ONE_APART) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      scene.around().cut();
      TimeUnit.SECONDS.sleep(20);
      scene.around().heal();
      long before = System.nanoTime();
      scene.awaitCalm();
      figures.add("calm after s", since(before));
    }
  },
  /** The wall clock of one sampler jumps by an hour, forth and back. */
  CLOCK_STEP(Stage.ONE_CLOCK) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      scene.around().stepClock(Duration.ofHours(1));
      TimeUnit.SECONDS.sleep(8);
      scene.around().stepClock(Duration.ZERO);
      TimeUnit.SECONDS.sleep(8);
      scene.awaitCalm();
    }
  },
  BACKEND_REFUSES(Stage.QUEUE_IN_MEMORY) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Backend.refuses(scene, figures);
    }
  },
  BACKEND_REFUSES_DISK(Stage.QUEUE_ON_DISK) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Backend.refuses(scene, figures);
    }
  },
  BACKEND_SLOW(Stage.QUEUE_IN_MEMORY) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Backend.isSlow(scene, figures);
    }
  },
  BACKEND_SLOW_DISK(Stage.QUEUE_ON_DISK) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      Backend.isSlow(scene, figures);
    }
  };

  final Stage stage;

  Event() {
    this(Stage.THREE_SAMPLERS);
  }

  Event(Stage stage) {
    this.stage = stage;
  }

  /**
   * Does it and waits until all is calm.
   *
   * @param figures takes what was measured
   */
  abstract void run(Scene scene, Figures figures) throws Exception;

  /** Makes the cluster what it was before, where {@link #run} has not. */
  void undo(Scene scene) throws Exception {}

  /** Whether a sampler is lost, so that routers replay. */
  boolean isLoss() {
    return switch (this) {
      case KILL_SAMPLER,
          KILL_COORDINATOR,
          KILL_AND_BACK,
          KILL_TWO,
          KILL_SENDER_IN_HANDOFF,
          KILL_RECEIVER_IN_HANDOFF,
          PAUSE_SAMPLER,
          PAUSE_COORDINATOR,
          PARTITION ->
          true;
      default -> false;
    };
  }

  /** Whether it is mostly waiting, so that it does not disturb, nor mind, another cluster. */
  boolean isWaiting() {
    return switch (stage) {
      case ONE_APART, ONE_CLOCK, QUEUE_IN_MEMORY, QUEUE_ON_DISK -> true;
      case THREE_SAMPLERS -> this == PAUSE_SAMPLER || this == PAUSE_COORDINATOR;
      case FOUR_SAMPLERS, EMPTY -> false;
    };
  }

  /** Whether it is over in some 15 s and needs nothing but processes on loopback. */
  boolean isShort() {
    return switch (this) {
      case ROLL_SAMPLERS, PAUSE_SAMPLER, PAUSE_COORDINATOR, SLOW_SAMPLER -> false;
      default -> isForChaos();
    };
  }

  /** Whether a cluster of any four samplers or more will do. */
  boolean isForChaos() {
    return stage == Stage.THREE_SAMPLERS || stage == Stage.FOUR_SAMPLERS;
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static void drained(Scene scene, Cluster.Node sampler) throws Exception {
    scene.drain(sampler);
    scene.awaitCalm();
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

  private static void weighed(Scene scene, int weight, Figures figures) throws Exception {
    Move move = new Move(scene);
    scene.weight(scene.samplers().get(1), weight);
    move.end(System.nanoTime(), figures);
  }

  private static void killed(Scene scene, Cluster.Node victim, Figures figures) throws Exception {
    long before = System.nanoTime();
    figures.add("notice s", scene.kill(victim));
    scene.awaitCalm();
    figures.add("calm s", since(before));
    back(scene, victim);
  }

  private static void paused(Scene scene, Cluster.Node victim, Figures figures) throws Exception {
    double before = withoutLease(victim);
    Scene.signal(victim.process(), "STOP");
    TimeUnit.SECONDS.sleep(20);
    Scene.signal(victim.process(), "CONT");
    long woken = System.nanoTime();
    scene.awaitCalm();
    figures.add("calm after s", since(woken));
    figures.add("refused by it for want of a lease", withoutLease(victim) - before);
  }

  private static double withoutLease(Cluster.Node sampler) throws Exception {
    return sampler.metric("ringtail_sampler_postponed_decisions_total", "\"no_lease\"");
  }

  private static void back(Scene scene, Cluster.Node gone) throws Exception {
    scene.awaitReady(scene.restartSampler(gone));
    scene.awaitCalm();
  }

  private static void routerBack(Scene scene, Cluster.Node gone) throws Exception {
    scene.awaitReady(scene.startRouter(gone.process().name()));
    scene.tellClients();
    scene.awaitCalm();
  }
}
