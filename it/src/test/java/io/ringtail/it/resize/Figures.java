package io.ringtail.it.resize;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What was measured of one event beside the verdict, by name with unit, in the order in which it
 * came. Threads: one.
 */
final class Figures {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  Figures add(String name, double value) {
    values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    return this;
  }

  /** Adds the seconds passed since a time by {@link System#nanoTime}. */
  Figures addSince(String name, long sinceNanos) {
    return add(name, (System.nanoTime() - sinceNanos) / 1e9);
  }

  /** Adds it unless it is 0 and has been so each time. */
  Figures addIfAny(String name, double value) {
    return value != 0 || values.containsKey(name) ? add(name, value) : this;
  }

  void addAll(Figures other) {
    other.values.forEach((name, list) -> list.forEach(value -> add(name, value)));
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  /** {@code name a/b/c}, one after the other: each time's value. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ");
    values.forEach((name, list) -> text.add(name + " " + each(list)));
    return text.toString();
  }

  private static String each(List<Double> list) {
    StringJoiner text = new StringJoiner("/");
    for (double value : list) {
      text.add(shortly(value));
    }
    return text.toString();
  }

  private static String shortly(double value) {
    boolean whole = value == Math.rint(value) || Math.abs(value) >= 100;
    return String.format(Locale.ROOT, whole ? "%.0f" : value < 1 ? "%.2f" : "%.1f", value);
  }
}
