package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtail.config.ConfigFile;
import io.ringtail.sampler.SamplerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class WeightReloadTest {
  private static final String POLICIES =
      "tail_sampling: { policies: [ { name: a, type: always_sample } ] }\n";

  @TempDir private Path directory;

  private final ListAppender<ILoggingEvent> said = new ListAppender<>();
  private final List<Integer> applied = new ArrayList<>();
  private Path path = Path.of("");

  private static Logger log() {
    return (Logger) LoggerFactory.getLogger(WeightReload.class);
  }

  @BeforeEach
  void listen() {
    path = directory.resolve("ringtail.yaml");
    log().setLevel(Level.INFO);
    said.start();
    log().addAppender(said);
  }

  @AfterEach
  void stopListening() {
    log().detachAppender(said);
    log().setLevel(null);
  }

  private WeightReload started(String yaml) throws Exception {
    write(yaml);
    ConfigFile file = ConfigFile.read(path);
    SamplerConfig config = SamplerConfig.read(file.root());
    assertThat(file.problems()).isEmpty();
    return new WeightReload(path, file, config, applied::add);
  }

  private void write(String yaml) throws Exception {
    Files.writeString(path, yaml + POLICIES);
  }

  private List<String> lines() {
    List<String> lines = said.list.stream().map(ILoggingEvent::toString).toList();
    said.list.clear();
    return lines;
  }

  @Test
  void weight_changed_isAppliedOnceAndNothingElseIsSaid() throws Exception {
    WeightReload reload = started("sampler: { weight: 100 }\n");
    write("sampler: { weight: 300 }\n");
    reload.accept(Files.readAllBytes(path));
    reload.accept(Files.readAllBytes(path));
    assertThat(applied).containsExactly(300);
    assertThat(lines()).containsExactly("[INFO] event=weight-changed from=100 to=300");
    write("sampler: {}\n");
    reload.accept(Files.readAllBytes(path));
    assertThat(applied).as("the default again").containsExactly(300, 100);
  }

  @Test
  void otherKeys_changed_takeARestartAndAreSaidOnce() throws Exception {
    WeightReload reload = started("sampler: { stop-grace: 10s }\n");
    write("sampler: { weight: 7, stop-grace: 11s }\n");
    reload.accept(Files.readAllBytes(path));
    reload.accept(Files.readAllBytes(path));
    assertThat(applied).containsExactly(7);
    assertThat(lines())
        .containsExactly(
            "[INFO] event=weight-changed from=100 to=7",
            "[WARN] event=config-changed file=" + path + ": more than the weight; takes a restart");
  }

  @Test
  void weightOfAMember_changed_takesARestart() throws Exception {
    String fixed =
        "cluster: { discovery: fixed, members: [ { id: s, link: 'h:1', weight: %d } ] }\n";
    WeightReload reload = started(fixed.formatted(1));
    write(fixed.formatted(2));
    reload.accept(Files.readAllBytes(path));
    assertThat(applied).isEmpty();
    assertThat(lines()).singleElement().asString().contains("event=config-changed");
  }

  /** Who rewrites a file in place leaves {@code weight: 3} in it for a moment. */
  @Test
  void file_changedSinceItWasSeen_isNotReadAgain() throws Exception {
    WeightReload reload = started("sampler: { weight: 5 }\n");
    write("sampler: { weight: 300 }\n");
    byte[] seen = Files.readAllBytes(path);
    write("sampler: { weight: 3 }\n");
    reload.accept(seen);
    assertThat(applied).containsExactly(300);
  }

  @Test
  void weight_thatCouldNotBeApplied_isAppliedWithTheNextChange() throws Exception {
    write("sampler: { weight: 5 }\n");
    ConfigFile file = ConfigFile.read(path);
    SamplerConfig config = SamplerConfig.read(file.root());
    WeightReload reload =
        new WeightReload(
            path,
            file,
            config,
            weight -> {
              applied.add(weight);
              if (applied.size() == 1) {
                throw new IllegalStateException("told to fail");
              }
            });
    write("sampler: { weight: 7 }\n");
    byte[] content = Files.readAllBytes(path);
    assertThatThrownBy(() -> reload.accept(content)).isInstanceOf(IllegalStateException.class);
    write("# again\nsampler: { weight: 7 }\n");
    reload.accept(Files.readAllBytes(path));
    assertThat(applied).containsExactly(7, 7);
  }

  @Test
  void comment_changed_isNothing() throws Exception {
    WeightReload reload = started("sampler: { weight: 5 }\n");
    write("# mended\nsampler: { weight: 5 }\n");
    reload.accept(Files.readAllBytes(path));
    assertThat(applied).isEmpty();
    assertThat(lines()).isEmpty();
  }

  @Test
  void file_withAProblem_isRefusedWholeAndAllIsSaid() throws Exception {
    WeightReload reload = started("sampler: { weight: 5 }\n");
    write("sampler: { weight: 6, shards: many, wait: 1s }\n");
    reload.accept(Files.readAllBytes(path));
    assertThat(applied).isEmpty();
    assertThat(lines())
        .singleElement()
        .asString()
        .startsWith("[ERROR] ")
        .contains("event=config-refused", ":1:31: sampler.shards: ", ":1:37: sampler.wait: ");
    write("sampler: { weight: 6 }\n");
    reload.accept(Files.readAllBytes(path));
    assertThat(applied).containsExactly(6);
  }
}
