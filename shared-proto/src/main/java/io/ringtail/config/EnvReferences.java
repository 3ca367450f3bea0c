package io.ringtail.config;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Expands {@code ${env:NAME}} and {@code ${env:NAME:-default}} in scalar values, as the Collector
 * does; {@code $$} is one {@code $}.
 */
final class EnvReferences {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\$|\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

  private final Function<String, @Nullable String> environment;

  EnvReferences(Function<String, @Nullable String> environment) {
    this.environment = environment;
  }

  /** The text with every reference replaced; missing variables are named to {@code missing}. */
  String expand(String text, Consumer<String> missing) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    return REFERENCE
        .matcher(text)
        .replaceAll(m -> Matcher.quoteReplacement(valueOf(m.group(1), m.group(2), missing)));
  }

  private String valueOf(
      @Nullable String name, @Nullable String otherwise, Consumer<String> missing) {
    if (name == null) {
      return "$";
    }
    String value = environment.apply(name);
    if (value != null && (!value.isEmpty() || otherwise == null)) {
      return value;
    }
    if (otherwise == null) {
      missing.accept(name);
      return "";
    }
    return otherwise;
  }
}
