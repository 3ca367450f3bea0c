package io.ringtail.cli.render;

import io.ringtail.cli.terminal.Terminal;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * Where text goes.
 *
 * @param out not flushed after each line
 * @param width in columns; rows are broken to fit
 * @param colour whether to mark what is bad
 * @param live whether somebody looks at it while it changes
 */
public record Screen(PrintWriter out, int width, boolean colour, boolean live) {
  /** Colours of a severity, and of what stands back. */
  public enum Ink {
    RED("31;1"),
    YELLOW("33"),
    GREEN("32"),
    BOLD("1"),
    FAINT("2");

    private final String code;

    Ink(String code) {
      this.code = code;
    }
  }

  private static final String CLEAR = "\u001b[H\u001b[2J";

  /** The stdout of a command. */
  public static Screen of(CommandLine command) {
    Terminal terminal = Terminal.stdout();
    boolean plain = command.getColorScheme().ansi() == Ansi.OFF;
    return new Screen(
        command.getOut(),
        terminal.width(),
        terminal.colour() && !plain,
        terminal.isTerminal() && !plain);
  }

  public String inked(Ink ink, String text) {
    return colour ? "\u001b[" + ink.code + "m" + text + "\u001b[0m" : text;
  }

  public void line(String text) {
    out.print(text);
    out.print('\n');
  }

  public void lines(List<String> lines) {
    lines.forEach(this::line);
  }

  /** A sentence, broken between words. */
  public void wrapped(String indent, String sentence) {
    lines(wrap(indent, sentence, width));
  }

  static List<String> wrap(String indent, String sentence, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(indent);
    for (String word : sentence.split(" ")) {
      boolean begun = line.length() > indent.length();
      if (begun && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
        line.append(" ".repeat(indent.length()));
        begun = false;
      }
      line.append(begun ? " " : "").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Begins a page anew where somebody looks. */
  public void clear() {
    if (live) {
      out.print(CLEAR);
    }
  }

  public void flush() {
    out.flush();
  }
}
