package io.ringtail.config;

import java.util.Comparator;

/**
 * One thing wrong with a config file.
 *
 * @param file its name, as given by the operator
 * @param line from 1
 * @param column from 1
 * @param path dotted keys, {@code sampler.export.otlp.endpoint}; empty for the file as a whole
 * @param message what is wrong and what was expected
 */
public record ConfigProblem(String file, int line, int column, String path, String message)
    implements Comparable<ConfigProblem> {
  private static final Comparator<ConfigProblem> BY_PLACE =
      Comparator.comparing(ConfigProblem::file)
          .thenComparingInt(ConfigProblem::line)
          .thenComparingInt(ConfigProblem::column)
          .thenComparing(ConfigProblem::path)
          .thenComparing(ConfigProblem::message);

  @Override
  public int compareTo(ConfigProblem other) {
    return BY_PLACE.compare(this, other);
  }

  /** {@code ringtail.yaml:3:16: sampler.decision-wait: "30" (expected ...)}. */
  @Override
  public String toString() {
    String place = file + ":" + line + ":" + column + ": ";
    return path.isEmpty() ? place + message : place + path + ": " + message;
  }
}
