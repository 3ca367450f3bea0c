package io.ringtail.router.receive;

import io.ringtail.link.Header;

/** Takes export requests from the receivers. Threads: many event loops at once. */
public interface Ingress {
  /**
   * Takes one request. {@code responder} is called exactly once, on any thread, perhaps before this
   * returns.
   *
   * @param body holds an encoded {@code ExportTraceServiceRequest}, uncompressed; borrowed, only
   *     during the call
   * @param context the configured request headers; {@link Header#EMPTY} if none
   */
  void accept(byte[] body, int offset, int length, Header context, Responder responder);

  /** Whether it would take a request now; receivers answer at once where it would not. */
  boolean ready();
}
