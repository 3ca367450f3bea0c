package io.ringtail.otlp.json;

/**
 * The body is not JSON, or not the OTLP message expected: {@code line:column: what was found
 * (expected: …)}. Carries no stack trace: bad input is not a bug.
 */
public final class MalformedJsonException extends Exception {
  private final int line;
  private final int column;

  MalformedJsonException(int line, int column, String message) {
    super(line + ":" + column + ": " + message, null, false, false);
    this.line = line;
    this.column = column;
  }

  /** Line of the body, from 1. */
  public int line() {
    return line;
  }

  /** Column in the line, from 1. */
  public int column() {
    return column;
  }
}
