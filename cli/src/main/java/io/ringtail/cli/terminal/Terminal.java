package io.ringtail.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Where results are printed.
 *
 * @param out stdout, in UTF-8 whatever the locale
 * @param width in columns
 * @param colour whether a terminal shows it and colours are not turned off (NO_COLOR)
 * @param isTerminal whether a terminal shows it
 */
public record Terminal(PrintStream out, int width, boolean colour, boolean isTerminal) {
  private static final int OTHERWISE = 100;
  private static final int WIDEST = 200;

  /** The stdout of this process. */
  public static Terminal stdout() {
    boolean terminal = isTerminal(1);
    return new Terminal(
        utf8Stdout(),
        terminal ? Math.min(WIDEST, columns()) : OTHERWISE,
        terminal && System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM")),
        terminal);
  }

  /** Not buffered: what is printed is out. */
  public static PrintStream utf8Stdout() {
    return new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
  }

  /** Whether somebody can be asked: a terminal on stdin. */
  public static boolean canAsk() {
    return isTerminal(0);
  }

  /** {@link System#console()} needs a terminal on stdin too; since JDK 22 it is there without. */
  @SuppressWarnings("SystemConsoleNull") // asked only where null means no terminal
  private static boolean isTerminal(int descriptor) {
    try {
      Path file = Path.of("/proc/self/fd/" + descriptor).toRealPath();
      return file.startsWith("/dev/pts") || file.toString().matches("/dev/(tty|console).*");
    } catch (IOException e) {
      return System.console() != null && Runtime.version().feature() < 22;
    }
  }

  private static int columns() {
    try {
      return Integer.parseInt(System.getenv().getOrDefault("COLUMNS", ""));
    } catch (NumberFormatException e) {
      return askStty();
    }
  }

  private static int askStty() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size").redirectInput(Path.of("/dev/tty").toFile()).start();
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      stty.waitFor(1, TimeUnit.SECONDS);
      int columns = Integer.parseInt(size.strip().replaceAll(".* ", ""));
      return columns > 0 ? columns : OTHERWISE;
    } catch (IOException | NumberFormatException e) {
      return OTHERWISE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OTHERWISE;
    }
  }
}
