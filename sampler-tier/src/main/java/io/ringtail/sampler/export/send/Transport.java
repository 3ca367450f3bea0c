package io.ringtail.sampler.export.send;

import java.util.function.Consumer;

/** A way to one endpoint. Threads: one calls {@link #send} and {@link #close}. */
public interface Transport extends AutoCloseable {
  /**
   * Starts to send.
   *
   * @param payload may be read until the result is told
   * @param afterFailure whether the last attempt on this endpoint failed: then a connection is
   *     tried at once and waited for
   * @param onResult told exactly once, within the configured timeout; on any thread, possibly
   *     before this returns
   */
  void send(Payload payload, boolean afterFailure, Consumer<SendResult> onResult);

  /** Whether the other side limits what it takes at once, so that a larger trace is cut. */
  default boolean limitsRequests() {
    return true;
  }

  /** Where it leads, for logs. */
  String name();

  /** Gives up what is in flight, whose results come as failures or not at all. */
  @Override
  void close();
}
