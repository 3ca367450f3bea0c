package io.ringtail.sampler.export.send;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Drainable;
import io.grpc.Grpc;
import io.grpc.KnownLength;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.ringtail.otlp.MessageBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * OTLP/gRPC over one channel, the encoded bytes going out as they are. A connection on which a
 * request had no answer in time is left: one whose other end is gone without a word would be kept
 * until TCP gives it up, which takes a quarter of an hour.
 */
public final class GrpcTransport implements Transport {
  private static final MethodDescriptor<Payload, byte[]> EXPORT =
      MethodDescriptor.newBuilder(new PayloadMarshaller(), new MessageBytes())
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("opentelemetry.proto.collector.trace.v1.TraceService/Export")
          .build();

  private final OtlpEndpoint endpoint;
  private final LiveHeaders headers;
  private final ManagedChannel channel;
  private final CallOptions options;

  /** Number of the connection new requests go on; changed by who sends. */
  private int connection;

  /** Number of the newest on which a request had no answer in time. */
  private final AtomicInteger silent = new AtomicInteger(-1);

  /**
   * @throws UncheckedIOException if a header's file cannot be read
   */
  public GrpcTransport(OtlpEndpoint endpoint) {
    this.endpoint = endpoint;
    this.headers = LiveHeaders.of(endpoint);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(endpoint.uri().getHost(), endpoint.port())
            .userAgent(RequestHeaders.USER_AGENT)
            .maxInboundMessageSize(OtlpResponse.MAX_BYTES)
            .disableRetry();
    this.channel =
        (endpoint.tls() ? builder.useTransportSecurity() : builder.usePlaintext()).build();
    this.options =
        endpoint.gzip() ? CallOptions.DEFAULT.withCompression("gzip") : CallOptions.DEFAULT;
  }

  @Override
  public void send(Payload payload, boolean afterFailure, Consumer<SendResult> onResult) {
    CallOptions call =
        options.withDeadlineAfter(endpoint.timeout().toNanos(), TimeUnit.NANOSECONDS);
    if (afterFailure) {
      channel.resetConnectBackoff(); // its own backoff grows to two minutes
      call = call.withWaitForReady();
    }
    if (silent.get() == connection) {
      connection++;
      channel.enterIdle(); // the next call opens another; others on this one go on
    }
    Metadata metadata = new Metadata();
    RequestHeaders.of(headers.now(), payload.context())
        .forEach((name, value) -> put(metadata, name, value));
    ClientCall<Payload, byte[]> started = channel.newCall(EXPORT, call);
    started.start(new Answer(started, onResult, connection), metadata);
    started.sendMessage(payload);
    started.halfClose();
    started.request(2); // one for the answer, one to see that it was the only one
  }

  private static void put(Metadata metadata, String name, String value) {
    try {
      metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("header " + name + ": not a gRPC metadata key", e);
    }
  }

  @Override
  public String name() {
    return endpoint.shown();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private final class Answer extends ClientCall.Listener<byte[]> {
    /** What grpc-java says of an answer over the limit, which it does not read. */
    private static final String TOO_LARGE =
        "gRPC message exceeds maximum size " + OtlpResponse.MAX_BYTES + ":";

    private final ClientCall<?, ?> call;
    private final Consumer<SendResult> onResult;
    private final int sentOn;
    private byte @Nullable [] message;
    private boolean answering;

    Answer(ClientCall<?, ?> call, Consumer<SendResult> onResult, int sentOn) {
      this.call = call;
      this.onResult = onResult;
      this.sentOn = sentOn;
    }

    /** Else it has waited for a connection, which may still come about. */
    private boolean wasConnected() {
      return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) != null;
    }

    /** An answer begins; a status alone comes without headers. */
    @Override
    public void onHeaders(Metadata headers) {
      answering = true;
    }

    @Override
    public void onMessage(byte[] response) {
      message = response;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk()) {
        onResult.accept(OtlpResponse.accepted(message == null ? new byte[0] : message));
      } else if (answering && String.valueOf(status.getDescription()).startsWith(TOO_LARGE)) {
        // only success has an answer
        onResult.accept(new SendResult.Accepted(0, "unreadable answer: over 4 MiB"));
      } else {
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED && wasConnected()) {
          silent.accumulateAndGet(sentOn, Math::max);
        }
        onResult.accept(GrpcAnswer.failure(status, trailers));
      }
    }
  }

  private static final class PayloadMarshaller implements MethodDescriptor.Marshaller<Payload> {
    @Override
    public InputStream stream(Payload payload) {
      return new PayloadStream(payload.array(), payload.length());
    }

    @Override
    public Payload parse(InputStream stream) {
      throw new AssertionError("a client reads no requests");
    }
  }

  /** Tells gRPC the length, and writes itself without a copy of its own. */
  private static final class PayloadStream extends ByteArrayInputStream
      implements KnownLength, Drainable {
    PayloadStream(byte[] array, int length) {
      super(array, 0, length);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int drained = available();
      target.write(buf, pos, drained); // transferTo would copy once more
      pos = count;
      return drained;
    }
  }
}
