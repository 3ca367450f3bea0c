package io.ringtail.it.sim;

import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Schedules that each of the protocol's rules was found by; a seed chooses their times. */
enum Named {
  /** A slot goes from A to B and back. */
  A_B_A {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(40);
      s.after(2 * SECOND, () -> s.sampler("s3"));
      s.after(2_200 * MILLI + s.world.below(900 * MILLI), () -> s.drain("s3"));
    }
  },
  /**
   * Slots go from A to B and back again and again, while spans come and answers are on their way.
   */
  BACK_AND_FORTH {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(120);
      for (int i = 0; i < 8; i++) {
        int weight = i % 2 == 0 ? 20 : 100;
        s.after(
            1_500 * MILLI + i * 330L * MILLI + s.world.below(200 * MILLI),
            () -> s.weigh("s0", weight));
      }
    }
  },
  /** A slot goes from A to B and on to C before B has all of it. */
  A_B_C {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(60);
      s.after(2 * SECOND, () -> s.sampler("s3"));
      s.after(2_100 * MILLI + s.world.below(500 * MILLI), () -> s.sampler("s4"));
      s.after(2_400 * MILLI + s.world.below(900 * MILLI), () -> s.drain("s3"));
    }
  },
  /**
   * The same where A stalls when B comes, and hears of C later than of B, and the link from B to C
   * breaks again and again: what B takes now, and passes on, C does not have for long.
   */
  A_B_C_WHILE_A_STALLS {
    @Override
    void start(Simulation s) {
      s.sampler("s0"); // the coordinator
      s.sampler("s1");
      s.router("r0");
      s.router("r1");
    }

    @Override
    void load(Simulation s) {
      s.after(3 * SECOND, () -> s.clients.send(1_300 * MILLI, 140, 8, 600 * MILLI));
    }

    @Override
    void plan(Simulation s) {
      s.slowNetwork(20);
      s.after(2 * SECOND, () -> s.sampler("s3"));
      s.after(
          2 * SECOND + s.world.below(50 * MILLI),
          () -> s.pause("s1", 2_900 * MILLI + s.world.below(300 * MILLI)));
      s.after(
          3 * SECOND,
          () -> {
            s.deafen("s1", 2_600 * MILLI);
            s.sampler("s4");
          });
      for (int i = 0; i < 50; i++) {
        s.after(4_700 * MILLI + i * 50L * MILLI, () -> s.breakLinks("s3", "s4"));
      }
    }
  },
  /** An operator drains and undrains samplers in quick succession, that live on. */
  DRAIN_AND_UNDRAIN {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(80);
      for (int i = 0; i < 4; i++) {
        String name = pickSampler(s);
        long at = 1_500 * MILLI + i * 900L * MILLI + s.world.below(400 * MILLI);
        s.after(at, () -> s.drained(name, true));
        s.after(at + s.world.below(SECOND), () -> s.drained(name, false));
      }
      if (s.world.chance(0.3)) {
        s.after(3 * SECOND + s.world.below(SECOND), () -> s.drain(pickSampler(s)));
      }
    }
  },
  /**
   * The only sampler that owns slots dies while another, that an operator has drained, lives on:
   * nobody can ask for what is lost before that one is used again, or another joins.
   */
  LAST_OWNER_DIES_BESIDE_A_DRAINED_ONE {
    @Override
    void start(Simulation s) {
      s.sampler("s0");
      s.sampler("s1");
      s.router("r0");
      s.router("r1");
    }

    @Override
    void plan(Simulation s) {
      s.after(1_500 * MILLI, () -> s.drained("s1", true));
      s.after(2 * SECOND + s.world.below(1_500 * MILLI), () -> s.kill("s0", s.world.chance(0.3)));
      long later = 3_600 * MILLI + s.world.below(4 * SECOND);
      s.after(later, () -> s.drained("s1", false));
      if (s.world.chance(0.4)) {
        s.after(later - s.world.below(SECOND), () -> s.sampler("s2"));
      }
    }
  },
  /** The same when it is stopped in order: what it has decided leaves with it (S3). */
  LAST_OWNER_LEAVES_BESIDE_A_DRAINED_ONE {
    @Override
    void start(Simulation s) {
      LAST_OWNER_DIES_BESIDE_A_DRAINED_ONE.start(s);
    }

    @Override
    void plan(Simulation s) {
      s.after(1_500 * MILLI, () -> s.drained("s1", true));
      s.after(2 * SECOND + s.world.below(1_500 * MILLI), () -> s.drain("s0"));
      s.after(3_600 * MILLI + s.world.below(4 * SECOND), () -> s.drained("s1", false));
    }
  },
  /** Two operators at once: nobody owns slots for a while, and one may be lost meanwhile. */
  ALL_DRAINED_AT_ONCE {
    @Override
    void plan(Simulation s) {
      for (String name : new String[] {"s0", "s1", "s2"}) {
        s.after(2 * SECOND + s.world.below(300 * MILLI), () -> s.drained(name, true));
      }
      if (s.world.chance(0.5)) {
        s.after(2_300 * MILLI + s.world.below(2 * SECOND), () -> s.kill("s2", false));
      }
      s.after(3 * SECOND + s.world.below(3 * SECOND), () -> s.drained("s0", false));
      s.after(5 * SECOND + s.world.below(2 * SECOND), () -> s.drained("s1", false));
    }
  },
  SENDER_DIES_IN_HANDOFF {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(40);
      s.after(2 * SECOND, () -> s.drain("s1"));
      s.after(2_100 * MILLI + s.world.below(600 * MILLI), () -> s.kill("s1", s.world.chance(0.2)));
    }
  },
  RECEIVER_DIES_IN_HANDOFF {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(40);
      s.after(2 * SECOND, () -> s.sampler("s3"));
      s.after(2_100 * MILLI + s.world.below(600 * MILLI), () -> s.kill("s3", s.world.chance(0.2)));
    }
  },
  /**
   * Who alone holds traces leaves, and who takes them stalls when it has, and dies: nothing else is
   * as old, so nothing but its own word keeps them in the logs.
   */
  RECEIVER_STALLS_IN_HANDOFF_AND_DIES {
    @Override
    void load(Simulation s) {
      s.clients.send(8 * SECOND, 2, 8, 600 * MILLI);
    }

    @Override
    void plan(Simulation s) {
      s.once(
          () -> holdsAlone(s).isPresent(),
          () -> {
            s.drain(holdsAlone(s).orElseThrow().name);
            s.once(
                () -> receiver(s).isPresent(), () -> stallsAndDies(s, receiver(s).orElseThrow()));
          });
    }

    private Optional<SimSampler> receiver(Simulation s) {
      return s.samplers().stream().filter(n -> n.handedIn() > 0).findFirst();
    }

    private void stallsAndDies(Simulation s, SimSampler receiver) {
      s.after(10 * MILLI + s.world.below(20 * MILLI), () -> s.pause(receiver.name, 4 * SECOND));
      s.after(500 * MILLI + s.world.below(SECOND), () -> s.kill(receiver.name, false));
    }
  },
  /**
   * A sampler stalls, and dies of what it stalled for: by then the others have settled all that is
   * as old as what it holds.
   */
  STALLS_AND_DIES {
    @Override
    void plan(Simulation s) {
      long stalls = s.world.below(SECOND);
      s.after(stalls, () -> s.pause("s1", 4 * SECOND));
      s.after(stalls + 2_300 * MILLI + s.world.below(SECOND), () -> s.kill("s1", false));
    }
  },
  /**
   * A sampler does not hear of the epoch in which another was lost, only of a later one: while the
   * others wait for the replay of what was lost, or when they have it all.
   */
  SKIPPED_EPOCH_HIDES_A_LOSS {
    @Override
    void plan(Simulation s) {
      long joins = s.world.chance(0.3) ? 1_200 * MILLI : 4 * SECOND;
      s.after(
          2 * SECOND,
          () -> {
            s.forget("s2", joins + 4 * SECOND);
            s.deafen("s2", joins + 1_500 * MILLI + s.world.below(SECOND));
            s.kill("s1", false);
          });
      s.after(2 * SECOND + joins + s.world.below(SECOND), () -> s.sampler("s3"));
    }
  },
  ROUTER_STOPS_THEN_SAMPLER_KILLED {
    @Override
    void plan(Simulation s) {
      s.after(2 * SECOND, () -> s.drain("r0"));
      s.after(2_100 * MILLI + s.world.below(2 * SECOND), () -> s.kill("s1", false));
    }
  },
  BACK_IN_UNDER_A_SECOND {
    @Override
    void plan(Simulation s) {
      s.after(2 * SECOND, () -> s.kill("s1", false));
      s.after(2 * SECOND + 1 + s.world.below(SECOND), () -> s.sampler("s1"));
    }
  },
  ROUTER_RESTARTED_UNDER_AN_OLD_MARK {
    @Override
    void plan(Simulation s) {
      s.after(2 * SECOND, () -> s.kill("r0", false));
      s.after(2 * SECOND + 1 + s.world.below(SECOND), () -> s.router("r0"));
      s.after(3_800 * MILLI + s.world.below(2 * SECOND), () -> s.kill("s1", false));
    }
  },
  DRAIN_RIGHT_AFTER_A_CRASH {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(20);
      s.sampler("s3");
      s.after(2 * SECOND, () -> s.kill("s1", s.world.chance(0.3)));
      s.after(2 * SECOND + s.world.below(3 * SECOND), () -> s.drain("s2"));
    }
  },
  /**
   * Who has decided dies unnoticed, and its heir leaves, which has nothing else for the dead one
   * and so need not wait for its loss: the backend has the traces, and routers have them still.
   */
  HEIR_LEAVES_BEFORE_THE_LOSS_IS_NOTICED {
    @Override
    void load(Simulation s) {
      s.after(4 * SECOND, () -> s.clients.send(300 * MILLI, 20, 4, 100 * MILLI));
    }

    @Override
    void plan(Simulation s) {
      s.after(2 * SECOND, () -> s.backendSlow(600 * MILLI, 3 * SECOND));
      s.after(
          3_300 * MILLI + s.world.below(700 * MILLI),
          () -> {
            s.kill("s1", true);
            s.after(s.world.below(300 * MILLI), () -> s.drain("s2"));
          });
    }
  },
  /**
   * Who leaves has given what it decided to the new owners, and one of these dies before its own
   * heir knows of it.
   */
  NEW_OWNER_DIES_AS_THE_OLD_ONE_LEAVES {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(100);
      s.after(
          2 * SECOND + s.world.below(SECOND),
          () -> {
            s.drain("s2");
            s.once(
                () -> hasGivenAll(s, "s2"),
                () -> s.after(s.world.below(60 * MILLI), () -> s.kill("s1", false)));
          });
    }
  },
  SECOND_LOSS_DURING_THE_REPLAY {
    @Override
    void plan(Simulation s) {
      s.slowNetwork(30);
      s.sampler("s3");
      s.after(2 * SECOND, () -> s.kill("s1", false));
      s.after(2_300 * MILLI + s.world.below(4 * SECOND), () -> s.kill("s2", false));
    }
  },
  /** Requests of many traces, so that each part has many slots. */
  PARTS_OF_MANY_SLOTS {
    @Override
    void start(Simulation s) {
      s.manySlots();
      super.start(s);
    }

    @Override
    void plan(Simulation s) {
      s.after(2 * SECOND, () -> s.sampler("s3"));
      s.after(3 * SECOND, () -> s.kill("s1", false));
      s.after(4 * SECOND, () -> s.drain("s0"));
    }
  },
  ROUTERS_LAG_OR_SKIP_EPOCHS {
    @Override
    void plan(Simulation s) {
      s.after(1_900 * MILLI, () -> s.deafen("r0", 500 * MILLI + s.world.below(3 * SECOND)));
      s.after(1_900 * MILLI, () -> s.forget("r1", 5 * SECOND));
      s.after(2 * SECOND, () -> s.sampler("s3"));
      s.after(2_500 * MILLI + s.world.below(SECOND), () -> s.kill("s1", false));
      s.after(4 * SECOND + s.world.below(SECOND), () -> s.drain("s0"));
    }
  },
  /** The coordinator's echoes wait in the socket of a node that is paused past its lease. */
  PAUSE_PAST_THE_LEASE {
    @Override
    void plan(Simulation s) {
      s.after(2 * SECOND, () -> s.pause(pickSampler(s), 3_200 * MILLI + s.world.below(6 * SECOND)));
    }
  },
  /**
   * The only one that owns slots stalls within its lease while half of them go to another: all it
   * would decide on waking is due, and what tells of that waits in its sockets.
   */
  STALLS_WHILE_ITS_SLOTS_MOVE {
    @Override
    void start(Simulation s) {
      LAST_OWNER_DIES_BESIDE_A_DRAINED_ONE.start(s);
    }

    @Override
    void plan(Simulation s) {
      s.drained("s0", true); // the coordinator
      s.after(3 * SECOND, () -> s.sampler("s2"));
      long stalls = 3 * SECOND + s.world.below(400 * MILLI);
      s.after(stalls, () -> s.pause("s1", 2_100 * MILLI + s.world.below(400 * MILLI)));
      s.after(stalls + 100 * MILLI, () -> s.node("s1").ifPresent(s::breakLinks));
    }
  },
  /** An owner stalls when a router that did has just sent it much: it has not read all of that. */
  STALLS_WITH_MUCH_TO_READ {
    @Override
    void start(Simulation s) {
      s.world.slowShare = 1; // shards nap for long
      ONE_SAMPLER_RESTARTS.start(s);
    }

    @Override
    void plan(Simulation s) {
      s.slowNetwork(20);
      long back = 3_500 * MILLI;
      s.after(2 * SECOND, () -> s.pause("r1", back - 2 * SECOND));
      s.after(
          back + s.world.below(60 * MILLI),
          () -> s.pause("s0", 2_100 * MILLI + s.world.below(400 * MILLI)));
    }
  },
  /** The same where only the threads of its shards have no core: its lease goes on meanwhile. */
  SHARDS_STALL_WITH_MUCH_TO_READ {
    @Override
    void start(Simulation s) {
      STALLS_WITH_MUCH_TO_READ.start(s);
    }

    @Override
    void plan(Simulation s) {
      s.after(
          3_500 * MILLI, () -> s.starveShards("s0", 2_100 * MILLI + s.world.below(400 * MILLI)));
    }
  },
  WAKING_UP_ALONE {
    @Override
    void plan(Simulation s) {
      s.wakesAlone = true;
      s.after(2 * SECOND, () -> s.pause(pickSampler(s), 7 * SECOND + s.world.below(8 * SECOND)));
    }
  },
  ONE_SAMPLER_RESTARTS {
    @Override
    void start(Simulation s) {
      s.sampler("s0");
      s.router("r0");
      s.router("r1");
    }

    @Override
    void plan(Simulation s) {
      s.after(2_500 * MILLI, () -> s.kill("s0", s.world.chance(0.3)));
      s.after(2_500 * MILLI + s.world.below(4 * SECOND), () -> s.sampler("s0"));
    }
  },
  /** Its first epoch names no router yet, though they have in their logs what it had. */
  ONE_SAMPLER_RESTARTS_BEFORE_ROUTERS_COME {
    @Override
    void start(Simulation s) {
      ONE_SAMPLER_RESTARTS.start(s);
    }

    @Override
    void plan(Simulation s) {
      s.after(2_500 * MILLI, () -> s.kill("s0", false));
      s.after(
          2_800 * MILLI + s.world.below(SECOND),
          () -> {
            s.sampler("s0");
            s.deafen("s0", 1_300 * MILLI + s.world.below(600 * MILLI));
          });
    }
  },
  /**
   * Slots go from one that hears of no epochs to a new one, all others die, and the one that is
   * left goes on with the epoch it has.
   */
  LAST_SAMPLER_HAS_AN_OLDER_EPOCH {
    @Override
    void plan(Simulation s) {
      s.after(
          2 * SECOND,
          () -> {
            s.deafen("s2", 7 * SECOND);
            s.sampler("s3");
          });
      for (String name : new String[] {"s0", "s1", "s3"}) {
        s.after(3_700 * MILLI + s.world.below(600 * MILLI), () -> s.kill(name, false));
      }
    }
  },
  LAST_SAMPLERS_STOP_TOGETHER {
    @Override
    void plan(Simulation s) {
      for (String name : new String[] {"s0", "s1", "s2"}) {
        s.after(2 * SECOND + s.world.below(300 * MILLI), () -> s.drain(name));
      }
      s.after(12 * SECOND, () -> s.sampler("s0"));
    }
  },
  HOLD_OVER_ALL_SLOTS_WITH_MEMORY_FULL {
    @Override
    SimConfig config(long seed) {
      return SimConfig.of((seed & 1) == 0).withHighWater(0.1);
    }

    @Override
    void start(Simulation s) {
      s.sampler("s0");
      s.router("r0");
      s.router("r1");
    }

    @Override
    void plan(Simulation s) {
      s.clients.padding = 3_000;
      s.after(2_500 * MILLI, () -> s.kill("s0", false));
      s.after(3_500 * MILLI, () -> s.sampler("s0"));
    }
  },
  /** The backend takes nothing for a while; there is room for what is kept meanwhile. */
  BACKEND_REFUSES {
    @Override
    SimConfig config(long seed) {
      return HOLD_OVER_ALL_SLOTS_WITH_MEMORY_FULL.config(seed);
    }

    @Override
    void plan(Simulation s) {
      s.clients.padding = 3_000;
      s.after(2 * SECOND, () -> s.backendDown(4 * SECOND + s.world.below(4 * SECOND)));
    }
  },
  /**
   * The same without the room: one sampler or another refuses, so that senders send again what the
   * others have taken.
   */
  BACKEND_REFUSES_AND_SAMPLERS_DO {
    @Override
    SimConfig config(long seed) {
      return SimConfig.tight((seed & 1) == 0);
    }

    @Override
    void plan(Simulation s) {
      BACKEND_REFUSES.plan(s);
    }
  },
  /**
   * Logs that refuse are full, as an owner is deaf or the backend takes nothing; then samplers die
   * and slots move, so that most of it is replayed, at times again and again.
   */
  LOG_IS_FULL_AND_REFUSES {
    @Override
    SimConfig config(long seed) {
      SimConfig roomy = SimConfig.of((seed & 1) == 0, "1s", "16MiB");
      return roomy.refusingAbove(512L << 10 + (seed >>> 1 & 1));
    }

    @Override
    void load(Simulation s) {
      s.clients.padding = 3_000;
      s.clients.send(12 * SECOND, 40, 8, 600 * MILLI);
    }

    @Override
    void plan(Simulation s) {
      if (s.world.chance(0.5)) {
        s.deafen(pickSampler(s), 6 * SECOND);
      } else {
        s.backendDown(6 * SECOND);
      }
      long at = 3 * SECOND + s.world.below(2 * SECOND);
      s.after(at, () -> s.kill("s1", s.world.chance(0.2)));
      s.after(at + s.world.below(3 * SECOND), () -> s.weigh("s0", 20));
      s.after(at + s.world.below(4 * SECOND), () -> s.sampler("s3"));
      s.after(at + SECOND + s.world.below(4 * SECOND), () -> s.kill("s2", false));
      s.after(at + 5 * SECOND + s.world.below(2 * SECOND), () -> s.sampler("s1"));
    }
  },
  DECISION_EVICTED_BEFORE_ITS_SPANS_ARE_REPLAYED {
    @Override
    SimConfig config(long seed) {
      return SimConfig.tinyCache((seed & 1) == 0);
    }

    @Override
    void plan(Simulation s) {
      s.backendSlow(2 * SECOND, 60 * SECOND);
      s.after(4 * SECOND, () -> s.kill("s1", false));
      s.after(4 * SECOND + s.world.below(2 * SECOND), () -> s.sampler("s3"));
    }
  },
  PARTITION_AND_MERGE {
    @Override
    void plan(Simulation s) {
      s.sampler("s3");
      Set<String> side = s.world.chance(0.5) ? Set.of("s0", "s1", "r0") : Set.of("s3", "r1", "s2");
      s.after(2 * SECOND, () -> s.partition(side, SECOND + s.world.below(9 * SECOND)));
    }
  };

  private static final long SECOND = World.SECOND;
  private static final long MILLI = World.MILLI;

  abstract void plan(Simulation s);

  SimConfig config(long seed) {
    return SimConfig.of((seed & 1) == 0);
  }

  void start(Simulation s) {
    for (int i = 0; i < 3; i++) {
      s.sampler("s" + i);
    }
    s.router("r0");
    s.router("r1");
  }

  /** What senders do. */
  void load(Simulation s) {
    s.clients.send(8 * SECOND, 16, 8, 600 * MILLI);
  }

  /** The only sampler that has spans of open traces. */
  private static Optional<SimSampler> holdsAlone(Simulation s) {
    List<SimSampler> holding = s.samplers().stream().filter(n -> n.held() > 0).toList();
    return holding.size() == 1 ? Optional.of(holding.get(0)) : Optional.empty();
  }

  private static boolean hasGivenAll(Simulation s, String name) {
    return s.node(name)
        .filter(SimSampler.class::isInstance)
        .map(node -> ((SimSampler) node).handoff.status())
        .filter(status -> !status.owns() && status.nothingLeft())
        .isPresent();
  }

  private static String pickSampler(Simulation s) {
    return "s" + s.world.random.nextInt(3);
  }

  /** The one in which the want of a rule shows most. */
  static Named showing(Rule rule) {
    return switch (rule) {
      case A7, D2 -> BACK_IN_UNDER_A_SECOND;
      case M1, M5, O3 -> SECOND_LOSS_DURING_THE_REPLAY;
      case M6 -> STALLS_AND_DIES;
      case H1, H2 -> BACK_AND_FORTH;
      case H3 -> RECEIVER_STALLS_IN_HANDOFF_AND_DIES;
      case H7 -> A_B_C_WHILE_A_STALLS;
      case O1 -> NEW_OWNER_DIES_AS_THE_OLD_ONE_LEAVES;
      case E3 -> SKIPPED_EPOCH_HIDES_A_LOSS;
      case L1 -> PAUSE_PAST_THE_LEASE;
      case L1_ANEW -> STALLS_WHILE_ITS_SLOTS_MOVE;
      case D1_READ -> SHARDS_STALL_WITH_MUCH_TO_READ;
    };
  }

  Outcome run(long seed, boolean telling, Rules rules) {
    Simulation s = new Simulation(seed, config(seed).by(rules), telling);
    start(s);
    s.after(2 * SECOND, () -> plan(s)); // what the first epoch holds is over by then
    load(s);
    return s.run(15 * SECOND, 260 * SECOND);
  }
}
