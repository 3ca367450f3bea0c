package io.ringtail.cli.replay;

import java.util.function.Consumer;

/** Sends lines to one endpoint. Threads: {@link #encode} one at a time, the others any. */
interface Sender extends AutoCloseable {
  /** The body of a request with this line, compressed if this transport does not do it itself. */
  byte[] encode(RecordedLine line);

  /**
   * Sends a body of {@link #encode}.
   *
   * @param whenAnswered called exactly once, on a thread of the transport, which it must not hold
   */
  void send(byte[] body, Consumer<Answer> whenAnswered);

  @Override
  void close();
}
