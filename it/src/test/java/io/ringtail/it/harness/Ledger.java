package io.ringtail.it.harness;

import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which requests of {@link RequestBodies} were accepted, and which of their spans have come to the
 * sink. Threads: any.
 */
public final class Ledger {
  /** Tells a span's number of {@link RequestBodies}. */
  public interface Numbering {
    /**
     * @param span where in {@code body} an encoded span begins
     */
    long number(byte[] body, int span);
  }

  private final Numbering numbering;
  private final BitSet accepted = new BitSet();
  private final BitSet atSink = new BitSet();

  public Ledger(Numbering numbering) {
    this.numbering = numbering;
  }

  public synchronized void onAccepted(long request) {
    accepted.set(Math.toIntExact(request));
  }

  /** An encoded span, from {@code start} of a body. */
  public synchronized void onSpan(byte[] body, int start) {
    atSink.set(Math.toIntExact(numbering.number(body, start)));
  }

  /** Numbers of traces with an accepted span that is not at the sink. */
  public synchronized Set<Integer> tracesNotWhole() {
    Set<Integer> traces = new TreeSet<>();
    accepted.stream()
        .forEach(
            request -> {
              int first = request * RequestBodies.SPANS;
              for (int i = 0; i < RequestBodies.SPANS; i++) {
                if (!atSink.get(first + i)) {
                  traces.add(request / RequestBodies.SPANS_A_TRACE * RequestBodies.SPANS + i);
                }
              }
            });
    return traces;
  }
}
