package io.ringtail.it.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class SimulationTest {
  private static final long ACTIVE = 2 * World.SECOND;

  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Level level = root.getLevel();

  @BeforeEach
  void quiet() {
    root.setLevel(Level.OFF);
  }

  @AfterEach
  void asBefore() {
    root.setLevel(level);
  }

  /** Who starts while it is paused may join it instead of the others: it is not alone then. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
  void pause_begunAfterAllIsHealed_leavesNoSides(long seed) {
    Simulation s = new Simulation(seed, SimConfig.of(true), false);
    s.sampler("s0");
    s.sampler("s1");
    s.router("r0");
    s.clients.send(16 * World.SECOND, 4, 2, 600 * World.MILLI); // it is not quiet before
    s.after(4 * World.SECOND, () -> s.pause("s1", 9 * World.SECOND));
    s.after(11 * World.SECOND, () -> s.sampler("s2"));
    assertThat(s.run(ACTIVE, 60 * World.SECOND).problems()).isEmpty();
  }

  /** Its side is empty then, and in the way of everybody. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1})
  void pause_begunAfterAllIsHealedOfOneThatDiesInIt_leavesNoSides(long seed) {
    Simulation s = new Simulation(seed, SimConfig.of(true), false);
    s.sampler("s0");
    s.sampler("s1");
    s.router("r0");
    s.clients.send(16 * World.SECOND, 4, 2, 600 * World.MILLI); // it is not quiet before
    s.after(4 * World.SECOND, () -> s.pause("s1", 9 * World.SECOND));
    s.after(11 * World.SECOND, () -> s.kill("s1", false));
    assertThat(s.run(ACTIVE, 60 * World.SECOND).problems()).isEmpty();
  }
}
