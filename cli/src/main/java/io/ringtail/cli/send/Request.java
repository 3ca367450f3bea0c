package io.ringtail.cli.send;

/**
 * One export request to be delivered.
 *
 * @param source what its number counts, as it is told: {@code line}, {@code request}
 * @param number from 1
 * @param spanCount spans in it
 * @param dueNanos when it was meant to be sent, on the clock of {@link Timing}
 * @param body of {@link Sender#encode}; not changed from now on
 */
public record Request(String source, long number, long spanCount, long dueNanos, byte[] body) {
  /** How it is told. */
  String name() {
    return source + " " + number;
  }
}
