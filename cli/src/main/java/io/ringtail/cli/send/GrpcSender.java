package io.ringtail.cli.send;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.ringtail.cli.send.Answer.Accepted;
import io.ringtail.cli.send.Answer.NoAnswer;
import io.ringtail.cli.send.Answer.Refused;
import io.ringtail.compress.Compression;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.MessageBytes;
import io.ringtail.otlp.json.ExportResponse;
import io.ringtail.otlp.json.RpcStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * OTLP/gRPC with bodies as bytes: no message objects. Codes that may be retried are those of the
 * OTLP specification 1.11.0, "OTLP/gRPC Response".
 */
final class GrpcSender implements Sender {
  private static final MethodDescriptor<byte[], byte[]> EXPORT =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("opentelemetry.proto.collector.trace.v1.TraceService/Export")
          .setRequestMarshaller(new MessageBytes())
          .setResponseMarshaller(new MessageBytes())
          .build();
  private static final Metadata.Key<byte[]> STATUS_DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** What Netty says of an answer that does not begin as one of HTTP/2, such as HTTP/1.1. */
  private static final String NOT_HTTP2 = "First received frame was not SETTINGS";

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final CallOptions options;
  private final Duration timeout;

  GrpcSender(InetSocketAddress endpoint, Transport transport) {
    Metadata headers = new Metadata();
    transport
        .headers()
        .forEach(
            (name, value) ->
                headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(new Codec.Gzip());
    compressors.register(new Zstd());
    for (int i = 0; i < transport.connections(); i++) {
      channels.add(
          NettyChannelBuilder.forAddress(endpoint.getHostString(), endpoint.getPort())
              .usePlaintext()
              .disableRetry()
              .directExecutor()
              .userAgent(Transport.USER_AGENT)
              .compressorRegistry(compressors)
              .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
              .build());
    }
    options =
        transport.compression() == Compression.NONE
            ? CallOptions.DEFAULT
            : CallOptions.DEFAULT.withCompression(transport.compression().wireName());
    timeout = transport.timeout();
  }

  @Override
  public byte[] encode(byte[] message) {
    return message;
  }

  @Override
  public void send(byte[] body, Consumer<Answer> whenAnswered) {
    ManagedChannel channel = channels.get(Math.floorMod(next.getAndIncrement(), channels.size()));
    ClientCall<byte[], byte[]> call =
        channel.newCall(EXPORT, options.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS));
    ClientCalls.asyncUnaryCall(call, body, new Waiting(channel, whenAnswered));
  }

  /** Gives the answer when the call has closed. */
  private record Waiting(ManagedChannel channel, Consumer<Answer> whenAnswered, byte[][] response)
      implements StreamObserver<byte[]> {
    Waiting(ManagedChannel channel, Consumer<Answer> whenAnswered) {
      this(channel, whenAnswered, new byte[1][]);
    }

    @Override
    public void onNext(byte[] message) {
      response[0] = message;
    }

    @Override
    public void onCompleted() {
      whenAnswered.accept(accepted(response[0]));
    }

    @Override
    public void onError(Throwable t) {
      // retries are paced here, not by the channel's own backoff of up to two minutes
      channel.resetConnectBackoff();
      whenAnswered.accept(failed(Status.fromThrowable(t), Status.trailersFromThrowable(t)));
    }
  }

  private static Answer accepted(byte[] response) {
    try {
      ExportResponse read = ExportResponse.ofProtobuf(response);
      return new Accepted(read.rejectedSpans(), read.message());
    } catch (MalformedWireException e) {
      return new Refused("unreadable response: " + e.getMessage(), false, null);
    }
  }

  static Answer failed(Status status, @Nullable Metadata trailers) {
    String reason = status.getCode() + describe(status);
    if (status.getCause() != null) {
      return new NoAnswer(reason, connected(status.getCause()) && !isNotHttp2(status.getCause()));
    }
    Duration retryAfter = retryAfter(trailers);
    return switch (status.getCode()) {
      // without details it may be the client's own deadline, which says nothing of the endpoint
      case DEADLINE_EXCEEDED ->
          hasDetails(trailers)
              ? new Refused(reason, true, retryAfter)
              : new NoAnswer(reason, false);
      case CANCELLED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS ->
          new Refused(reason, true, retryAfter);
      case RESOURCE_EXHAUSTED -> new Refused(reason, retryAfter != null, retryAfter);
      default -> new Refused(reason, false, null);
    };
  }

  private static String describe(Status status) {
    String description = status.getDescription() == null ? "" : ": " + status.getDescription();
    Throwable cause = status.getCause();
    if (cause != null && isNotHttp2(cause)) {
      return ": the answer is no HTTP/2: is this a port for HTTP?"
          + " (routers have 4317 for gRPC by default)";
    }
    return cause == null ? description : description + " (" + cause.getMessage() + ")";
  }

  private static boolean isNotHttp2(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains(NOT_HTTP2);
  }

  private static boolean connected(Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof ConnectException || t instanceof UnknownHostException) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasDetails(@Nullable Metadata trailers) {
    return trailers != null && trailers.containsKey(STATUS_DETAILS);
  }

  private static @Nullable Duration retryAfter(@Nullable Metadata trailers) {
    byte[] details = trailers == null ? null : trailers.get(STATUS_DETAILS);
    try {
      return details == null ? null : RpcStatus.ofProtobuf(details).retryDelay();
    } catch (MalformedWireException e) {
      return null;
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private static final class Zstd implements Codec {
    @Override
    public String getMessageEncoding() {
      return Compression.ZSTD.wireName();
    }

    @Override
    public OutputStream compress(OutputStream out) throws IOException {
      return new ZstdOutputStream(out);
    }

    @Override
    public InputStream decompress(InputStream in) throws IOException {
      return new ZstdInputStream(in);
    }
  }
}
