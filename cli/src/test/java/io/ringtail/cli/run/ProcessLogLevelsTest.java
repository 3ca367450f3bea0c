package io.ringtail.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessLogLevelsTest {
  private final LoggerContext context = new LoggerContext();
  private final ProcessLogLevels levels = new ProcessLogLevels(context);

  @BeforeEach
  void asConfigured() {
    context.getLogger("ROOT").setLevel(Level.WARN);
    context.getLogger("io.ringtail").setLevel(Level.INFO);
  }

  private Level of(String logger) {
    return context.getLogger(logger).getEffectiveLevel();
  }

  @Test
  void set_aLogger_itAndThoseBelow_andBackAsConfigured() {
    assertThat(levels.set("io.ringtail.sampler", "debug"))
        .isEqualTo("logger io.ringtail.sampler was at info and is at debug");
    assertThat(of("io.ringtail.sampler.handoff")).isEqualTo(Level.DEBUG);
    assertThat(of("io.ringtail.router")).isEqualTo(Level.INFO);
    levels.set("io.ringtail.sampler", "trace");
    assertThat(levels.set("io.ringtail.sampler", ""))
        .isEqualTo("logger io.ringtail.sampler was at trace and is at info");
    levels.set("io.ringtail", "error");
    assertThat(of("io.ringtail.sampler")).isEqualTo(Level.ERROR);
  }

  @Test
  void set_root_isAllAndBack() {
    levels.set("root", "debug");
    assertThat(of("io.ringtail.router")).isEqualTo(Level.DEBUG);
    assertThat(of("org.jgroups")).isEqualTo(Level.DEBUG);
    levels.set("root", "");
    assertThat(of("io.ringtail.router")).isEqualTo(Level.INFO);
    assertThat(of("org.jgroups")).isEqualTo(Level.WARN);
  }

  @Test
  void set_whatIsNone_isRefusedWithTheReason() {
    assertThatThrownBy(() -> levels.set("io.ringtail", "loud"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"loud\" is no level (expected error, warn, info, debug or trace)");
    assertThatThrownBy(() -> levels.set(" ", "info")).hasMessageContaining("no logger is named");
    assertThatThrownBy(() -> levels.set("io.ringtail.audit", "error"))
        .hasMessage("io.ringtail.audit tells who changed what, and stays as it is");
  }
}
