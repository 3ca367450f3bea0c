package io.ringtail.cli.send;

import java.util.function.Consumer;

/** Sends requests to one endpoint. Threads: {@link #encode} one at a time, the others any. */
public interface Sender extends AutoCloseable {
  /**
   * The body of a request, compressed if this transport does not do it itself.
   *
   * @param message an export request as the protocol wants it: JSON text for http/json, else
   *     protobuf; it may be returned as it is
   */
  byte[] encode(byte[] message);

  /**
   * Sends a body of {@link #encode}.
   *
   * @param whenAnswered called exactly once, on a thread of the transport, which it must not hold
   */
  void send(byte[] body, Consumer<Answer> whenAnswered);

  @Override
  void close();
}
