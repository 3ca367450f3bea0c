package io.ringtail.link;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.ringtail.otlp.MalformedWireException;
import java.io.IOException;
import java.io.InputStream;

/**
 * {@code ringtail.v1.Link/Open} as gRPC sees it: one stream both ways, bytes as they are. Router
 * and sampler name the same method by descriptors of other types. Never compressed.
 */
public final class LinkMethod {
  /** The only version there is; see {@link Hello}. */
  public static final int VERSION = 1;

  public static final String SERVICE = "ringtail.v1.Link";

  /** The largest client request a router may be configured to take. */
  public static final int MAX_REQUEST_BYTES = 128 << 20;

  /**
   * What a sampler's server must let in: a part of one client request, which takes at most a third
   * more on the link (11 bytes a group beside the smallest span there is, of 30), behind others of
   * 64 MiB at most ({@code router.forward.max-message-bytes}).
   */
  public static final int MAX_MESSAGE_BYTES = 2 * MAX_REQUEST_BYTES;

  private static final String NAME = MethodDescriptor.generateFullMethodName(SERVICE, "Open");
  private static final int CHUNK_BYTES = 64 << 10;

  private static final MethodDescriptor<LinkMessage, SamplerFrame> CLIENT =
      MethodDescriptor.<LinkMessage, SamplerFrame>newBuilder()
          .setType(MethodType.BIDI_STREAMING)
          .setFullMethodName(NAME)
          .setRequestMarshaller(new SendOnly())
          .setResponseMarshaller(new FrameMarshaller())
          .build();

  private LinkMethod() {}

  /** The router's view: sends messages, receives frames. */
  public static MethodDescriptor<LinkMessage, SamplerFrame> client() {
    return CLIENT;
  }

  /**
   * The sampler's view: receives each message as one heap buffer ({@code hasArray()}), which the
   * call's listener must release, and sends frames.
   *
   * @param allocator where the heap buffers come from
   */
  public static MethodDescriptor<ByteBuf, SamplerFrame> server(ByteBufAllocator allocator) {
    return MethodDescriptor.<ByteBuf, SamplerFrame>newBuilder()
        .setType(MethodType.BIDI_STREAMING)
        .setFullMethodName(NAME)
        .setRequestMarshaller(new HeapBuffers(allocator))
        .setResponseMarshaller(new FrameMarshaller())
        .build();
  }

  private static ByteBuf readWhole(InputStream in, ByteBufAllocator allocator) {
    ByteBuf buffer = null;
    try {
      buffer = allocator.heapBuffer(Math.max(in.available(), 64));
      fill(buffer, in);
      return buffer;
    } catch (IOException | RuntimeException | Error e) {
      if (buffer != null) {
        buffer.release();
      }
      throw Status.INTERNAL
          .withDescription("link message unreadable")
          .withCause(e)
          .asRuntimeException();
    }
  }

  /** gRPC knows the length of what is not compressed, so the buffer is seldom enlarged. */
  private static void fill(ByteBuf buffer, InputStream in) throws IOException {
    while (true) {
      int at = buffer.arrayOffset() + buffer.writerIndex();
      int n = in.read(buffer.array(), at, buffer.writableBytes());
      if (n < 0) {
        return;
      }
      buffer.writerIndex(buffer.writerIndex() + n);
      if (!buffer.isWritable()) {
        int next = in.read();
        if (next < 0) {
          return;
        }
        buffer.ensureWritable(CHUNK_BYTES).writeByte(next);
      }
    }
  }

  private static final class SendOnly implements Marshaller<LinkMessage> {
    @Override
    public InputStream stream(LinkMessage value) {
      return value;
    }

    @Override
    public LinkMessage parse(InputStream stream) {
      throw new UnsupportedOperationException("a router sends these");
    }
  }

  private static final class HeapBuffers implements Marshaller<ByteBuf> {
    private final ByteBufAllocator allocator;

    HeapBuffers(ByteBufAllocator allocator) {
      this.allocator = allocator;
    }

    @Override
    public InputStream stream(ByteBuf value) {
      throw new UnsupportedOperationException("a sampler receives these");
    }

    @Override
    public ByteBuf parse(InputStream stream) {
      return readWhole(stream, allocator);
    }
  }

  private static final class FrameMarshaller implements Marshaller<SamplerFrame> {
    @Override
    public InputStream stream(SamplerFrame value) {
      return value.toMessage();
    }

    @Override
    public SamplerFrame parse(InputStream stream) {
      try {
        byte[] bytes =
            stream instanceof KnownLength
                ? stream.readNBytes(stream.available())
                : stream.readAllBytes();
        return SamplerFrame.read(bytes, 0, bytes.length);
      } catch (IOException | MalformedWireException e) {
        throw Status.INTERNAL
            .withDescription("sampler frame unreadable: " + e.getMessage())
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
