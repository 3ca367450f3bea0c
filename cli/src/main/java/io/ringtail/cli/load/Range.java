package io.ringtail.cli.load;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code N} or {@code N..M}.
 *
 * @param min the least
 * @param max the most, inclusive
 */
record Range(int min, int max) {
  private static final Pattern SHAPE = Pattern.compile("([0-9]{1,9})(?:\\.\\.([0-9]{1,9}))?");

  static Optional<Range> parse(String text) {
    Matcher m = SHAPE.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    int min = Integer.parseInt(m.group(1));
    int max = m.group(2) == null ? min : Integer.parseInt(m.group(2));
    return min <= max ? Optional.of(new Range(min, max)) : Optional.empty();
  }

  @Override
  public String toString() {
    return min == max ? String.valueOf(min) : min + ".." + max;
  }

  static final class Word implements ITypeConverter<Range> {
    @Override
    public Range convert(String word) {
      return parse(word)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "\"" + word + "\" (expected: a number or a range, such as 20 or 5..60)"));
    }
  }
}
