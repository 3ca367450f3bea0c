package io.ringtail.cli.waterfall;

import io.opentelemetry.proto.trace.v1.TracesData;
import io.ringtail.wording.Counted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws traces. A header line, then a line a span: service, name indented by depth, a bar where in
 * the trace it ran, how long, and {@code ERROR} with the message of its status.
 *
 * <pre>{@code
 * ● 4bf92f3577b34da6a3ce929d0e0e4736  2 spans  2 services  310ms  1 error  (errors)
 *   frontend  GET /checkout   ████████████████████████    310ms
 *   checkout    PlaceOrder        ████████████████        205ms  ERROR card declined
 * }</pre>
 */
public final class Waterfall {
  private static final int MIN_WIDTH = 60;
  private static final int MAX_SPANS = 20;
  private static final int MAX_SERVICE = 20;
  private static final int MIN_BAR = 10;
  private static final int MAX_MESSAGE = 60;
  private static final int DURATION_COLUMNS = 8;

  /** Two spaces before, between and after the columns, and the word ERROR. */
  private static final int OTHER_COLUMNS = 4 * 2 + DURATION_COLUMNS + 7;

  private static final String[] EIGHTHS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

  private final int width;
  private final boolean colour;

  /**
   * @param width columns of the terminal
   * @param colour whether ANSI colours are wanted
   */
  public Waterfall(int width, boolean colour) {
    this.width = Math.max(MIN_WIDTH, width);
    this.colour = colour;
  }

  /**
   * The lines of one trace; none if it has no spans.
   *
   * @param traceId in hex
   * @param keptBy name of the policy that kept it; may be empty
   */
  public List<String> draw(String traceId, String keptBy, TracesData trace) {
    List<SpanLine> spans = SpanTree.linesOf(trace);
    if (spans.isEmpty()) {
      return List.of();
    }
    long start = spans.stream().mapToLong(SpanLine::startNanos).min().orElse(0);
    long end = spans.stream().mapToLong(SpanLine::endNanos).max().orElse(0);
    List<SpanLine> shown = spans.subList(0, Math.min(MAX_SPANS, spans.size()));
    Columns columns = Columns.of(shown, width);
    List<String> lines = new ArrayList<>();
    lines.add(header(traceId, keptBy, spans, end - start));
    shown.forEach(span -> lines.add(line(span, columns, start, Math.max(1, end - start))));
    if (spans.size() > shown.size()) {
      lines.add("  … " + (spans.size() - shown.size()) + " more");
    }
    return lines;
  }

  /** How the width is shared out. */
  private record Columns(int service, int name, int bar) {
    static Columns of(List<SpanLine> spans, int width) {
      int service = spans.stream().mapToInt(s -> s.service().length()).max().orElse(0);
      int name = spans.stream().mapToInt(s -> s.name().length() + 2 * s.depth()).max().orElse(0);
      service = Math.min(MAX_SERVICE, service);
      name = Math.min(name, Math.max(12, (width - service) * 2 / 5));
      return new Columns(service, name, Math.max(MIN_BAR, width - service - name - OTHER_COLUMNS));
    }
  }

  private String header(String traceId, String keptBy, List<SpanLine> spans, long nanos) {
    long services = spans.stream().map(SpanLine::service).distinct().count();
    long errors = spans.stream().filter(SpanLine::error).count();
    String text =
        paint("1", "● " + traceId)
            + ("  " + Counted.of(spans.size(), "span"))
            + ("  " + Counted.of(services, "service"))
            + ("  " + duration(nanos));
    if (errors > 0) {
      text += "  " + paint("31", Counted.of(errors, "error"));
    }
    return keptBy.isEmpty() ? text : text + "  (" + printable(keptBy) + ")";
  }

  private String line(SpanLine span, Columns columns, long start, long nanos) {
    String indent = "  ".repeat(Math.min(span.depth(), columns.name() / 3));
    String name = fit(indent + printable(span.name()), columns.name());
    String service = fit(printable(span.service()), columns.service());
    String bar = bar(span, columns.bar(), start, nanos);
    String took = duration(span.durationNanos());
    String line =
        ("  " + paint("36", service) + "  " + name)
            + ("  " + paint(span.error() ? "31" : "32", bar))
            + ("  " + " ".repeat(Math.max(0, DURATION_COLUMNS - took.length())) + took);
    return span.error() ? line + "  " + error(span) : line;
  }

  private String error(SpanLine span) {
    return paint("31", ("ERROR " + clipped(printable(span.message()), MAX_MESSAGE)).strip());
  }

  /** Blank before it starts, then full blocks and an eighth's worth; at least a sliver. */
  private static String bar(SpanLine span, int columns, long start, long nanos) {
    int eighths = columns * 8;
    int from = (int) ((double) (span.startNanos() - start) / nanos * eighths);
    int to = (int) Math.round((double) (span.endNanos() - start) / nanos * eighths);
    int blank = Math.min(from / 8, columns - 1);
    int filled = Math.max(1, Math.min(to, eighths) - blank * 8);
    String drawn = "█".repeat(filled / 8) + EIGHTHS[filled % 8];
    return " ".repeat(blank) + drawn + " ".repeat(columns - blank - drawn.length());
  }

  private static String fit(String text, int columns) {
    String clipped = clipped(text, columns);
    return clipped + " ".repeat(columns - clipped.length());
  }

  private static String clipped(String text, int columns) {
    return text.length() > columns ? text.substring(0, columns - 1) + "…" : text;
  }

  /** Names come from outside: nothing in them may steer the terminal. */
  private static String printable(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '·' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private String paint(String code, String text) {
    return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  /** Three digits are enough: 870us, 12.3ms, 310ms, 1.25s. */
  static String duration(long nanos) {
    if (nanos < 1_000_000) {
      return nanos / 1_000 + "us";
    }
    double millis = nanos / 1e6;
    if (millis < 1_000) {
      return String.format(Locale.ROOT, millis < 100 ? "%.1fms" : "%.0fms", millis);
    }
    return String.format(Locale.ROOT, millis < 100_000 ? "%.2fs" : "%.0fs", millis / 1_000);
  }
}
