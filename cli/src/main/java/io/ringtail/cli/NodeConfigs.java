package io.ringtail.cli;

import io.ringtail.admin.Surroundings;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.run.ProcessLogLevels;
import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import io.ringtail.memory.JvmMemory;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.router.RouterConfig;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.SamplerConfig;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Reads the config file of a node, or of both tiers. */
final class NodeConfigs {
  private NodeConfigs() {}

  /** Reads all sections a file has, of either tier, so that its problems are all known. */
  static ConfigFile readAll(Path path) {
    ConfigFile file = ConfigFile.read(path);
    ConfigSection root = file.root();
    RouterConfig.read(root);
    if (isSamplers(file)) {
      SamplerConfig.read(root);
    }
    RingMembers.read(root);
    return file;
  }

  /** Whether a file has anything that only a sampler reads, be it a Collector's policies. */
  static boolean isSamplers(ConfigFile file) {
    ConfigSection root = file.root();
    return root.has("sampler") || root.has("tail_sampling") || root.hasForeign("processors");
  }

  /** Ends the command if the file has problems. */
  static void requireNoProblems(ConfigFile file) {
    if (!file.problems().isEmpty()) {
      String all =
          file.problems().stream().map(Object::toString).collect(Collectors.joining("\n  "));
      throw new CommandFailedException(ExitCode.USAGE, "the config is wrong:\n  " + all);
    }
  }

  /** What the admin service of a node of this process is told besides. */
  static Surroundings surroundings(ConfigFile file) {
    return new Surroundings(VersionText.number(), file::effective, ProcessLogLevels.ofProcess());
  }

  /** What this process may take, said in the log. */
  static MemoryLimits memory() {
    JvmMemory.ofProcess().announce();
    return JvmMemory.ofProcess().limits();
  }

  /** The rules of the protocol that this process is to go by. */
  static Rules rules() {
    try {
      return Rules.ofProcess();
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }
}
