package io.ringtail.cli.run;

import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one node until it is told to stop. The JVM would exit with 143 on SIGTERM; here the shutdown
 * thread stops the node and then halts with the code of a command that did what it should.
 */
public final class NodeRunner {
  private static final Logger log = LoggerFactory.getLogger(NodeRunner.class);
  private static final long POLL_MILLIS = 20;
  private static final long SAY_MILLIS = 10_000;
  private static final long START_WAIT_SECONDS = 15;

  private final RunningNode node;
  private final PrintStream out;
  private final CountDownLatch startEnded = new CountDownLatch(1);
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicBoolean leaving = new AtomicBoolean();

  private NodeRunner(RunningNode node, PrintStream out) {
    this.node = node;
    this.out = out;
  }

  /**
   * Runs a node until a signal ends the process, or until it is fenced.
   *
   * @param out told {@code ready}
   * @return an exit code, if the node ended by itself
   * @throws CommandFailedException if it could not start
   */
  public static int run(RunningNode node, PrintStream out) {
    NodeRunner runner = new NodeRunner(node, out);
    Runtime.getRuntime().addShutdownHook(new Thread(runner::onShutdown, "stop"));
    return runner.run();
  }

  private int run() {
    try {
      start();
      awaitReady();
      String reason = node.fenced().join();
      leaving.set(true);
      stop();
      throw new CommandFailedException(
          ExitCode.PROBLEM, reason + " (if both are to run, give each a node.id of its own)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.PROBLEM;
    }
  }

  private void start() {
    try {
      node.start();
    } catch (Exception e) {
      leaving.set(true);
      log.debug("not started", e);
      stop();
      throw new CommandFailedException(ExitCode.PROBLEM, messageOf(e));
    } finally {
      startEnded.countDown();
    }
  }

  private void awaitReady() throws InterruptedException {
    long waited = 0;
    List<String> reasons = node.notReady();
    while (!reasons.isEmpty() && !node.fenced().isDone() && !stopped.get()) {
      if (waited % SAY_MILLIS == SAY_MILLIS / 5) {
        log.info("not ready yet: {}", String.join("; ", reasons));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      waited += POLL_MILLIS;
      reasons = node.notReady();
    }
    if (reasons.isEmpty()) {
      out.println("ready");
      out.flush();
    }
  }

  /** On the JVM's shutdown thread: only if a signal asked for it. */
  private void onShutdown() {
    if (leaving.get()) {
      return;
    }
    int exitCode = awaitStart() && stop() ? ExitCode.OK : ExitCode.PROBLEM;
    out.flush();
    Runtime.getRuntime().halt(exitCode);
  }

  private boolean awaitStart() {
    try {
      return startEnded.await(START_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether it stopped without trouble. */
  private boolean stop() {
    if (!stopped.compareAndSet(false, true)) {
      return true;
    }
    try {
      node.stop();
      return true;
    } catch (Exception e) {
      log.error("stopped with an error: {}", messageOf(e), e);
      return false;
    }
  }

  private static String messageOf(Exception e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }
}
