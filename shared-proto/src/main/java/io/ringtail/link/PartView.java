package io.ringtail.link;

/**
 * One part as the sampler reads it from a link message: a cursor's view, valid until the reader
 * moves on. Groups are runs of spans that share context, resource and scope; the spans of a group
 * lie in {@link #array()} from {@link #spansStart} to {@link #spansEnd} as {@code ScopeSpans.spans}
 * fields, tag and length included, as they came from the client.
 *
 * <p>Threads: the reader's. Buffers: the array is the message's; who keeps spans copies them or
 * retains the message.
 */
public interface PartView {
  long seq();

  /** Seq of the first acceptance of these spans (protocol R1), or 0 for a first sending. */
  long firstSeq();

  /** View id and number of the epoch the router split by. */
  long epochViewId();

  long epochNumber();

  boolean replay();

  /** How long ago the spans were first accepted by a router; 0 for a first sending. */
  long ageMillis();

  int groupCount();

  Header context(int group);

  Header resource(int group);

  Header scope(int group);

  byte[] array();

  int spansStart(int group);

  int spansEnd(int group);
}
