package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cli.exit.ExitCode;
import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import io.ringtail.router.RouterConfig;
import io.ringtail.sampler.SamplerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The units of scripts/systemd fit the defaults they stop and start. */
class SystemdUnitsTest {
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private static String unit(String tier) throws IOException {
    return Files.readString(Path.of("..", "scripts", "systemd", "ringtail-" + tier + ".service"));
  }

  private static String value(String unit, String key) {
    Matcher line = Pattern.compile("(?m)^" + key + "=(.*)$").matcher(unit);
    assertThat(line.find()).as(key).isTrue();
    return line.group(1);
  }

  private static Duration stop(String unit) {
    return Duration.parse("PT" + value(unit, "TimeoutStopSec"));
  }

  private static ConfigSection empty() {
    return ConfigFile.read("t.yaml", "tail_sampling: {}", name -> null).root();
  }

  @Test
  void routersUnit_stopping_leavesTimeToDrain() throws IOException {
    RouterConfig config = RouterConfig.read(empty());
    assertThat(stop(unit("router")))
        .isEqualTo(config.drainDelay().plus(config.drainGrace()).plus(MARGIN));
  }

  @Test
  void samplersUnit_stopping_leavesTimeToDrain() throws IOException {
    assertThat(stop(unit("sampler")))
        .isEqualTo(SamplerConfig.read(empty()).stopGrace().plus(MARGIN));
  }

  @Test
  void bothUnits_runTheirTierUnderOneMemoryLimit() throws IOException {
    for (String tier : new String[] {"router", "sampler"}) {
      String unit = unit(tier);
      assertThat(value(unit, "ExecStart"))
          .isEqualTo(
              "/opt/ringtail/bin/ringtail " + tier + " --config /etc/ringtail/ringtail.yaml");
      assertThat(value(unit, "MemoryMax")).matches("[1-9]G");
      assertThat(value(unit, "RestartPreventExitStatus")).isEqualTo("" + ExitCode.USAGE);
      assertThat(unit).doesNotContain("-Xmx").doesNotContain("MaxDirectMemorySize");
    }
  }
}
