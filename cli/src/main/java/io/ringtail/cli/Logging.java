package io.ringtail.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import io.ringtail.cli.run.ProcessLogLevels;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Logs for humans: one line an event, on stderr. Set up in code, so that no file on the class path
 * changes what an operator sees. Libraries say only what went wrong.
 */
final class Logging {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg%n%ex";

  /** The variable that says how much is logged where the command line does not. */
  static final String ENVIRONMENT = "RINGTAIL_LOG_LEVEL";

  private static final List<String> OURS = List.of("io.ringtail");
  private static final List<String> LIBRARIES =
      List.of("io.netty", "io.grpc", "org.jgroups", "io.prometheus");

  /** The levels of {@code --log-level}. */
  enum Verbosity {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  private Logging() {}

  /**
   * What RINGTAIL_LOG_LEVEL says; {@code otherwise} if that is nothing, or no level.
   *
   * @param wanted its value; empty if it is not set
   * @param err told if it is no level
   */
  static Verbosity fromEnvironment(String wanted, Verbosity otherwise, PrintWriter err) {
    for (Verbosity verbosity : Verbosity.values()) {
      if (verbosity.name().equalsIgnoreCase(wanted)) {
        return verbosity;
      }
    }
    if (!wanted.isEmpty()) {
      err.println(
          "ringtail: "
              + ENVIRONMENT
              + ": \""
              + wanted
              + "\" (expected error, warn, info, debug or trace); it is "
              + otherwise.name().toLowerCase(Locale.ROOT));
      err.flush();
    }
    return otherwise;
  }

  static void configure(Verbosity verbosity) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    context.reset();
    Level level = Level.toLevel(verbosity.name());
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(stderr(context));
    root.setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    OURS.forEach(name -> context.getLogger(name).setLevel(level));
    context.getLogger(ProcessLogLevels.AUDIT).setLevel(Level.INFO);
    if (verbosity == Verbosity.TRACE) {
      LIBRARIES.forEach(name -> context.getLogger(name).setLevel(Level.DEBUG));
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  /** JGroups calls a peer's socket that is closed already, at every leave, an error. */
  static final class HarmlessNoise extends Filter<ILoggingEvent> {
    private static final Pattern HARMLESS =
        Pattern.compile("failed sending graceful close|failed handling message: Stream closed");

    @Override
    public FilterReply decide(ILoggingEvent event) {
      boolean noise =
          event.getLoggerName().startsWith("org.jgroups")
              && (HARMLESS.matcher(event.getFormattedMessage()).find() || isClosed(event));
      return noise ? FilterReply.DENY : FilterReply.NEUTRAL;
    }

    /** Read on while it left: as the message that says so without a stack. */
    private static boolean isClosed(ILoggingEvent event) {
      IThrowableProxy thrown = event.getThrowableProxy();
      return thrown != null
          && "Stream closed".equals(thrown.getMessage())
          && event.getFormattedMessage().contains("failed handling incoming message");
    }
  }

  private static ConsoleAppender<ILoggingEvent> stderr(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.addFilter(new HarmlessNoise());
    appender.start();
    return appender;
  }
}
