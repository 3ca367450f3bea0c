package io.ringtail.sampler.export;

import java.util.Locale;

/** Why spans of kept traces did not reach a destination. */
enum ExportLoss {
  /** The backend answered that it never takes this request. */
  REJECTED,
  /** The backend took the request but not these spans of it. */
  PARTIAL_SUCCESS,
  /** Larger than any OTLP receiver must take. */
  TOO_LARGE,
  /** A file of the queue on disk could not be read. */
  UNREADABLE,
  /** Not lost: it was handed over, with its slot, to another sampler, which sends it. */
  HANDED_OVER,
  /** Still unanswered when the time for stopping was over. */
  SHUTDOWN;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
