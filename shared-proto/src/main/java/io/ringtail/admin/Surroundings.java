package io.ringtail.admin;

import java.util.function.Supplier;

/**
 * What the process around a node knows and the node does not.
 *
 * @param version of the software
 * @param settings the node's config as YAML, defaults filled in and secrets masked
 * @param logLevels of the process
 */
public record Surroundings(String version, Supplier<String> settings, LogLevels logLevels) {
  /** Of a node that somebody embeds: no config file, no say in logging. */
  public static Surroundings none() {
    return new Surroundings("", () -> "", LogLevels.NONE);
  }
}
