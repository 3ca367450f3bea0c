package io.ringtail.cli.run;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Something that is started, gets ready and is stopped: a node, or all of {@code dev}'s. */
public interface RunningNode {
  /**
   * Listens and joins.
   *
   * @throws Exception if it cannot; the message is for the operator
   */
  void start() throws Exception;

  /** Why it is not ready, one reason an entry; empty if it is. */
  List<String> notReady();

  /** Completes with the reason if it may not go on. */
  CompletableFuture<String> fenced();

  /** Stops in order; also after a start that failed half-way. Called once. */
  void stop() throws Exception;
}
