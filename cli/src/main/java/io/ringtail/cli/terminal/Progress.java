package io.ringtail.cli.terminal;

import io.ringtail.threads.DaemonThreads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleFunction;
import java.util.function.DoubleSupplier;

/**
 * Says how far a command is: a bar that is drawn over itself on a terminal, else a line now and
 * then. Other talk goes through {@link #say}, so that it does not tear the bar. Threads: one of its
 * own, and any that talk.
 */
public final class Progress implements AutoCloseable {
  private static final int BAR_WIDTH = 30;
  private static final int BAR_MILLIS = 200;
  private static final int LINE_MILLIS = 5000;

  private final PrintWriter err;
  private final boolean terminal;
  private final boolean quiet;
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(1, new DaemonThreads("progress"));
  private boolean barDrawn;

  /**
   * @param terminal whether {@code err} is one
   * @param quiet no progress, only what is said
   */
  public Progress(PrintWriter err, boolean terminal, boolean quiet) {
    this.err = err;
    this.terminal = terminal;
    this.quiet = quiet;
  }

  /**
   * Begins to say it.
   *
   * @param share of the work that is done, 0 to 1
   * @param text what else to say, by the seconds passed
   */
  public void start(DoubleSupplier share, DoubleFunction<String> text) {
    if (quiet) {
      return;
    }
    long start = System.nanoTime();
    int millis = terminal ? BAR_MILLIS : LINE_MILLIS;
    Future<?> unused =
        clock.scheduleAtFixedRate(
            () -> draw(share.getAsDouble(), text.apply((System.nanoTime() - start) / 1e9)),
            millis,
            millis,
            TimeUnit.MILLISECONDS);
  }

  private synchronized void draw(double share, String more) {
    String text = text(share, more);
    if (terminal) {
      err.print("\r" + bar(share) + " " + text + "\u001b[K");
      barDrawn = true;
    } else {
      err.println(text);
    }
    err.flush();
  }

  static String bar(double share) {
    int done = (int) Math.round(Math.min(1, share) * BAR_WIDTH);
    return "[" + "=".repeat(done) + " ".repeat(BAR_WIDTH - done) + "]";
  }

  static String text(double share, String more) {
    return String.format(Locale.ROOT, "%3.0f %%  %s", 100 * Math.min(1, share), more);
  }

  /** Says a line of its own. */
  public synchronized void say(String line) {
    wipe();
    err.println(line);
    err.flush();
  }

  private void wipe() {
    if (barDrawn) {
      err.print("\r\u001b[K");
      barDrawn = false;
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    synchronized (this) {
      wipe();
      err.flush();
    }
  }

  /**
   * Whether stderr is a terminal, by /proc: since JDK 22 System.console() does not tell any more.
   * Where there is no /proc it is asked all the same.
   */
  @SuppressWarnings("SystemConsoleNull") // see above
  public static boolean stderrIsTerminal() {
    Path link = Path.of("/proc/self/fd/2");
    try {
      if (Files.exists(link)) {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      }
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
    return System.console() != null;
  }
}
