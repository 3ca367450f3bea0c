package io.ringtail.cli.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringtail.cli.send.Outcome;
import io.ringtail.wording.Counted;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/** How the outcome is printed on stdout. */
final class Report {
  private Report() {}

  static String text(Outcome outcome, long badLines, double seconds) {
    String malformed =
        badLines == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "%-11s%s of the file%n",
                "malformed",
                Counted.column(Outcome.NUMBER_WIDTH, badLines, "line"));
    return outcome.text(seconds) + malformed;
  }

  /** One JSON object on one line. Its keys are stable. */
  static String json(Outcome outcome, long badLines, double seconds) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("requests", outcome.requests());
      json.writeNumberField("malformedLines", badLines);
      json.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
      outcome.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to a string", e);
    }
    return text + System.lineSeparator();
  }
}
