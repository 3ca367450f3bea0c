package io.ringtail.cli.run;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.ringtail.admin.LogLevels;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Levels of this process' loggers, changed while it runs. What a logger was told at the start is
 * kept, so that it can be told that again. Threads: any.
 */
public final class ProcessLogLevels implements LogLevels {
  /** Tells who changed what: whoever may change levels must not be able to silence it. */
  public static final String AUDIT = "io.ringtail.audit";

  private static final String ALL = "root";
  private static final List<String> OF_ALL = List.of(Logger.ROOT_LOGGER_NAME, "io.ringtail");
  private static final Map<String, Level> LEVELS =
      Map.of(
          "error", Level.ERROR,
          "warn", Level.WARN,
          "info", Level.INFO,
          "debug", Level.DEBUG,
          "trace", Level.TRACE);

  private final LoggerContext context;

  /** Levels at the start of those changed since; empty: as the logger above it. */
  private final Map<String, Optional<Level>> configured = new HashMap<>();

  ProcessLogLevels(LoggerContext context) {
    this.context = context;
  }

  /** Of this process; those of a binding other than Logback are not to be changed. */
  public static LogLevels ofProcess() {
    return LoggerFactory.getILoggerFactory() instanceof LoggerContext context
        ? new ProcessLogLevels(context)
        : NONE;
  }

  @Override
  public synchronized String set(String logger, String level) {
    if (logger.isBlank()) {
      throw new IllegalArgumentException(
          "no logger is named (expected a package, a class or root)");
    }
    if (logger.equals(AUDIT) || logger.startsWith(AUDIT + ".")) {
      throw new IllegalArgumentException(AUDIT + " tells who changed what, and stays as it is");
    }
    Level wanted = LEVELS.get(level);
    if (wanted == null && !level.isEmpty()) {
      throw new IllegalArgumentException(
          "\"" + level + "\" is no level (expected error, warn, info, debug or trace)");
    }
    List<String> names = logger.equals(ALL) ? OF_ALL : List.of(logger);
    Logger first = context.getLogger(names.get(names.size() - 1));
    String before = text(first);
    names.forEach(name -> change(context.getLogger(name), wanted));
    return "logger " + logger + " was at " + before + " and is at " + text(first);
  }

  /**
   * @param wanted null: as at the start
   */
  private void change(Logger logger, @Nullable Level wanted) {
    configured.putIfAbsent(logger.getName(), Optional.ofNullable(logger.getLevel()));
    if (wanted != null) {
      logger.setLevel(wanted);
      return;
    }
    Optional<Level> first = configured.getOrDefault(logger.getName(), Optional.empty());
    logger.setLevel(first.orElse(null));
  }

  private static String text(Logger logger) {
    return logger.getEffectiveLevel().toString().toLowerCase(Locale.ROOT);
  }
}
