package io.ringtail.cli.send;

import io.ringtail.config.DurationText;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses what a command line says and no run could use, always in the same form. */
public record Bounds(CommandSpec spec) {
  /**
   * @param value as it is to be told
   * @param expected such as {@code 1 to 1000}
   * @throws ParameterException if it is not fine
   */
  public void require(boolean fine, String option, @Nullable Object value, String expected) {
    if (!fine) {
      throw new ParameterException(
          spec.commandLine(), option + ": " + value + " (expected: " + expected + ")");
    }
  }

  /**
   * @throws ParameterException if it is shorter than the least or longer than the most
   */
  public void require(String option, Duration time, Duration least, Duration most) {
    require(
        time.compareTo(least) >= 0 && time.compareTo(most) <= 0,
        option,
        DurationText.print(time),
        DurationText.print(least) + " to " + DurationText.print(most));
  }
}
