package io.ringtail.admin;

/** Levels of the process' loggers; known to who binds the logging, not to nodes. Threads: any. */
public interface LogLevels {
  /** For a process whose logging is bound by somebody else: every change is refused. */
  LogLevels NONE =
      (logger, level) -> {
        throw new IllegalArgumentException("this process does not change log levels");
      };

  /**
   * Sets one.
   *
   * @param logger its name; {@code root} for all
   * @param level error, warn, info, debug or trace; empty: as configured at the start
   * @return what it was and is now, in one sentence
   * @throws IllegalArgumentException if that is not a level, or cannot be set, and why
   */
  String set(String logger, String level);
}
