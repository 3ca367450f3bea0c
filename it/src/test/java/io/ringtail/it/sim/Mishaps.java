package io.ringtail.it.sim;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Single steps of a random schedule, each on nodes of its choice. */
final class Mishaps {
  static final int MAX_SAMPLERS = 5;
  static final int MAX_ROUTERS = 3;

  private final Simulation s;
  private final World world;
  private final Random random;

  /** What a router that dies had accepted is with its owners: one of the two must live. */
  private final boolean routersCrash;

  Mishaps(Simulation s) {
    this.s = s;
    this.world = s.world;
    this.random = world.random;
    this.routersCrash = random.nextInt(5) == 0;
  }

  /** Something that an operator or the network does. */
  void planned() {
    int what = random.nextInt(100);
    if (what < 25) {
      joinSampler();
    } else if (what < 47) {
      drainSampler();
    } else if (what < 53) {
      joinRouter();
    } else if (what < 59) {
      drainRouter();
    } else if (what < 62) {
      weigh();
    } else if (what < 65) {
      drainedForAWhile();
    } else if (what < 71) {
      backAndForth();
    } else if (what < 77) {
      onAndOn();
    } else if (what < 84) {
      breakLinks();
    } else if (what < 89) {
      deafen();
    } else if (what < 94) {
      skip();
    } else {
      backend();
    }
  }

  /** Slots go on before who has them has all of them. */
  void move() {
    int what = random.nextInt(100);
    if (what < 35) {
      backAndForth();
    } else if (what < 70) {
      onAndOn();
    } else if (what < 80) {
      drainSampler();
    } else if (what < 90) {
      lag();
    } else {
      breakLinks();
    }
  }

  /** One end of a handoff dies when the first of it has come. */
  void crashInMove() {
    if (routersCrash) {
      move();
      return;
    }
    if (random.nextBoolean()) {
      String joined = joinSampler();
      killOnce(joined, () -> sampler(joined).filter(s -> s.handedIn() > 0).isPresent());
      return;
    }
    List<String> names = samplers();
    if (names.size() > 1) {
      String leaves = pick(names);
      s.drain(leaves);
      killOnce(leaves, () -> sampler(leaves).filter(s -> s.handedOut() > 0).isPresent());
    }
  }

  private Optional<SimSampler> sampler(String name) {
    return s.node(name).filter(SimSampler.class::isInstance).map(SimSampler.class::cast);
  }

  private void killOnce(String name, BooleanSupplier when) {
    s.once(
        when,
        () ->
            s.after(
                world.below(250 * World.MILLI),
                () -> {
                  if (s.samplers().stream().anyMatch(n -> !n.name.equals(name))) {
                    s.kill(name, random.nextInt(5) == 0);
                  }
                }));
  }

  /** Epochs do not come to somebody. */
  void gap() {
    int what = random.nextInt(100);
    if (what < 60 && !routersCrash) {
      lossIsMissed();
    } else if (what < 80) {
      skip();
    } else {
      lag();
    }
  }

  /** A process dies, at times in the middle of a handoff, at times unheard of. */
  void crash() {
    int what = random.nextInt(100);
    if (what < 45 || routersCrash) {
      kill();
    } else if (what < 57) {
      receiverDies();
    } else if (what < 70) {
      senderDies();
    } else if (what < 83) {
      twoDie();
    } else if (what < 90) {
      routerLeavesThenSamplerDies();
    } else {
      lossIsMissed();
    }
  }

  private void kill() {
    boolean sampler = !routersCrash;
    List<String> names = sampler ? samplers() : routers();
    if (names.isEmpty() || names.size() < 2 && random.nextInt(4) != 0) {
      return;
    }
    String name = pick(names);
    s.kill(name, random.nextInt(4) == 0);
    if (names.size() < 2 || random.nextInt(3) == 0) {
      s.after(
          world.below(names.size() < 2 ? 3 * World.SECOND : 1_500 * World.MILLI),
          () -> comeBack(name, sampler));
    }
  }

  private void comeBack(String name, boolean sampler) {
    if (s.node(name).isPresent()) {
      return;
    }
    if (sampler) {
      s.sampler(name);
    } else {
      s.router(name);
    }
  }

  /** Who has just joined dies while it is given its slots. */
  private void receiverDies() {
    String joined = joinSampler();
    if (!joined.isEmpty()) {
      killSoon(joined);
    }
  }

  /** Who leaves dies while it gives its slots away. */
  private void senderDies() {
    List<String> names = samplers();
    if (names.size() > 1) {
      String name = pick(names);
      s.drain(name);
      killSoon(name);
    }
  }

  /** A second one dies while routers replay what the first had. */
  private void twoDie() {
    List<String> names = samplers();
    if (names.size() > 2) {
      String first = pick(names);
      s.kill(first, false);
      String second = pick(names.stream().filter(n -> !n.equals(first)).toList());
      s.after(300 * World.MILLI + world.below(3 * World.SECOND), () -> s.kill(second, false));
    }
  }

  private void routerLeavesThenSamplerDies() {
    List<String> names = samplers();
    if (names.size() > 1 && s.routers().size() > 1) {
      drainRouter();
      String dies = pick(names);
      s.after(World.SECOND + world.below(2 * World.SECOND), () -> s.kill(dies, false));
    }
  }

  private void killSoon(String name) {
    boolean silent = random.nextInt(5) == 0;
    s.after(
        30 * World.MILLI + world.below(600 * World.MILLI),
        () -> {
          if (s.samplers().size() > 1) {
            s.kill(name, silent);
          }
        });
  }

