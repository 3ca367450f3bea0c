package io.ringtail.cli.admin;

import io.ringtail.cli.terminal.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;

/** Asks whoever sits at the terminal. */
@FunctionalInterface
interface Confirmation {
  /** What came of it. */
  enum Reply {
    YES,
    NO,
    /** There is no terminal. */
    NOBODY
  }

  Reply ask(String question);

  /**
   * Reads stdin if it is a terminal.
   *
   * @param talk where the question stands
   */
  static Confirmation atTerminal(PrintWriter talk) {
    return question -> Terminal.canAsk() ? asked(question, talk) : Reply.NOBODY;
  }

  private static Reply asked(String question, PrintWriter talk) {
    talk.print(question + " [y/N] ");
    talk.flush();
    try {
      String line =
          new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
      return line == null ? Reply.NOBODY : read(line);
    } catch (IOException e) {
      return Reply.NOBODY;
    }
  }

  /** Anything but y or yes is no. */
  static Reply read(String line) {
    String word = line.strip().toLowerCase(Locale.ROOT);
    return word.equals("y") || word.equals("yes") ? Reply.YES : Reply.NO;
  }
}
