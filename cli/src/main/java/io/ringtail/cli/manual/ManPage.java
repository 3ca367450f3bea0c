package io.ringtail.cli.manual;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * One command's page of the manual, in the language of man(7). Picocli's own generator writes
 * AsciiDoc, which takes a Ruby interpreter in the build to become a page.
 *
 * @param command whose page it is
 */
record ManPage(CommandSpec command) {
  private static final String SECTION = "1";
  private static final String EXAMPLES = "Examples:";

  /** {@code ringtail-ring-owner.1}. */
  String fileName() {
    return name() + "." + SECTION;
  }

  private String name() {
    return command.qualifiedName("-");
  }

  String text() {
    StringBuilder page = new StringBuilder();
    page.append(".TH \"")
        .append(name().toUpperCase(Locale.ROOT))
        .append("\" \"" + SECTION + "\" \"\" \"Ringtail\" \"Ringtail\"\n.nh\n.ad l\n");
    section(page, "NAME", p -> p.append(name(), " \\- " + escaped(summary())));
    section(page, "SYNOPSIS", p -> p.append(escaped(synopsis())));
    section(page, "DESCRIPTION", this::description);
    commands(page);
    options(page);
    exitCodes(page);
    examples(page);
    seeAlso(page);
    return page.toString();
  }

  /** Lines of a page as they are gathered. */
  private record Lines(StringBuilder out) {
    void append(String... parts) {
      for (String part : parts) {
        out.append(part.startsWith("ringtail-") ? part.replace("-", "\\-") : part);
      }
      out.append('\n');
    }
  }

  private static void section(StringBuilder page, String title, Consumer<Lines> body) {
    page.append(".SH ").append(title).append('\n');
    body.accept(new Lines(page));
  }

  /** Roff takes backslashes, and dots and quotes at a line's start, for its own. */
  private static String escaped(String text) {
    String safe = text.replace("\\", "\\e").replace("-", "\\-");
    return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
  }

  private String summary() {
    String[] lines = command.usageMessage().description();
    String first = lines.length == 0 ? name() : plain(lines[0]);
    int end = first.indexOf(": ");
    int stop = first.indexOf(". ");
    int cut = end < 0 ? stop : stop < 0 ? end : Math.min(end, stop);
    String sentence = cut < 0 ? first : first.substring(0, cut);
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private String synopsis() {
    Help help = new Help(command, Help.defaultColorScheme(Ansi.OFF));
    return help.synopsis(0).replaceAll("\\s+", " ").strip();
  }

  private void description(Lines page) {
    for (String line : command.usageMessage().description()) {
      page.append(escaped(plain(line)));
      page.append(".PP");
    }
  }

  private void commands(StringBuilder page) {
    Map<String, CommandLine> children = command.subcommands();
    if (!children.isEmpty()) {
      section(
          page,
          "COMMANDS",
          lines ->
              children.values().stream()
                  .map(child -> new ManPage(child.getCommandSpec()))
                  .forEach(child -> entry(lines, bold(child.name()), child.summary())));
    }
  }

  private void options(StringBuilder page) {
    section(
        page,
        "OPTIONS",
        lines -> {
          for (PositionalParamSpec positional : command.positionalParameters()) {
            entry(lines, italic(positional.paramLabel()), joined(positional.description()));
          }
          for (OptionSpec option : command.options()) {
            entry(lines, heading(option), joined(option.description()));
          }
        });
  }

  private static String heading(OptionSpec option) {
    List<String> names = Arrays.stream(option.names()).map(ManPage::bold).toList();
    boolean value = option.arity().max() > 0;
    return String.join(", ", names) + (value ? "=" + italic(option.paramLabel()) : "");
  }

  private static void entry(Lines lines, String heading, String text) {
    lines.append(".TP");
    lines.append(heading);
    lines.append(escaped(text));
  }

  private static String joined(String[] description) {
    return plain(String.join(" ", description));
  }

  /** Picocli takes descriptions for format strings where they can be. */
  private static String plain(String text) {
    return text.replace("%n", " ").replace("%%", "%");
  }

  private static String bold(String text) {
    return "\\fB" + text.replace("-", "\\-") + "\\fR";
  }

  private static String italic(String text) {
    return "\\fI" + text.replace("-", "\\-") + "\\fR";
  }

  private void exitCodes(StringBuilder page) {
    section(
        page,
        "EXIT STATUS",
        lines ->
            command
                .usageMessage()
                .exitCodeList()
                .forEach((code, meaning) -> entry(lines, bold(code), meaning)));
  }

  private void examples(StringBuilder page) {
    List<String> footer = Arrays.asList(command.usageMessage().footer());
    int start = footer.indexOf(EXAMPLES);
    if (start >= 0) {
      section(
          page,
          "EXAMPLES",
          lines -> {
            lines.append(".nf");
            footer.subList(start + 1, footer.size()).forEach(line -> lines.append(escaped(line)));
            lines.append(".fi");
          });
    }
  }

  private void seeAlso(StringBuilder page) {
    CommandSpec parent = command.parent();
    if (parent == null) {
      return;
    }
    List<String> others = new ArrayList<>(List.of(parent.qualifiedName("-")));
    for (CommandLine sibling : parent.subcommands().values()) {
      if (sibling.getCommandSpec() != command) {
        others.add(sibling.getCommandSpec().qualifiedName("-"));
      }
    }
    section(
        page,
        "SEE ALSO",
        lines ->
            lines.append(
                String.join(
                    ", ", others.stream().map(o -> bold(o) + "(" + SECTION + ")").toList())));
  }
}