  /** One does not hear of the epoch in which another was lost, only of a later one. */
  private void lossIsMissed() {
    List<String> names = samplers();
    if (names.size() < 3) {
      kill();
      return;
    }
    String dies = pick(names);
    List<String> others = Stream.concat(samplers().stream(), routers().stream()).toList();
    String misses = pick(others.stream().filter(n -> !n.equals(dies)).toList());
    long joins = (random.nextBoolean() ? 1_200 : 3_000) * World.MILLI;
    s.forget(misses, joins + 4 * World.SECOND);
    s.deafen(misses, joins + 500 * World.MILLI + world.below(2 * World.SECOND));
    s.kill(dies, false);
    s.after(joins + world.below(World.SECOND), this::joinSampler);
  }

  void pause() {
    List<String> names = random.nextInt(4) != 0 ? samplers() : routers();
    if (!names.isEmpty()) {
      s.pause(
          pick(names),
          random.nextInt(3) == 0
              ? world.below(4 * World.SECOND)
              : 3 * World.SECOND + world.below(8 * World.SECOND));
    }
  }

  void partition() {
    Set<String> names =
        nodes().stream()
            .filter(n -> random.nextInt(3) == 0)
            .collect(Collectors.toCollection(TreeSet::new));
    s.partition(names, 2 * World.SECOND + world.below(9 * World.SECOND));
  }

  /** Returns who has joined; empty if all were there. */
  private String joinSampler() {
    for (int i = 0; i < MAX_SAMPLERS; i++) {
      String name = "s" + i;
      if (s.node(name).isEmpty()) {
        s.sampler(name);
        return name;
      }
    }
    return "";
  }

  private void drainSampler() {
    List<String> samplers = samplers();
    if (samplers.size() > 1) {
      s.drain(pick(samplers));
    }
  }

  /** An operator drains a sampler, which lives on, and takes that back; or somebody forgets to. */
  private void drainedForAWhile() {
    List<String> samplers = samplers();
    if (samplers.size() > 1) {
      String name = pick(samplers);
      s.drained(name, true);
      if (random.nextInt(4) != 0) {
        s.after(world.below(3 * World.SECOND), () -> s.drained(name, false));
      }
    }
  }

  /** In the end there is somebody to take what the logs hold. */
  void fillUp() {
    if (s.samplers().isEmpty()) {
      joinSampler();
    } else if (s.samplers().stream().allMatch(SimSampler::isDrained)) {
      s.drained(pick(samplers()), false);
    }
    if (s.routers().isEmpty()) {
      joinRouter();
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
    List<String> routers = routers();
    if (routers.size() > 1) {
      s.drain(pick(routers));
    }
  }

  private void weigh() {
    s.weigh("s0", random.nextBoolean() ? 100 : 20); // always the same one: tables take time
  }

  /** Slots go from A to B and to A again. */
  private void backAndForth() {
    int times = 2 + random.nextInt(5);
    for (int i = 0; i < times; i++) {
      int weight = i % 2 == 0 ? 20 : 100;
      s.after(i * 330L * World.MILLI + world.below(200 * World.MILLI), () -> s.weigh("s0", weight));
    }
  }

  /** Slots go from A to B and on to C before B has all of them. */
  private void onAndOn() {
    String first = joinSampler();
    if (first.isEmpty()) {
      return;
    }
    if (random.nextBoolean()) {
      s.after(100 * World.MILLI + world.below(400 * World.MILLI), this::joinSampler);
      s.after(400 * World.MILLI + world.below(900 * World.MILLI), () -> s.drain(first));
      return;
    }
    boolean leaves = random.nextBoolean();
    s.once(
        () -> sampler(first).filter(n -> n.handedIn() > 0).isPresent(),
        () -> {
          if (leaves) {
            s.drain(first);
          } else {
            joinSampler();
          }
        });
  }

  /** A router goes by old epochs for a while, in which slots move. */
  private void lag() {
    List<String> routers = routers();
    if (!routers.isEmpty()) {
      s.deafen(pick(routers), 500 * World.MILLI + world.below(2 * World.SECOND));
      backAndForth();
    }
  }

  private void breakLinks() {
    List<SimSampler> samplers = s.samplers();
    if (!samplers.isEmpty()) {
      s.breakLinks(samplers.get(random.nextInt(samplers.size())));
    }
  }

  private void deafen() {
    List<String> names = nodes();
    if (!names.isEmpty()) {
      s.deafen(pick(names), world.below(3 * World.SECOND));
    }
  }

  /** A node does not hear of the next epochs, nor can it ask for them. */
  private void skip() {
    List<String> names = nodes();
    if (!names.isEmpty()) {
      s.forget(pick(names), 3 * World.SECOND + world.below(3 * World.SECOND));
      s.after(world.below(500 * World.MILLI), this::drainSampler);
      s.after(World.SECOND + world.below(World.SECOND), this::joinSampler);
    }
  }

  private void backend() {
    if (random.nextBoolean()) {
      s.backendDown(world.below(4 * World.SECOND));
    } else {
      s.backendSlow(World.SECOND, world.below(4 * World.SECOND));
    }
  }

  private List<String> samplers() {
    return s.samplers().stream().map(n -> n.name).toList();
  }

  private List<String> routers() {
    return s.routers().stream().map(n -> n.name).toList();
  }

  private List<String> nodes() {
    return Stream.concat(samplers().stream(), routers().stream()).toList();
  }

  private String pick(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }
}
