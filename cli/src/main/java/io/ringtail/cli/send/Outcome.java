package io.ringtail.cli.send;

import com.fasterxml.jackson.core.JsonGenerator;
import io.ringtail.wording.Counted;
import java.io.IOException;
import java.util.Locale;

/**
 * What became of the spans, so far or in the end. Each span sent is accepted, rejected or lost in
 * the end: {@code sent = accepted + rejected + lost}. Refused, unanswered and retried count a span
 * each time it happens.
 *
 * @param requests sent at least once
 * @param sentSpans spans in them
 * @param acceptedSpans answered with success
 * @param rejectedSpans of partial successes: invalid, not to be sent again
 * @param refusedSpans in requests that were refused
 * @param unansweredSpans in requests without an answer
 * @param retriedSpans in requests sent once more
 * @param lostSpans given up: refused for good, or at the limit of retries
 */
public record Outcome(
    long requests,
    long sentSpans,
    long acceptedSpans,
    long rejectedSpans,
    long refusedSpans,
    long unansweredSpans,
    long retriedSpans,
    long lostSpans) {
  /** Where the numbers of {@link #text} end. */
  public static final int NUMBER_WIDTH = 12;

  /** Every span sent was accepted. */
  public boolean isClean() {
    return rejectedSpans == 0 && lostSpans == 0;
  }

  /** No request had an answer, not even a refusal. */
  public boolean isUnanswered() {
    return unansweredSpans > 0 && acceptedSpans + rejectedSpans + refusedSpans == 0;
  }

  /** For a line of progress, after so many seconds. */
  public String progress(double seconds) {
    String trouble =
        retriedSpans + rejectedSpans + lostSpans == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %,d retried, %,d rejected, %,d lost",
                retriedSpans,
                rejectedSpans,
                lostSpans);
    return String.format(
        Locale.ROOT,
        "%,d of %s accepted, %,.0f/s%s",
        acceptedSpans,
        Counted.of(sentSpans, "span"),
        acceptedSpans / Math.max(seconds, 1e-3),
        trouble);
  }

  /** For people: a line a count, each with its line end. */
  public String text(double seconds) {
    StringBuilder out = new StringBuilder();
    String more =
        String.format(
            Locale.ROOT,
            " in %s, %.1f s, %,.0f spans/s",
            Counted.of(requests, "request"),
            seconds,
            sentSpans / Math.max(seconds, 1e-3));
    line(out, "sent", sentSpans, more);
    line(out, "accepted", acceptedSpans, "");
    line(out, "rejected", rejectedSpans, "");
    line(out, "refused", refusedSpans, "");
    line(out, "unanswered", unansweredSpans, "");
    line(out, "retried", retriedSpans, "");
    line(out, "lost", lostSpans, "");
    return out.toString();
  }

  private static void line(StringBuilder out, String what, long spans, String more) {
    out.append(
        String.format(
            Locale.ROOT, "%-11s%s%s%n", what, Counted.column(NUMBER_WIDTH, spans, "span"), more));
  }

  /** As the member {@code spans} of an object. Its keys are stable. */
  public void write(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("spans");
    json.writeNumberField("sent", sentSpans);
    json.writeNumberField("accepted", acceptedSpans);
    json.writeNumberField("rejected", rejectedSpans);
    json.writeNumberField("refused", refusedSpans);
    json.writeNumberField("unanswered", unansweredSpans);
    json.writeNumberField("retried", retriedSpans);
    json.writeNumberField("lost", lostSpans);
    json.writeEndObject();
  }
}
