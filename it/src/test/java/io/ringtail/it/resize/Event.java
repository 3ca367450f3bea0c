package io.ringtail.it.resize;

import io.grpc.Status;
import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What can happen to a cluster of 2 routers and 3 samplers (4 where said so). Each leaves as many
 * nodes as it found, and calm. {@link #run} returns what is to be printed beside the verdict.
 */
enum Event {
  /** A 4th sampler joins, and drains again. */
  JOIN_AND_DRAIN(3) {
    @Override
    String run(Scene scene) throws Exception {
      long before = System.nanoTime();
      Cluster.Node joined = scene.joinSampler();
      scene.awaitReady(joined);
      scene.awaitCalm();
      double join = since(before);
      return format("joined %.1f s, drained %.1f s", join, drained(scene, joined));
    }
  },
  /** All samplers one after the other: drained, and started again under their names. */
  ROLL_SAMPLERS(3) {
    @Override
    String run(Scene scene) throws Exception {
      long before = System.nanoTime();
      for (Cluster.Node sampler : List.copyOf(scene.samplers())) {
        scene.drain(sampler);
        scene.awaitReady(scene.restartSampler(sampler));
        scene.awaitCalm();
      }
      return format("all in %.1f s", since(before));
    }
  },
  ROLL_ROUTERS(3) {
    @Override
    String run(Scene scene) throws Exception {
      long before = System.nanoTime();
      for (Cluster.Node router : List.copyOf(scene.routers())) {
        scene.drainRouter(router);
        scene.awaitReady(scene.startRouter(router.process().name()));
        scene.tellClients();
        scene.awaitCalm();
      }
      return format("all in %.1f s", since(before));
    }
  },
  TWO_JOIN(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node one = scene.joinSampler();
      Cluster.Node two = scene.joinSampler();
      scene.awaitReady(one);
      scene.awaitReady(two);
      scene.awaitCalm();
      return format("drained %.1f, %.1f s", drained(scene, one), drained(scene, two));
    }
  },
  LEAVE_WHILE_JOIN(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node joined = scene.joinSampler();
      scene.awaitReady(joined);
      double seconds = scene.drain(scene.samplers().get(1));
      scene.awaitCalm();
      return format("drained %.1f s", seconds);
    }
  },
  /** One sampler's weight is halved in its config file, and set back. */
  WEIGHT_CHANGE(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node sampler = scene.samplers().get(1);
      scene.weight(sampler, 50);
      scene.awaitCalm();
      scene.weight(sampler, 100);
      scene.awaitCalm();
      return "";
    }
  },
  KILL_SAMPLER(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node victim = scene.samplers().get(1);
      return killed(scene, victim);
    }
  },
  KILL_COORDINATOR(3) {
    @Override
    String run(Scene scene) throws Exception {
      return killed(scene, scene.coordinator());
    }
  },
  /** Killed and started again at once under its old name. */
  KILL_AND_BACK(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node victim = scene.samplers().get(1);
      scene.killAndGoOn(victim);
      scene.awaitReady(scene.restartSampler(victim));
      scene.awaitCalm();
      return "";
    }
  },
  /** The second dies while the routers replay for the first. */
  KILL_TWO(4) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node one = scene.samplers().get(1);
      Cluster.Node two = scene.samplers().get(2);
      double noticed = scene.kill(one);
      scene.kill(two);
      scene.awaitCalm();
      back(scene, one);
      back(scene, two);
      return format("noticed %.1f s", noticed);
    }
  },
  KILL_SENDER_IN_HANDOFF(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node joined = joiningUnderWay(scene);
      Cluster.Node sender = scene.samplers().get(1);
      scene.kill(sender);
      scene.awaitReady(joined);
      scene.awaitCalm();
      back(scene, sender);
      return format("drained %.1f s", drained(scene, joined));
    }
  },
  KILL_RECEIVER_IN_HANDOFF(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node joined = joiningUnderWay(scene);
      double noticed = scene.kill(joined);
      scene.awaitCalm();
      return format("noticed %.1f s", noticed);
    }
  },
  KILL_ROUTER(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node victim = scene.routers().get(0);
      scene.killAndGoOn(victim);
      scene.awaitCalm();
      scene.awaitReady(scene.startRouter(victim.process().name()));
      scene.tellClients();
      scene.awaitCalm();
      return "";
    }
  },
  DRAIN_ROUTER(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node router = scene.routers().get(0);
      double seconds = scene.drainRouter(router);
      scene.awaitReady(scene.startRouter(router.process().name()));
      scene.tellClients();
      scene.awaitCalm();
      return format("exit after %.1f s", seconds);
    }
  },
  /** SIGSTOP for 20 s: longer than its lease and than it takes to be declared lost. */
  PAUSE_SAMPLER(3) {
    @Override
    String run(Scene scene) throws Exception {
      return paused(scene, scene.samplers().get(1));
    }
  },
  PAUSE_COORDINATOR(3) {
    @Override
    String run(Scene scene) throws Exception {
      return paused(scene, scene.coordinator());
    }
  },
  /** One sampler gets a tenth of the time for 20 s. */
  SLOW_SAMPLER(3) {
    @Override
    String run(Scene scene) throws Exception {
      Cluster.Node victim = scene.samplers().get(1);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (System.nanoTime() < end) {
        Scene.signal(victim.process(), "STOP");
        TimeUnit.MILLISECONDS.sleep(90);
        Scene.signal(victim.process(), "CONT");
        TimeUnit.MILLISECONDS.sleep(10);
      }
      scene.awaitCalm();
      return "";
    }
  },
  /** One sampler is cut off from all others for 20 s, silently, and comes back. */
  PARTITION(3) {
    @Override
    String run(Scene scene) throws Exception {
      scene.around().cut();
      TimeUnit.SECONDS.sleep(20);
      scene.around().heal();
      scene.awaitCalm();
      return "";
    }
  },
  /** The wall clock of one sampler jumps by an hour, forth and back. */
  CLOCK_STEP(3) {
    @Override
    String run(Scene scene) throws Exception {
      scene.around().stepClock(Duration.ofHours(1));
      TimeUnit.SECONDS.sleep(8);
      scene.around().stepClock(Duration.ZERO);
      TimeUnit.SECONDS.sleep(8);
      scene.awaitCalm();
      return "";
    }
  },
  BACKEND_REFUSES(3) {
    @Override
    String run(Scene scene) throws Exception {
      scene.sink().refuse(Status.UNAVAILABLE);
      TimeUnit.SECONDS.sleep(backendSeconds());
      scene.sink().refuse(Status.OK);
      return peaks(scene);
    }
  },
  BACKEND_SLOW(3) {
    @Override
    String run(Scene scene) throws Exception {
      scene.sink().delay(Duration.ofSeconds(1));
      TimeUnit.SECONDS.sleep(backendSeconds());
      scene.sink().delay(Duration.ZERO);
      return peaks(scene);
    }
  };

  /** Samplers it needs. */
  final int samplers;

  Event(int samplers) {
    this.samplers = samplers;
  }

  abstract String run(Scene scene) throws Exception;

  /** Whether it needs nothing but processes on loopback. */
  boolean isPlain() {
    return this != PARTITION && this != CLOCK_STEP;
  }

  /** Why it cannot be had on this machine; empty if it can. */
  Optional<String> whySkipped() throws InterruptedException {
    if (this == PARTITION && !Apart.available()) {
      return Optional.of("no network namespace of its own here");
    }
    if (this == CLOCK_STEP && !SteppedClock.available()) {
      return Optional.of("libfaketime is not installed");
    }
    return Optional.empty();
  }

  /** Where it takes place; sampler-1 is the one it happens to. */
  Surroundings surroundings(Path directory) throws IOException, InterruptedException {
    return switch (this) {
      case PARTITION -> new Apart("sampler-1");
      case CLOCK_STEP -> new SteppedClock("sampler-1", directory);
      default -> Surroundings.PLAIN;
    };
  }

  /** Whether it takes more than some 15 s. */
  boolean isLong() {
    return this == ROLL_SAMPLERS
        || this == PAUSE_SAMPLER
        || this == PAUSE_COORDINATOR
        || this == SLOW_SAMPLER
        || this == BACKEND_REFUSES
        || this == BACKEND_SLOW;
  }

  private static long backendSeconds() {
    return Long.getLong("ringtail.it.backend.seconds", 60);
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  private static double drained(Scene scene, Cluster.Node sampler) throws Exception {
    double seconds = scene.drain(sampler);
    scene.awaitCalm();
    return seconds;
  }

  private static String killed(Scene scene, Cluster.Node victim) throws Exception {
    double noticed = scene.kill(victim);
    long before = System.nanoTime();
    scene.awaitCalm();
    double calm = since(before);
    back(scene, victim);
    return format("noticed %.1f s, calm %.1f s later", noticed, calm);
  }

  /** Each node's decisions put off for want of a lease: others lack one for a moment, too. */
  private static String paused(Scene scene, Cluster.Node victim) throws Exception {
    Scene.signal(victim.process(), "STOP");
    TimeUnit.SECONDS.sleep(20);
    Scene.signal(victim.process(), "CONT");
    scene.awaitCalm();
    StringBuilder text = new StringBuilder(victim.process().name()).append(": no lease");
    for (Cluster.Node node : scene.samplers()) {
      text.append(' ').append(node.process().name()).append('=');
      text.append((long) node.metric("ringtail_sampler_postponed_decisions_total", "\"no_lease\""));
    }
    return text.toString();
  }

  private static void back(Scene scene, Cluster.Node gone) throws Exception {
    scene.awaitReady(scene.restartSampler(gone));
    scene.awaitCalm();
  }

  /** A sampler that joins and has taken its first handed-over spans. */
  private static Cluster.Node joiningUnderWay(Scene scene) throws Exception {
    Cluster.Node joined = scene.joinSampler();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (handedIn(joined) == 0) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("nothing handed over to " + joined.process().name());
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
    return joined;
  }

  private static double handedIn(Cluster.Node node) throws InterruptedException {
    try {
      return node.metric("ringtail_sampler_handed_in_spans_total");
    } catch (IOException e) {
      return 0; // does not listen yet
    }
  }

  private static String peaks(Scene scene) throws Exception {
    StringBuilder text = new StringBuilder("peak MiB");
    for (Cluster.Node node : scene.nodes()) {
      text.append(' ').append(node.process().name()).append('=');
      text.append(node.process().peakResidentBytes() >> 20);
    }
    for (Cluster.Node router : scene.routers()) {
      text.append(" cover s ")
          .append(format("%.1f", router.metric("ringtail_router_retention_cover_seconds")));
    }
    return text.toString();
  }
}
