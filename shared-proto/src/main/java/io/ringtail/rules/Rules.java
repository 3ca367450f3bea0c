package io.ringtail.rules;

import io.ringtail.metrics.Metrics;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules a node goes by. Whoever keeps one asks {@link #inForce} when it is made, never for each
 * span. Immutable.
 */
public final class Rules {
  /** Names of rules to go without, separated by commas. Not for use: spans are lost. */
  public static final String PROPERTY = "ringtail.unsafe.rules-off";

  /** The whole protocol. */
  public static final Rules ALL = new Rules(Set.of());

  private static final Logger log = LoggerFactory.getLogger(Rules.class);

  private final Set<Rule> off;

  private Rules(Set<Rule> off) {
    this.off = off;
  }

  public static Rules without(Set<Rule> off) {
    Set<Rule> sorted = EnumSet.noneOf(Rule.class);
    sorted.addAll(off);
    return new Rules(Collections.unmodifiableSet(sorted));
  }

  /**
   * All rules but those named.
   *
   * @param names separated by commas; none if blank
   * @throws IllegalArgumentException if one is not a {@link Rule}
   */
  public static Rules without(String names) {
    Set<Rule> off = EnumSet.noneOf(Rule.class);
    for (String name : names.isBlank() ? new String[0] : names.split(",", -1)) {
      off.add(rule(name.strip()));
    }
    return without(off);
  }

  private static Rule rule(String name) {
    return Arrays.stream(Rule.values())
        .filter(rule -> rule.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no such rule: \""
                        + name
                        + "\" (expected some of "
                        + Arrays.toString(Rule.values())
                        + ")"));
  }

  /**
   * As the system property says.
   *
   * @throws IllegalArgumentException if it names what is no rule
   */
  public static Rules ofProcess() {
    try {
      return without(System.getProperty(PROPERTY, ""));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("-D" + PROPERTY + ": " + e.getMessage(), e);
    }
  }

  public boolean inForce(Rule rule) {
    return !off.contains(rule);
  }

  /** Those not in force. */
  public Set<Rule> off() {
    return off;
  }

  /** Says, in a log and for alerts, that a node is not to be trusted. */
  public void announce(String nodeId, Metrics metrics) {
    metrics.gauge(
        "ringtail_unsafe_rules_off",
        "Rules of the protocol this node goes without, by -D"
            + PROPERTY
            + ": for experiments only, it loses spans if not 0.",
        off::size);
    if (!off.isEmpty()) {
      log.warn(
          "event=unsafe node={} rules_off={} reason=\"-D{} is set: this node loses and splits traces,"
              + " it is for experiments only\"",
          nodeId,
          off,
          PROPERTY);
    }
  }

  @Override
  public String toString() {
    return off.isEmpty() ? "all rules" : "all rules but " + off;
  }
}
