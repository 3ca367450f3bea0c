package io.ringtail.cli.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringtail.cli.send.Outcome;
import io.ringtail.wording.Counted;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How a load's result is printed on stdout. */
final class LoadReport {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};
  private static final String[] NAMES = {"p50", "p90", "p99", "p99.9"};
  private static final double NANOS_A_MILLI = 1e6;
  private static final double NANOS = 1e9;
  private static final long LATE_MILLIS = TimeUnit.NANOSECONDS.toMillis(Lateness.LATE_NANOS);

  private final LoadResult result;
  private final Outcome outcome;
  private final Histogram latency;

  LoadReport(LoadResult result, Outcome outcome) {
    this.result = result;
    this.outcome = outcome;
    this.latency = result.measured().latency();
  }

  private long notSent() {
    return result.notSentSpans(outcome.sentSpans());
  }

  /** Whether all was sent, unless it was stopped, and nothing lost. */
  boolean isClean() {
    return outcome.isClean() && (result.stopped() || notSent() == 0);
  }

  String text() {
    StringBuilder out = new StringBuilder(outcome.text(result.seconds()));
    if (notSent() > 0) {
      String why = result.stopped() ? "stopped before" : "the time was over before";
      line(out, "not sent", Counted.column(Outcome.NUMBER_WIDTH, notSent(), "span") + ", " + why);
    }
    line(out, "rate", rate());
    line(out, "latency", latencies());
    line(out, "sender", pace());
    line(out, "seed", String.valueOf(result.plan().seed()));
    return out.toString();
  }

  private static void line(StringBuilder out, String name, String text) {
    out.append(String.format(Locale.ROOT, "%-11s%s%n", name, text));
  }

  private String rate() {
    if (result.fullRateSeconds() == 0) {
      return "the full rate was not reached: it takes --ramp and a trace's duration";
    }
    return String.format(
        Locale.ROOT,
        "%,.0f spans/s sent, %,.0f accepted, of %,.0f wanted, in the %.1f s at full rate",
        result.sentRate(),
        result.acceptedRate(),
        result.plan().spansPerSecond(),
        result.fullRateSeconds());
  }

  private String latencies() {
    if (latency.getTotalCount() == 0) {
      return "no request was accepted at full rate";
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < PERCENTILES.length; i++) {
      out.append(NAMES[i]).append(' ').append(millis(percentile(i))).append(", ");
    }
    return out.append("max ")
        .append(millis(latency.getMaxValue()))
        .append(" ms, from the intended time to the answer")
        .toString();
  }

  private long percentile(int index) {
    return latency.getValueAtPercentile(PERCENTILES[index]);
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.2f", nanos / NANOS_A_MILLI);
  }

  /** Where the sender was late the latencies are of what would have been sent in time. */
  private String pace() {
    if (outcome.isUnanswered()) {
      return "nobody answered: this says nothing of the rate";
    }
    Lateness late = result.lateness();
    if (keptRate() && late.lateRequests() == 0) {
      return String.format(
          Locale.ROOT, "kept the rate: no request left over %d ms after its time", LATE_MILLIS);
    }
    if (keptRate()) {
      return "kept the rate: " + lateness(late) + ", which the latencies count";
    }
    return "DID NOT KEEP THE RATE: " + lateness(late) + "; " + why(late);
  }

  /** Whether nearly all left at its time: few that were late are only seen in the latencies. */
  private boolean keptRate() {
    return !result.lateness().isMuch() && (result.stopped() || notSent() == 0);
  }

  private static String lateness(Lateness late) {
    return String.format(
        Locale.ROOT,
        "%,d of %s left over %d ms late, the worst %.2f s",
        late.lateRequests(),
        Counted.of(late.requests(), "request"),
        LATE_MILLIS,
        late.mostNanos() / NANOS);
  }

  private static String why(Lateness late) {
    double waited = late.waitedNanos() / NANOS;
    return late.isForWantOfPlaces()
        ? String.format(
            Locale.ROOT,
            "%.1f s it waited for answers with every place in flight taken (--connections,"
                + " --in-flight); the latencies count that time",
            waited)
        : "this process or its machine is too slow for it; the latencies count that time, and say"
            + " more of the sender than of the endpoint";
  }

  /** One JSON object on one line. Its keys are stable. */
  String json() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("requests", outcome.requests());
      json.writeNumberField("seconds", rounded(result.seconds()));
      json.writeBooleanField("stopped", result.stopped());
      outcome.write(json);
      json.writeNumberField("not_sent_spans", notSent());
      json.writeObjectFieldStart("rate");
      json.writeNumberField("seconds", rounded(result.fullRateSeconds()));
      json.writeNumberField("wanted", result.plan().spansPerSecond());
      json.writeNumberField("sent", rounded(result.sentRate()));
      json.writeNumberField("accepted", rounded(result.acceptedRate()));
      json.writeEndObject();
      writeLatency(json);
      writePace(json);
      json.writeNumberField("seed", result.plan().seed());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to a string", e);
    }
    return text + System.lineSeparator();
  }

  private void writeLatency(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("latency_ms");
    json.writeNumberField("requests", latency.getTotalCount());
    for (int i = 0; i < PERCENTILES.length; i++) {
      json.writeNumberField(NAMES[i], rounded(percentile(i) / NANOS_A_MILLI));
    }
    json.writeNumberField("max", rounded(latency.getMaxValue() / NANOS_A_MILLI));
    json.writeEndObject();
  }

  private void writePace(JsonGenerator json) throws IOException {
    Lateness late = result.lateness();
    json.writeObjectFieldStart("sender");
    json.writeBooleanField("kept_rate", keptRate());
    json.writeNumberField("late_requests", late.lateRequests());
    json.writeNumberField("latest_ms", rounded(late.mostNanos() / NANOS_A_MILLI));
    json.writeNumberField("waited_for_places_seconds", rounded(late.waitedNanos() / NANOS));
    json.writeEndObject();
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
