package io.ringtail.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * One series as it is named in the registry: {@code name{key="value",…}}, values escaped as in
 * Prometheus text (backslash, quote, newline).
 *
 * @param labels key, value, key, value …
 */
public record Series(String name, List<String> labels) implements Comparable<Series> {
  public Series {
    labels = List.copyOf(labels);
    if (labels.size() % 2 != 0) {
      throw new IllegalArgumentException(name + ": labels " + labels + " (expected key, value …)");
    }
  }

  /** Reads what {@link #toString} writes; anything else is a name without labels. */
  public static Series parse(String registered) {
    int brace = registered.indexOf('{');
    if (brace < 0 || !registered.endsWith("}")) {
      return new Series(registered, List.of());
    }
    List<String> labels = new ArrayList<>();
    int at = brace + 1;
    while (at < registered.length() - 1) {
      int equals = registered.indexOf('=', at);
      labels.add(registered.substring(at, equals));
      StringBuilder value = new StringBuilder();
      at = unescape(registered, equals + 2, value) + 2; // behind the closing quote and the comma
      labels.add(value.toString());
    }
    return new Series(registered.substring(0, brace), labels);
  }

  /** Returns the index of the closing quote. */
  private static int unescape(String s, int from, StringBuilder value) {
    int i = from;
    for (; s.charAt(i) != '"'; i++) {
      char c = s.charAt(i);
      if (c == '\\') {
        c = s.charAt(++i);
        c = c == 'n' ? '\n' : c;
      }
      value.append(c);
    }
    return i;
  }

  @Override
  public int compareTo(Series o) {
    return toString().compareTo(o.toString());
  }

  @Override
  public String toString() {
    if (labels.isEmpty()) {
      return name;
    }
    StringBuilder b = new StringBuilder(name).append('{');
    for (int i = 0; i < labels.size(); i += 2) {
      b.append(i == 0 ? "" : ",").append(labels.get(i)).append("=\"");
      escape(labels.get(i + 1), b);
      b.append('"');
    }
    return b.append('}').toString();
  }

  private static void escape(String value, StringBuilder b) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> b.append("\\\\");
        case '"' -> b.append("\\\"");
        case '\n' -> b.append("\\n");
        default -> b.append(c);
      }
    }
  }
}
