package io.ringtail.it.sim;

import io.ringtail.rules.Rules;
import java.util.Random;

/** What happens to a cluster in a random run, as its seed says. */
final class Schedule {
  private static final long ACTIVE = 9 * World.SECOND;

  /** Which faults there are. */
  enum Kind {
    PLANNED,
    CRASHES,
    PAUSES,
    PARTITIONS,
    /** Slots move on while transfers of the moves before are under way. */
    MOVES,
    /** Who hands over, or is handed something, dies in the middle of it. */
    CRASHES_IN_MOVES,
    /** Nodes miss epochs, some in which others were lost. */
    GAPS;

    static Kind of(long seed) {
      return switch ((int) Math.floorMod(seed, 16L)) {
        case 0, 1 -> PLANNED;
        case 2, 3, 4 -> CRASHES;
        case 5, 6 -> PAUSES;
        case 7, 8 -> PARTITIONS;
        case 9, 10, 11 -> MOVES;
        case 12, 13 -> CRASHES_IN_MOVES;
        default -> GAPS;
      };
    }

    /** Handoffs and replays that last, by every so many schedules. */
    private int slowEvery() {
      return this == MOVES || this == CRASHES_IN_MOVES ? 1 : 4;
    }
  }

  /** What its processes lack from the start. */
  private enum Want {
    NOTHING,
    /** They remember next to no decision. */
    MEMORY_OF_DECISIONS,
    /** Few spans fit in a sampler. */
    MEMORY;

    static Want of(long seed) {
      return switch ((int) Math.floorMod(seed * 0x9E3779B97F4A7C15L >>> 40, 20L)) {
        case 0, 1 -> MEMORY_OF_DECISIONS;
        case 2, 3 -> MEMORY;
        default -> NOTHING;
      };
    }
  }

  private final Simulation s;
  private final Random random;
  private final Kind kind;
  private final Mishaps mishaps;

  private Schedule(Simulation s, Kind kind) {
    this.s = s;
    this.random = s.world.random;
    this.kind = kind;
    this.mishaps = new Mishaps(s);
  }

  static Outcome run(long seed, boolean telling, Rules rules) {
    boolean errorsOnly = (seed & 1) == 0 ^ (seed >>> 3 & 1) == 0;
    Want want = Want.of(seed);
    SimConfig config =
        switch (want) {
          case NOTHING -> SimConfig.of(errorsOnly);
          case MEMORY_OF_DECISIONS -> SimConfig.tinyCache(errorsOnly);
          case MEMORY -> SimConfig.of(errorsOnly).withHighWater(0.1);
        };
    long logBytes = refusingAbove(seed);
    if (logBytes > 0 && want != Want.MEMORY_OF_DECISIONS) { // what is refused for long comes late
      config = config.refusingAbove(logBytes);
    }
    Kind kind = Kind.of(seed);
    boolean slow = Math.floorMod(seed >>> 4, kind.slowEvery()) == 0;
    if (slow) {
      config = isPadded(want, config) ? config.slowlyWithLargeSpans() : config.slowly();
    }
    Simulation s = new Simulation(seed, config.by(rules), telling);
    s.world.slowShare = 0.75;
    Schedule schedule = new Schedule(s, kind);
    schedule.start(want);
    return s.run(ACTIVE, 260 * World.SECOND);
  }

  /**
   * The size of logs that refuse when they are full, which they may well be; 0 for a log with room
   * for all, as most have.
   */
  private static long refusingAbove(long seed) {
    Random own = new PlainRandom(seed * 0x9E3779B97F4A7C15L + 1); // no other draw depends on it
    return own.nextInt(16) == 0 ? 512L << 10 + own.nextInt(2) : 0;
  }

  private void start(Want want) {
    int samplers = kind == Kind.GAPS ? 3 + random.nextInt(2) : 1 + random.nextInt(4);
    int routers = 1 + random.nextInt(Mishaps.MAX_ROUTERS);
    for (int i = 0; i < samplers; i++) {
      s.sampler("s" + i);
    }
    for (int i = 0; i < routers; i++) {
      s.router("r" + i);
    }
    surround(want);
    s.clients.send(7 * World.SECOND, 10 + random.nextInt(10), 8, 600 * World.MILLI);
    plan();
    fillUpFrom(ACTIVE - World.MILLI);
  }

  /** Again and again: what was planned before may yet kill the last that there are. */
  private void fillUpFrom(long nanos) {
    s.after(
        nanos,
        () -> {
          mishaps.fillUp();
          fillUpFrom(World.SECOND);
        });
  }

  /** Whether spans are large, so that little room is soon full. */
  private static boolean isPadded(Want want, SimConfig config) {
    return want == Want.MEMORY || config.logsRefuse();
  }

  private void surround(Want want) {
    if (isPadded(want, s.config)) {
      s.clients.padding = 3_000;
    }
    if (want == Want.MEMORY_OF_DECISIONS) {
      s.backendSlow(2 * World.SECOND, ACTIVE);
    }
    if (random.nextInt(8) == 0) {
      s.manySlots();
    }
    boolean movesLast = kind == Kind.MOVES || kind == Kind.CRASHES_IN_MOVES;
    if (random.nextInt(4) < (movesLast ? 3 : 1)) {
      s.slowNetwork(20 + random.nextInt(100));
    }
    s.wakesAlone = random.nextInt(3) == 0;
  }

  /** Some of the steps close upon each other; in every fourth schedule all of them. */
  private void plan() {
    boolean flurry = random.nextInt(4) == 0;
    long at = 1_500 * World.MILLI;
    int steps = 1 + random.nextInt(6);
    for (int i = 0; i < steps; i++) {
      boolean soon = flurry || random.nextInt(3) == 0;
      at += s.world.below(soon ? flurry ? 500 * World.MILLI : 100 * World.MILLI : 2 * World.SECOND);
      s.after(at, this::step);
    }
  }

  private void step() {
    int what = random.nextInt(100);
    switch (kind) {
      case PLANNED -> mishaps.planned();
      case CRASHES -> {
        if (what < 50) {
          mishaps.planned();
        } else {
          mishaps.crash();
        }
      }
      case PAUSES -> {
        if (what < 30) {
          mishaps.planned();
        } else if (what < 45) {
          mishaps.crash();
        } else {
          mishaps.pause();
        }
      }
      case PARTITIONS -> {
        if (what < 40) {
          mishaps.planned();
        } else if (what < 60) {
          mishaps.crash();
        } else if (what < 75) {
          mishaps.pause();
        } else {
          mishaps.partition();
        }
      }
      case MOVES -> {
        if (what < 80) {
          mishaps.move();
        } else {
          mishaps.planned();
        }
      }
      case CRASHES_IN_MOVES -> {
        if (what < 30) {
          mishaps.move();
        } else if (what < 80) {
          mishaps.crashInMove();
        } else {
          mishaps.crash();
        }
      }
      case GAPS -> {
        if (what < 50) {
          mishaps.gap();
        } else if (what < 75) {
          mishaps.planned();
        } else {
          mishaps.crash();
        }
      }
      default -> throw new AssertionError(kind);
    }
  }
}
