package io.ringtail.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Commands run in this JVM as a process runs them, without colours. What they print adds up. */
public final class CommandRun {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /**
   * Runs one.
   *
   * @param words from the command's name on
   * @return the exit code
   */
  public int run(String... words) {
    return line().execute(words);
  }

  /**
   * Runs one with its usual words.
   *
   * @param usual from the command's name on
   * @param words that follow, and replace options that are among those
   */
  public int runOver(List<String> usual, String... words) {
    List<String> all = new ArrayList<>(usual);
    all.addAll(Arrays.asList(words));
    CommandLine line = line();
    line.setOverwrittenOptionsAllowed(true);
    return line.execute(all.toArray(String[]::new));
  }

  /** The whole command, that prints here. */
  public CommandLine line() {
    CommandLine line = Ringtail.commandLine();
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line;
  }

  public String out() {
    return out.toString();
  }

  public String err() {
    return err.toString();
  }

  /** Forgets what was printed. */
  public void clear() {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
  }
}
