package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.ringtail.compress.Compression;
import io.ringtail.compress.Compressor;
import io.ringtail.otlp.MessageBytes;
import io.ringtail.refusal.RefusalMapping;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A gRPC client that sends the bytes it is told, right or wrong. */
final class GrpcClient implements AutoCloseable {
  private static final String METHOD = "opentelemetry.proto.collector.trace.v1.TraceService/Export";

  final ManagedChannel channel;
  final Metadata headers = new Metadata();
  String method = METHOD;
  Compression compression = Compression.NONE;
  int messages = 1;
  boolean halfCloses = true;

  GrpcClient(int port) {
    this(
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .compressorRegistry(compressors())
            .build());
  }

  /** A client on the connection of another. */
  GrpcClient(ManagedChannel channel) {
    this.channel = channel;
  }

  private static CompressorRegistry compressors() {
    CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(new Named("identity"));
    compressors.register(new Named("gzip"));
    compressors.register(new Named("zstd"));
    compressors.register(new Named("snappy"));
    return compressors;
  }

  GrpcClient with(Compression newCompression) {
    compression = newCompression;
    return this;
  }

  Answer send(byte[] plain) throws InterruptedException {
    return start(plain).await();
  }

  PendingAnswer start(byte[] plain) {
    try (Compressor compressor = new Compressor()) {
      return startAs(compression.wireName(), compressor.compress(compression, plain));
    }
  }

  Answer sendAs(String encoding, byte[] body) throws InterruptedException {
    return startAs(encoding, body).await();
  }

  private PendingAnswer startAs(String encoding, byte[] body) {
    MethodDescriptor<byte[], byte[]> descriptor =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(method)
            .setRequestMarshaller(new MessageBytes())
            .setResponseMarshaller(new MessageBytes())
            .build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS);
    if (!encoding.equals("identity")) {
      options = options.withCompression(encoding);
    }
    PendingAnswer answer = new PendingAnswer(channel.newCall(descriptor, options));
    Metadata sent = new Metadata();
    sent.merge(headers);
    answer.call.start(answer, sent);
    answer.call.request(1);
    for (int i = 0; i < messages; i++) {
      answer.call.sendMessage(body);
    }
    if (halfCloses) {
      answer.call.halfClose();
    }
    return answer;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    try {
      assertThat(channel.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static final class PendingAnswer extends ClientCall.Listener<byte[]> {
    final ClientCall<byte[], byte[]> call;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile byte[] response = new byte[0];
    private volatile Status status = Status.UNKNOWN;
    private volatile Metadata trailers = new Metadata();

    PendingAnswer(ClientCall<byte[], byte[]> call) {
      this.call = call;
    }

    @Override
    public void onMessage(byte[] message) {
      response = message;
    }

    @Override
    public void onClose(Status newStatus, Metadata newTrailers) {
      status = newStatus;
      trailers = newTrailers;
      closed.countDown();
    }

    Answer await() throws InterruptedException {
      assertThat(closed.await(90, TimeUnit.SECONDS)).isTrue();
      try {
        return new Answer(status, trailers, ExportTraceServiceResponse.parseFrom(response));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  record Answer(Status status, Metadata trailers, ExportTraceServiceResponse response) {
    List<Any> details() throws IOException {
      byte[] bytes = trailers.get(RefusalMapping.DETAILS_KEY);
      return bytes == null ? List.of() : com.google.rpc.Status.parseFrom(bytes).getDetailsList();
    }

    <T extends Message> T detail(Class<T> type) throws IOException {
      assertThat(details()).hasSize(1);
      return details().get(0).unpack(type);
    }
  }

  /** Sends bytes already compressed, under a name. */
  private record Named(String name) implements io.grpc.Compressor {
    @Override
    public String getMessageEncoding() {
      return name;
    }

    @Override
    public OutputStream compress(OutputStream out) {
      return out;
    }
  }
}
