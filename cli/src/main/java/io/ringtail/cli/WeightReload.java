package io.ringtail.cli;

import io.ringtail.config.ConfigFile;
import io.ringtail.sampler.SamplerConfig;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What of a sampler's file is applied while it runs: its weight. A file with problems is refused
 * whole; other changes wait for a restart, and are told so. Threads: the config watch's.
 */
final class WeightReload implements Consumer<byte[]> {
  private static final Logger log = LoggerFactory.getLogger(WeightReload.class);

  /** {@code sampler.weight} as printed; members of a fixed cluster have theirs deeper. */
  private static final Pattern WEIGHT = Pattern.compile("(?m)^( {2}weight:) .*$");

  private final Path path;
  private final IntConsumer apply;
  private int weight;
  private String rest;

  /**
   * @param inUse the file as it was read at the start, and {@code config} what was read from it
   * @param apply told a new weight
   */
  WeightReload(Path path, ConfigFile inUse, SamplerConfig config, IntConsumer apply) {
    this.path = path;
    this.apply = apply;
    this.weight = config.weight();
    this.rest = rest(inUse);
  }

  private static String rest(ConfigFile file) {
    return WEIGHT.matcher(file.effective()).replaceAll("$1");
  }

  /**
   * @param content of the file
   */
  @Override
  public void accept(byte[] content) {
    ConfigFile file = ConfigFile.read(path, content);
    file.root().ignore("ring");
    SamplerConfig config = SamplerConfig.read(file.root());
    if (!file.problems().isEmpty()) {
      log.error("event=config-refused file={} problems=\"{}\"", path, file.problems());
      return;
    }
    if (config.weight() != weight) {
      log.info("event=weight-changed from={} to={}", weight, config.weight());
      apply.accept(config.weight());
      weight = config.weight();
    }
    String newRest = rest(file);
    if (!newRest.equals(rest)) {
      rest = newRest;
      log.warn("event=config-changed file={}: more than the weight; takes a restart", path);
    }
  }
}
