package io.ringtail.otlp;

/**
 * The bytes are not the protobuf they claim to be. Carries no stack trace: bad input is not a bug.
 */
public final class MalformedWireException extends Exception {
  public MalformedWireException(String message) {
    super(message, null, false, false);
  }
}
