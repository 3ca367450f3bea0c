package io.ringtail.cli.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringtail.wording.Counted;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** How a run's result is printed on stdout. Pure. */
final class ProbeReport {
  private static final double NANOS = 1e9;

  private ProbeReport() {}

  /**
   * For people: a line a trace, and below it a line a problem.
   *
   * @param waited how long a trace had to come, as it is told
   */
  static String text(ProbeResult result, String waited) {
    StringBuilder out = new StringBuilder();
    for (Verdict verdict : result.verdicts()) {
      out.append(String.format(Locale.ROOT, "%s  %s%n", verdict.id(), summary(verdict)));
      problems(verdict, waited)
          .forEach(problem -> out.append("  ").append(problem).append(System.lineSeparator()));
    }
    long fine = result.verdicts().stream().filter(Verdict::isFine).count();
    out.append(
        String.format(
            Locale.ROOT,
            "run %s: %d of %s whole, once and in time; %s of others passed by%n",
            result.run(),
            fine,
            Counted.of(result.verdicts().size(), "trace"),
            Counted.of(result.foreignSpans(), "span")));
    return out.toString();
  }

  private static String summary(Verdict verdict) {
    String spans = verdict.arrived() + " of " + Counted.of(verdict.spans(), "span");
    return verdict.isFine()
        ? String.format(
            Locale.ROOT,
            "ok       %s, whole after %.1f s",
            spans,
            verdict.untilWholeNanos() / NANOS)
        : "PROBLEM  " + spans + ": " + labels(verdict);
  }

  private static String labels(Verdict verdict) {
    return verdict.problems().stream().map(Problem::label).collect(Collectors.joining(", "));
  }

  private static List<String> problems(Verdict verdict, String waited) {
    List<String> lines = new ArrayList<>();
    verdict
        .refused()
        .forEach(s -> lines.add("refused: " + s.told() + " at " + s.endpoint() + ": " + s.why()));
    if (!verdict.missing().isEmpty()) {
      missing(verdict, waited, lines);
    }
    verdict.twice().forEach(s -> lines.add("twice: " + s.told() + " came " + s.why()));
    verdict
        .changed()
        .forEach(c -> lines.add("changed: " + c.told() + ": " + String.join(", ", c.what())));
    verdict.unknown().forEach(u -> lines.add("unknown: " + u + " came and was not sent"));
    if (verdict.pieces() > 1) {
      lines.add(pieces(verdict));
    }
    return lines;
  }

  private static void missing(Verdict verdict, String waited, List<String> lines) {
    if (verdict.arrived() == 0) {
      lines.add(
          "missing: nothing of it came within "
              + waited
              + ": no policy kept it (it has an error and takes 30 s; see --attribute), it was"
              + " lost, or it goes elsewhere");
      return;
    }
    verdict.missing().forEach(s -> lines.add("missing: " + s.told() + ", sent to " + s.endpoint()));
    Set<String> of = endpoints(verdict.missing());
    boolean oneSided = of.size() == 1 && verdict.missing().size() > 1;
    lines.add(
        oneSided && verdict.twice().isEmpty()
            ? "all that is missing was sent to "
                + of.iterator().next()
                + ": is it one cluster with the others?"
            : "the rest came: a sampler judged a part of the trace, or spans were lost behind it");
  }

  private static Set<String> endpoints(List<Verdict.Span> spans) {
    return spans.stream()
        .map(Verdict.Span::endpoint)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String pieces(Verdict verdict) {
    String told =
        String.format(
            Locale.ROOT,
            "came in %d pieces, %.1f s apart",
            verdict.pieces(),
            verdict.apartNanos() / NANOS);
    return verdict.piecesAllowed()
        ? told
        : "pieces: "
            + told
            + ": samplers that do not know each other, spans later than decision_wait, or something"
            + " behind them that cuts requests (then --allow-pieces)";
  }

  /** One JSON object on one line. Its keys are stable. */
  static String json(ProbeResult result) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("run", result.run());
      json.writeBooleanField("ok", result.isFine());
      json.writeBooleanField("reached", result.reached());
      json.writeNumberField("seconds", rounded(result.seconds()));
      json.writeNumberField("foreign_spans", result.foreignSpans());
      json.writeArrayFieldStart("traces");
      for (Verdict verdict : result.verdicts()) {
        write(json, verdict);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to a string", e);
    }
    return text + System.lineSeparator();
  }

  private static void write(JsonGenerator json, Verdict verdict) throws IOException {
    json.writeStartObject();
    json.writeStringField("trace_id", verdict.id().toString());
    json.writeBooleanField("ok", verdict.isFine());
    json.writeArrayFieldStart("problems");
    for (Problem problem : verdict.problems()) {
      json.writeString(problem.label());
    }
    json.writeEndArray();
    json.writeNumberField("spans", verdict.spans());
    json.writeNumberField("arrived", verdict.arrived());
    write(json, "refused", verdict.refused());
    write(json, "missing", verdict.missing());
    write(json, "twice", verdict.twice());
    json.writeArrayFieldStart("changed");
    for (Verdict.Changed changed : verdict.changed()) {
      json.writeStartObject();
      json.writeStringField("span", changed.told());
      json.writeStringField("what", String.join(",", changed.what()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("unknown");
    for (String unknown : verdict.unknown()) {
      json.writeString(unknown);
    }
    json.writeEndArray();
    json.writeNumberField("pieces", verdict.pieces());
    json.writeNumberField("pieces_apart_seconds", rounded(verdict.apartNanos() / NANOS));
    if (verdict.isWhole()) {
      json.writeNumberField("seconds_until_whole", rounded(verdict.untilWholeNanos() / NANOS));
    } else {
      json.writeNullField("seconds_until_whole");
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, List<Verdict.Span> spans)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Verdict.Span span : spans) {
      json.writeStartObject();
      json.writeStringField("span", span.told());
      json.writeStringField("endpoint", span.endpoint());
      json.writeStringField("why", span.why());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
