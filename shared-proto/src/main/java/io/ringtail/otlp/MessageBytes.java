package io.ringtail.otlp;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A gRPC message as the bytes it is on the wire, neither built from objects nor parsed into any.
 * Threads: any.
 */
public final class MessageBytes implements MethodDescriptor.Marshaller<byte[]> {
  /**
   * @param message borrowed until gRPC has written it
   */
  @Override
  public InputStream stream(byte[] message) {
    return new ByteArrayInputStream(message);
  }

  @Override
  public byte[] parse(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
