package io.ringtail.it.resize;

import io.grpc.Status;
import io.ringtail.it.harness.Cluster;
import io.ringtail.ring.RingTable;
import io.ringtail.trace.TraceHash;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
      double replayed = replayedSpans(scene);
      long before = scene.killAndGoOn(one);
      until("a replay", () -> replayedSpans(scene) > replayed);
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
      Cluster.Node joined = joiningUnderWay(scene);
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
      figures.add("notice s", scene.kill(joiningUnderWay(scene)));
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
      delays(scene, Scene.nodeId(victim), begin, figures);
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
      backendRefuses(scene, figures);
    }
  },
  BACKEND_REFUSES_DISK(Stage.QUEUE_ON_DISK) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      backendRefuses(scene, figures);
    }
  },
  BACKEND_SLOW(Stage.QUEUE_IN_MEMORY) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      backendSlow(scene, figures);
    }
  },
  BACKEND_SLOW_DISK(Stage.QUEUE_ON_DISK) {
    @Override
    void run(Scene scene, Figures figures) throws Exception {
      backendSlow(scene, figures);
    }
  };

  private static final long BACKEND_SECONDS = Long.getLong("ringtail.it.backend.seconds", 60);

  /** With 8 requests of 84 spans in flight from each of 3 samplers: 1,000 spans/s. */
  private static final Duration SLOW_ANSWER = Duration.ofSeconds(2);

  /** About what one sampler keeps in a second. */
  private static final int IN_QUEUE = 4_000;

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

  /** What is handed over while slots move: slots by the ring's own table, the rest as counted. */
  private static final class Move {
    private final Scene scene;
    private final RingTable ring;
    private final double[] counts;

    Move(Scene scene) throws Exception {
      this.scene = scene;
      this.ring = scene.ring();
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
      figures.add("slots", slotsMoved(ring, scene.ring()));
      figures.add("traces", now[0] - counts[0]).add("spans", now[1] - counts[1]);
      figures.add("MB", bytes).add("move s", seconds).add("MB/s", bytes / seconds);
    }
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

  /** A sampler that joins and has taken its first handed-over spans. */
  private static Cluster.Node joiningUnderWay(Scene scene) throws Exception {
    Cluster.Node joined = scene.joinSampler();
    until(
        "spans handed over to " + joined.process().name(),
        () -> joined.metric("ringtail_sampler_handed_in_spans_total") > 0);
    return joined;
  }

  private static double replayedSpans(Scene scene) throws IOException, InterruptedException {
    double sum = 0;
    for (Cluster.Node router : scene.routers()) {
      sum += router.metric("ringtail_router_replayed_spans_total");
    }
    return sum;
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private static void until(String what, Condition condition) throws InterruptedException {
    long begin = System.nanoTime();
    while (!holds(condition)) {
      if (since(begin) > 60) {
        throw new AssertionError("not within 60 s: " + what);
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

  private static void backendRefuses(Scene scene, Figures figures) throws Exception {
    backend(
        scene,
        figures,
        () -> scene.sink().refuse(Status.UNAVAILABLE),
        () -> scene.sink().refuse(Status.OK));
  }

  private static void backendSlow(Scene scene, Figures figures) throws Exception {
    backend(
        scene,
        figures,
        () -> scene.sink().delay(SLOW_ANSWER),
        () -> scene.sink().delay(Duration.ZERO));
  }

  private static void backend(Scene scene, Figures figures, Runnable worse, Runnable well)
      throws Exception {
    long refused = scene.load().retries();
    try (Peaks peaks = new Peaks(scene)) {
      worse.run();
      TimeUnit.SECONDS.sleep(BACKEND_SECONDS);
      well.run();
      long begin = System.nanoTime();
      scene.awaitExported(IN_QUEUE);
      scene.load().awaitAnswers();
      scene.awaitExported(IN_QUEUE);
      figures.add("caught up s", since(begin));
      peaks.into(figures);
    }
    figures.add("refusals", (double) (scene.load().retries() - refused));
    scene.awaitCalm();
  }

  /**
   * How long kept traces took from their first span to the backend, those of one sampler and of the
   * others, begun since some time.
   */
  private static void delays(Scene scene, String nodeId, long sinceNanos, Figures figures) {
    RingTable ring = scene.ring();
    for (boolean own : new boolean[] {true, false}) {
      long[] millis =
          scene.load().traces().stream()
              .filter(trace -> trace.firstSentNanos() - sinceNanos > 0)
              .filter(
                  trace ->
                      own
                          == ring.owner(TraceHash.slot(trace.hi, trace.lo))
                              .equals(Optional.of(nodeId)))
              .map(trace -> delayMillis(scene.sinkLog(), trace))
              .flatMapToLong(OptionalLong::stream)
              .sorted()
              .toArray();
      String whose = own ? "to backend of its traces" : "of the others'";
      if (millis.length > 0) {
        figures.add(whose + " p50 ms", (double) millis[millis.length / 2]);
        figures.add(
            "p99 ms " + (own ? "own" : "others"), (double) millis[millis.length * 99 / 100]);
      }
    }
  }

  private static OptionalLong delayMillis(SinkLog sink, SentTrace trace) {
    OptionalLong at = sink.firstNanos(trace);
    return at.isEmpty()
        ? at
        : OptionalLong.of((at.getAsLong() - trace.firstSentNanos()) / 1_000_000);
  }
}
