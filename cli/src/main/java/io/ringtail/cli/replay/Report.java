package io.ringtail.cli.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/** How the outcome is printed on stdout. */
final class Report {
  private Report() {}

  static String text(Outcome outcome, double seconds) {
    StringBuilder out = new StringBuilder();
    String sent =
        String.format(
            Locale.ROOT,
            " in %,d requests, %.1f s, %,.0f spans/s",
            outcome.requests(),
            seconds,
            outcome.sentSpans() / Math.max(seconds, 1e-3));
    line(out, "sent", outcome.sentSpans(), sent);
    line(out, "accepted", outcome.acceptedSpans(), "");
    line(out, "rejected", outcome.rejectedSpans(), "");
    line(out, "refused", outcome.refusedSpans(), "");
    line(out, "unanswered", outcome.unansweredSpans(), "");
    line(out, "retried", outcome.retriedSpans(), "");
    line(out, "lost", outcome.lostSpans(), "");
    if (outcome.badLines() > 0) {
      out.append(
          String.format(
              Locale.ROOT, "%-11s%,12d lines of the file%n", "malformed", outcome.badLines()));
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String what, long spans, String more) {
    out.append(String.format(Locale.ROOT, "%-11s%,12d spans%s%n", what, spans, more));
  }

  /** One JSON object on one line. Its keys are stable. */
  static String json(Outcome outcome, double seconds) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("requests", outcome.requests());
      json.writeNumberField("malformedLines", outcome.badLines());
      json.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
      json.writeObjectFieldStart("spans");
      json.writeNumberField("sent", outcome.sentSpans());
      json.writeNumberField("accepted", outcome.acceptedSpans());
      json.writeNumberField("rejected", outcome.rejectedSpans());
      json.writeNumberField("refused", outcome.refusedSpans());
      json.writeNumberField("unanswered", outcome.unansweredSpans());
      json.writeNumberField("retried", outcome.retriedSpans());
      json.writeNumberField("lost", outcome.lostSpans());
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to a string", e);
    }
    return text + System.lineSeparator();
  }
}
