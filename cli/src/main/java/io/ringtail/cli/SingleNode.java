package io.ringtail.cli;

import io.ringtail.cli.run.RunningNode;
import io.ringtail.ops.Readiness;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A router or a sampler as what is run: stopped in order if it had started, closed if not. */
final class SingleNode implements RunningNode {
  /** A step of its life. */
  interface Step {
    void run() throws Exception;
  }

  private final Step start;
  private final Step stop;
  private final Step close;
  private final Readiness readiness;
  private final CompletableFuture<String> fenced;
  private volatile boolean started;

  SingleNode(
      Step start, Step stop, Step close, Readiness readiness, CompletableFuture<String> fenced) {
    this.start = start;
    this.stop = stop;
    this.close = close;
    this.readiness = readiness;
    this.fenced = fenced;
  }

  @Override
  public void start() throws Exception {
    start.run();
    started = true;
  }

  @Override
  public List<String> notReady() {
    return readiness.reasons();
  }

  @Override
  public CompletableFuture<String> fenced() {
    return fenced;
  }

  @Override
  public void stop() throws Exception {
    (started ? stop : close).run();
  }
}
