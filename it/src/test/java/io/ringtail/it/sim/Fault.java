package io.ringtail.it.sim;

/** What can be wrong with a schedule. */
enum Fault {
  /** A span whose sender was told that it was accepted did not come to the backend. */
  LOST,
  /** A trace was decided, let out or dropped, on a part of it. */
  SPLIT,
  /** Another decision on a trace took effect though the first one was known. */
  TWICE,
  /** A trace came to the backend with a span twice in it. */
  REPEATED,
  /** Something never came to rest: a log that is not settled, a span that stays, a drain. */
  RESTLESS,
  /** An exception: a state the code takes for impossible. */
  BROKEN
}
