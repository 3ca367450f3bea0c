package io.ringtail.sampler.peer;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** {@code ringtail.v1.Peers/Open} as gRPC sees it: one stream both ways, bytes as they are. */
final class PeerMethod {
  static final String SERVICE = "ringtail.v1.Peers";

  /** Of one message; transfers are some 256 KiB. */
  static final int MAX_MESSAGE_BYTES = 4 << 20;

  static final MethodDescriptor<byte[], byte[]> OPEN =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodType.BIDI_STREAMING)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Open"))
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();

  private PeerMethod() {}

  private static final class Sent extends ByteArrayInputStream implements KnownLength {
    Sent(byte[] bytes) {
      super(bytes);
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new Sent(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        int most = MAX_MESSAGE_BYTES + 1;
        byte[] bytes =
            stream.readNBytes(
                stream instanceof KnownLength ? Math.min(stream.available(), most) : most);
        if (bytes.length > MAX_MESSAGE_BYTES) {
          throw Status.RESOURCE_EXHAUSTED
              .withDescription("over " + MAX_MESSAGE_BYTES + " bytes in one message")
              .asRuntimeException();
        }
        return bytes;
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("message unreadable")
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
