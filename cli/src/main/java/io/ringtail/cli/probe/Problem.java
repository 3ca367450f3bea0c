package io.ringtail.cli.probe;

import java.util.Locale;

/** What can be wrong with a trace. */
enum Problem {
  /** The front door did not take a span, however often it was sent. */
  REFUSED,
  /** A span that was taken did not come out in time. */
  MISSING,
  /** A span came out more than once. */
  TWICE,
  /** A span came out other than it was sent. */
  CHANGED,
  /** A span came out that was not sent. */
  UNKNOWN,
  /** The trace came in more than one request: it was judged more than once. */
  PIECES;

  /** Its name in JSON and as a label. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
