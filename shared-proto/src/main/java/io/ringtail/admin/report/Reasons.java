package io.ringtail.admin.report;

import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Series;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which counters tell of refusals and which of losses: the one table. A counter with a {@code
 * reason} or {@code cause} must stand here, with each of its values, so that a new one cannot be
 * forgotten; tests hold that. Pure.
 */
public final class Reasons {
  /** What it means for who sent the spans. */
  public enum Kind {
    /** Was told, and keeps what it sent. */
    REFUSAL,
    /** Will not find these spans at the backend, though no policy dropped them. */
    LOSS,
    /** A trace decided before its deadline. */
    EARLY_DECISION,
    /** The usual course: by policy, twice there, sent on by another way. */
    NEITHER
  }

  /**
   * @param name as shown
   * @param unit what is counted
   */
  public record Reason(Kind kind, String name, String unit) {}

  /**
   * Some values of one counter's label.
   *
   * @param label its key
   * @param prefix of the name shown
   */
  private record Entry(
      String counter, String label, Kind kind, String unit, String prefix, Set<String> values) {}

  private static final List<Entry> TABLE =
      List.of(
          entry(
              "ringtail_router_refused_requests_total",
              Kind.REFUSAL,
              "requests",
              "",
              "malformed too_large unsupported busy not_ready timed_out not_owner bad_request failed"),
          entry(
              "ringtail_router_refused_requests_total", Kind.NEITHER, "requests", "", "abandoned"),
          entry(
              "ringtail_router_refused_spans_total",
              Kind.REFUSAL,
              "spans",
              "",
              "busy not_ready timed_out rejected withdrawn stopping"),
          entry("ringtail_router_dropped_spans_total", Kind.LOSS, "spans", "", "invalid_id"),
          entry(
              "ringtail_router_resent_parts_total",
              Kind.NEITHER,
              "parts",
              "",
              "not_owner link_broken receiver_lost replay replay_refused"),
          cause(
              "ringtail_sampler_refused_parts_total",
              Kind.REFUSAL,
              "parts",
              "bytes memory queue num_traces held stopping too_large malformed"),
          cause(
              "ringtail_sampler_refused_parts_total",
              Kind.NEITHER,
              "parts",
              "not_owner epoch_ahead"),
          entry(
              "ringtail_sampler_dropped_spans_total",
              Kind.LOSS,
              "spans",
              "",
              "too_large malformed failed unfit shutdown"),
          entry(
              "ringtail_sampler_dropped_spans_total",
              Kind.NEITHER,
              "spans",
              "",
              "not_sampled dropped_by_policy late replay_settled settled_elsewhere duplicate"
                  + " not_merged"),
          entry(
              "ringtail_sampler_export_lost_spans_total",
              Kind.LOSS,
              "spans",
              "export_",
              "rejected partial_success too_large unreadable shutdown"),
          entry(
              "ringtail_sampler_export_lost_spans_total",
              Kind.NEITHER,
              "spans",
              "export_",
              "handed_over"),
          entry(
              "ringtail_sampler_handoff_refused_total",
              Kind.NEITHER,
              "batches",
              "handoff_",
              "not_owner full link_down unanswered unfit"),
          entry(
              "ringtail_sampler_handoff_unfit_total",
              Kind.NEITHER,
              "batches",
              "handoff_",
              "unreadable failed"),
          cause(
              "ringtail_sampler_decisions_total",
              Kind.EARLY_DECISION,
              "traces",
              "high_water num_traces trace_spans trace_bytes too_large shutdown"),
          cause("ringtail_sampler_decisions_total", Kind.NEITHER, "traces", "deadline"));

  private Reasons() {}

  private static Entry entry(String counter, Kind kind, String unit, String prefix, String values) {
    return new Entry(counter, "reason", kind, unit, prefix, Set.of(values.split(" ")));
  }

  private static Entry cause(String counter, Kind kind, String unit, String values) {
    return new Entry(counter, "cause", kind, unit, "", Set.of(values.split(" ")));
  }

  /** What a series tells of; empty if it is of no counter in the table, or of no value known. */
  static Optional<Reason> of(Series series) {
    for (Entry entry : TABLE) {
      if (entry.counter().equals(series.name())) {
        String value = label(series, entry.label());
        if (entry.values().contains(value)) {
          return Optional.of(new Reason(entry.kind(), entry.prefix() + value, entry.unit()));
        }
      }
    }
    return Optional.empty();
  }

  /** Names of the counters in the table. */
  static Set<String> counters() {
    Set<String> counters = new TreeSet<>();
    TABLE.forEach(entry -> counters.add(entry.counter()));
    return counters;
  }

  private static String label(Series series, String key) {
    List<String> labels = series.labels();
    for (int i = 0; i < labels.size(); i += 2) {
      if (labels.get(i).equals(key)) {
        return labels.get(i + 1);
      }
    }
    return "";
  }

  /** Series of a node that have a reason or cause and are not in the table: a test's business. */
  public static Set<String> missing(Metrics metrics) {
    Set<String> missing = new TreeSet<>();
    for (String registered : metrics.registry().getCounters().keySet()) {
      Series series = Series.parse(registered);
      boolean tells = !label(series, "reason").isEmpty() || !label(series, "cause").isEmpty();
      if (tells && of(series).isEmpty()) {
        missing.add(registered);
      }
    }
    return missing;
  }
}
