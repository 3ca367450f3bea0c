package io.ringtail.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One mapping of a config file. Every getter registers its key as known; wrong values become
 * problems.
 */
public final class ConfigSection {
  public Duration duration(String key, Duration otherwise, Duration min, Duration max) {
    return otherwise;
  }

  /** 64KiB, 1GB, 512MiB or a plain number of bytes. */
  public long bytes(String key, long otherwise, long min, long max) {
    return otherwise;
  }

  public int integer(String key, int otherwise, int min, int max) {
    return otherwise;
  }

  public long integer64(String key, long otherwise, long min, long max) {
    return otherwise;
  }

  public double number(String key, double otherwise, double min, double max) {
    return otherwise;
  }

  public boolean bool(String key, boolean otherwise) {
    return otherwise;
  }

  public String string(String key, String otherwise) {
    return otherwise;
  }

  /** Constant names in lower case with '-' for '_'. */
  public <E extends Enum<E>> E oneOf(String key, E otherwise) {
    return otherwise;
  }

  public List<String> strings(String key) {
    return List.of();
  }

  public Map<String, String> stringMap(String key) {
    return Map.of();
  }

  /** The mapping under a key; an empty section if the key is absent. */
  public ConfigSection section(String key) {
    return this;
  }

  /** The sequence of mappings under a key; empty if absent. */
  public List<ConfigSection> sections(String key) {
    return List.of();
  }

  public boolean has(String key) {
    return false;
  }

  /**
   * Reports a problem found by the caller, at the value of {@code key} (or at this section if
   * absent).
   */
  public void problem(String key, String message) {}
}
