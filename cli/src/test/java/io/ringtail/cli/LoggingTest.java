package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import io.ringtail.cli.Logging.Verbosity;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoggingTest {
  private final StringWriter err = new StringWriter();

  private Verbosity level(String wanted) {
    return Logging.fromEnvironment(wanted, Verbosity.WARN, new PrintWriter(err));
  }

  @Test
  void environment_levelOrNothing_isTakenInSilence() {
    assertThat(level("Debug")).isEqualTo(Verbosity.DEBUG);
    assertThat(level("")).isEqualTo(Verbosity.WARN);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void environment_noLevel_isTold() {
    assertThat(level("verbose")).isEqualTo(Verbosity.WARN);
    assertThat(err.toString())
        .isEqualTo(
            "ringtail: RINGTAIL_LOG_LEVEL: \"verbose\" (expected error, warn, info, debug or"
                + " trace); it is warn\n");
  }

  private static FilterReply said(String logger, String message, @Nullable Throwable thrown) {
    LoggingEvent event =
        new LoggingEvent(
            "", new LoggerContext().getLogger(logger), Level.ERROR, message, thrown, null);
    return new Logging.HarmlessNoise().decide(event);
  }

  @Test
  void streamThatIsClosedWhileItsNodeLeaves_isNoError_andNothingElseIsPassedOver() {
    String message = "JGRP000030: sampler-1: failed handling incoming message";
    String tcp = "org.jgroups.protocols.TCP";
    assertThat(said(tcp, message, new IOException("Stream closed"))).isEqualTo(FilterReply.DENY);
    assertThat(said(tcp, message + ": Stream closed", null)).isEqualTo(FilterReply.NEUTRAL);
    assertThat(said(tcp, "x failed handling message: Stream closed", null))
        .isEqualTo(FilterReply.DENY);
    assertThat(said(tcp, message, new IOException("broken"))).isEqualTo(FilterReply.NEUTRAL);
    assertThat(said(tcp, "other", new IOException("Stream closed"))).isEqualTo(FilterReply.NEUTRAL);
    assertThat(said("io.ringtail", message, new IOException("Stream closed")))
        .isEqualTo(FilterReply.NEUTRAL);
  }
}
