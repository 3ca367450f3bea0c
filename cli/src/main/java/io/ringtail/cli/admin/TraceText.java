package io.ringtail.cli.admin;

import io.ringtail.admin.v1.TraceAtNode;
import io.ringtail.admin.v1.TraceOwner;
import io.ringtail.admin.v1.TraceReport;
import io.ringtail.cli.render.Amounts;
import io.ringtail.wording.Counted;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A trace in a few lines.
 *
 * @param nowMillis Unix time, to tell how long ago a decision was
 */
record TraceText(TraceReport report, long nowMillis) {
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    TraceOwner owner = report.getOwner();
    lines.add("trace   " + owner.getTraceId());
    lines.add("owner   " + owner(owner));
    report.getFoundList().forEach(at -> lines.add(found(at)));
    if (report.getFoundCount() == 0) {
      lines.add(
          "not known: never seen, or decided too long ago; decisions are remembered for "
              + Amounts.seconds(report.getKeptCacheSeconds())
              + " (kept) and "
              + Amounts.seconds(report.getDroppedCacheSeconds())
              + " (dropped)");
    }
    if (report.getSilentCount() > 0) {
      lines.add(
          "silent  " + String.join(", ", report.getSilentList()) + ": what they know is not here");
    }
    return lines;
  }

  private static String owner(TraceOwner owner) {
    if (owner.getNodeId().isEmpty()) {
      return "nobody: no sampler is active";
    }
    return owner.getNodeId()
        + ", slot "
        + owner.getSlot()
        + (owner.hasSince() ? ", since epoch " + owner.getSince().getOrder() : "")
        + "; heir "
        + (owner.getHeirNodeId().isEmpty() ? "nobody" : owner.getHeirNodeId());
  }

  private String found(TraceAtNode at) {
    return switch (at.getState()) {
      case OPEN -> "open    " + at.getNodeId() + ": " + open(at) + context(at);
      case KEPT -> "kept    " + at.getNodeId() + ": " + decided(at) + context(at);
      case DROPPED -> "dropped " + at.getNodeId() + ": " + decided(at) + context(at);
      case TRACE_STATE_UNSPECIFIED, UNRECOGNIZED ->
          "?       " + at.getNodeId() + ": in a state this version does not know" + context(at);
    };
  }

  private static String open(TraceAtNode at) {
    String due =
        at.getDueInSeconds() >= 0
            ? "due in " + Amounts.seconds(at.getDueInSeconds())
            : "overdue by " + Amounts.seconds(-at.getDueInSeconds());
    return Counted.of(Integer.toUnsignedLong(at.getSpans()), "span")
        + ", "
        + Amounts.bytesInWords(at.getBytes())
        + ", first seen "
        + Amounts.seconds(at.getAgeSeconds())
        + " ago, "
        + due
        + (at.getWaitsFor().isEmpty() ? "" : ", waits: " + at.getWaitsFor());
  }

  private String decided(TraceAtNode at) {
    String by = at.getPolicy().isEmpty() ? "" : "by policy " + at.getPolicy();
    if (at.getDecidedAtMs() == 0) {
      return by.isEmpty() ? "decided" : by;
    }
    double ago = Math.max(0, nowMillis - at.getDecidedAtMs()) / 1000.0;
    return by
        + (by.isEmpty() ? "" : ", ")
        + Amounts.seconds(ago)
        + " ago ("
        + Instant.ofEpochMilli(at.getDecidedAtMs()).truncatedTo(ChronoUnit.SECONDS)
        + ")";
  }

  private static String context(TraceAtNode at) {
    return at.getContextCount() == 0 ? "" : ", context " + new TreeMap<>(at.getContextMap());
  }
}
