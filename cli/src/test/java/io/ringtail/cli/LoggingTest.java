package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cli.Logging.Verbosity;
import java.io.PrintWriter;
import java.io.StringWriter;
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
}
