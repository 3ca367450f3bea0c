package io.ringtail.cli.run;

import io.ringtail.cli.exit.ExitCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command that takes a while end in order on SIGTERM and Ctrl-C, with its result printed and
 * its own exit code, where the JVM would end with 143 or 130. Threads: {@link #isGiven} and {@link
 * #await} any; the signal comes on the JVM's shutdown thread.
 */
public final class StopSignal implements AutoCloseable {
  /** Longest time a command may take to end after the signal. */
  private static final long GRACE_SECONDS = 30;

  private final CountDownLatch given = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onShutdown, "stop");
  private volatile int exitCode = ExitCode.PROBLEM;

  private StopSignal() {}

  /** Waits for the signal from now on. */
  public static StopSignal install() {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  public boolean isGiven() {
    return given.getCount() == 0;
  }

  /**
   * Waits for the signal.
   *
   * @return whether it has come within {@code nanos}
   */
  public boolean await(long nanos) throws InterruptedException {
    return given.await(nanos, TimeUnit.NANOSECONDS);
  }

  /** Gives the signal: what the hook does, and a test. */
  public void give() {
    given.countDown();
  }

  /** Says with which code the process is to end if the signal has come; the result is printed. */
  public void endWith(int code) {
    exitCode = code;
  }

  private void onShutdown() {
    give();
    try {
      if (!ended.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        return; // then the JVM ends as it would have
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    Runtime.getRuntime().halt(exitCode);
  }

  /** The command has ended. If the signal has come, so will the process now. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      ended.countDown();
    }
  }
}
