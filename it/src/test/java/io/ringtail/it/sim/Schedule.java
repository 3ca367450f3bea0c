package io.ringtail.it.sim;

import io.ringtail.rules.Rules;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** What happens to a cluster in a random run, as its seed says. */
final class Schedule {
  private static final int MAX_SAMPLERS = 5;
  private static final int MAX_ROUTERS = 3;
  private static final long ACTIVE = 9 * World.SECOND;

  /** Which faults there are. */
  enum Kind {
    PLANNED,
    CRASHES,
    PAUSES,
    PARTITIONS;

    static Kind of(long seed) {
      return switch ((int) Math.floorMod(seed, 8L)) {
        case 0, 1 -> PLANNED;
        case 2, 3, 4 -> CRASHES;
        case 5, 6 -> PAUSES;
        default -> PARTITIONS;
      };
    }
  }

  private final Simulation s;
  private final Random random;
  private final Kind kind;

  /** What a router that dies had accepted is with its owners: one of the two must live. */
  private final boolean routersCrash;

  private Schedule(Simulation s, Kind kind) {
    this.s = s;
    this.random = s.world.random;
    this.kind = kind;
    this.routersCrash = random.nextInt(5) == 0;
  }

  static Simulation.Outcome run(long seed, boolean telling, Rules rules) {
    boolean errorsOnly = (seed & 1) == 0 ^ (seed >>> 3 & 1) == 0;
    SimConfig config = errorsOnly ? SimConfig.ERRORS : SimConfig.ALL;
    return run(new Simulation(seed, config.by(rules), telling), Kind.of(seed));
  }

  static Simulation.Outcome run(Simulation s, Kind kind) {
    Schedule schedule = new Schedule(s, kind);
    s.maySplit = kind == Kind.PARTITIONS;
    schedule.start();
    return s.run(ACTIVE, 260 * World.SECOND);
  }

  private void start() {
    int samplers = 1 + random.nextInt(4);
    int routers = 1 + random.nextInt(MAX_ROUTERS);
    for (int i = 0; i < samplers; i++) {
      s.sampler("s" + i);
    }
    for (int i = 0; i < routers; i++) {
      s.router("r" + i);
    }
    s.clients.send(7 * World.SECOND, 10 + random.nextInt(10), 8, 600 * World.MILLI);
    long at = 1_500 * World.MILLI;
    int steps = 1 + random.nextInt(6);
    for (int i = 0; i < steps; i++) {
      at +=
          random.nextInt(3) == 0
              ? s.world.below(100 * World.MILLI)
              : s.world.below(2 * World.SECOND);
      s.after(at, this::act);
    }
  }

  private void act() {
    int what = random.nextInt(100);
    switch (kind) {
      case PLANNED -> planned(what);
      case CRASHES -> {
        if (what < 50) {
          planned(what * 2);
        } else {
          crash();
        }
      }
      case PAUSES -> {
        if (what < 40) {
          planned(what * 2);
        } else if (what < 60) {
          crash();
        } else {
          pause();
        }
      }
      case PARTITIONS -> {
        if (what < 40) {
          planned(what * 2);
        } else if (what < 60) {
          crash();
        } else if (what < 75) {
          pause();
        } else {
          partition();
        }
      }
      default -> throw new AssertionError(kind);
    }
  }

  private void planned(int what) {
    if (what < 30) {
      joinSampler();
    } else if (what < 55) {
      drainSampler();
    } else if (what < 62) {
      joinRouter();
    } else if (what < 68) {
      drainRouter();
    } else if (what < 75) {
      weigh();
    } else if (what < 85) {
      breakLinks();
    } else if (what < 92) {
      deafen();
    } else {
      backend();
    }
  }

  private void crash() {
    boolean sampler = !routersCrash;
    List<String> names =
        sampler
            ? s.samplers().stream().map(n -> n.name).toList()
            : s.routers().stream().map(n -> n.name).toList();
    if (names.isEmpty() || names.size() < 2 && random.nextInt(4) != 0) {
      return;
    }
    String name = pick(names);
    s.kill(name, random.nextInt(4) == 0);
    if (names.size() < 2 || random.nextInt(3) == 0) {
      s.after(
          s.world.below(names.size() < 2 ? 3 * World.SECOND : 1_500 * World.MILLI),
          () -> {
            if (s.node(name).isEmpty()) {
              if (sampler) {
                s.sampler(name);
              } else {
                s.router(name);
              }
            }
          });
    }
  }

  private void pause() {
    boolean sampler = random.nextInt(4) != 0;
    List<String> names =
        sampler
            ? s.samplers().stream().map(n -> n.name).toList()
            : s.routers().stream().map(n -> n.name).toList();
    if (!names.isEmpty()) {
      s.pause(
          pick(names),
          random.nextBoolean()
              ? s.world.below(4 * World.SECOND)
              : 3 * World.SECOND + s.world.below(7 * World.SECOND));
    }
  }

  private void partition() {
    Set<String> names =
        java.util.stream.Stream.concat(
                s.samplers().stream().map(n -> n.name), s.routers().stream().map(n -> n.name))
            .filter(n -> random.nextInt(3) == 0)
            .collect(Collectors.toCollection(java.util.TreeSet::new));
    s.partition(names, 2 * World.SECOND + s.world.below(9 * World.SECOND));
  }

  private void joinSampler() {
    for (int i = 0; i < MAX_SAMPLERS; i++) {
      String name = "s" + i;
      if (s.node(name).isEmpty()) {
        s.sampler(name);
        return;
      }
    }
  }

  private void drainSampler() {
    List<SimSampler> samplers = s.samplers();
    if (samplers.size() > 1) {
      s.drain(samplers.get(random.nextInt(samplers.size())).name);
    }
  }

  private void joinRouter() {
    for (int i = 0; i < MAX_ROUTERS; i++) {
      String name = "r" + i;
      if (s.node(name).isEmpty()) {
        s.router(name);
        return;
      }
    }
  }

  private void drainRouter() {
    List<SimRouter> routers = s.routers();
    if (routers.size() > 1) {
      s.drain(routers.get(random.nextInt(routers.size())).name);
    }
  }

  private void weigh() {
    List<SimSampler> samplers = s.samplers();
    if (!samplers.isEmpty()) {
      SimSampler n = samplers.get(random.nextInt(Math.min(2, samplers.size()))); // few tables
      s.world.tell("weigh %s", n);
      n.weigh(random.nextBoolean() ? 100 : 50);
    }
  }

  private void breakLinks() {
    List<SimSampler> samplers = s.samplers();
    if (!samplers.isEmpty()) {
      SimSampler n = samplers.get(random.nextInt(samplers.size()));
      s.world.tell("break links of %s", n);
      s.net.breakStreams(n.host, null);
    }
  }

  private void deafen() {
    List<String> names =
        java.util.stream.Stream.concat(
                s.samplers().stream().map(n -> n.name), s.routers().stream().map(n -> n.name))
            .toList();
    if (!names.isEmpty()) {
      String name = pick(names);
      s.world.tell("deafen %s", name);
      s.group.deafen(name, s.world.below(3 * World.SECOND));
    }
  }

  private void backend() {
    if (random.nextBoolean()) {
      s.world.tell("backend down");
      s.backend.down = true;
      s.after(s.world.below(4 * World.SECOND), () -> s.backend.down = false);
    } else {
      s.world.tell("backend slow");
      s.backend.slowNanos = World.SECOND;
      s.after(s.world.below(4 * World.SECOND), () -> s.backend.slowNanos = 0);
    }
  }

  private String pick(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }
}
