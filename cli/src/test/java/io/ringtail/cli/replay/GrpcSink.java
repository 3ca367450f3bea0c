package io.ringtail.cli.replay;

import com.github.luben.zstd.ZstdInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.ringtail.otlp.json.ExportResponse;
import io.ringtail.otlp.json.RpcStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes requests over gRPC, after the refusals given. */
final class GrpcSink extends TraceServiceGrpc.TraceServiceImplBase
    implements ServerInterceptor, AutoCloseable {
  /** Headers that tests ask for, of each request. */
  final List<String> received = Collections.synchronizedList(new ArrayList<>());

  final List<Status> refusals = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger spans = new AtomicInteger();
  volatile int rejected;
  private final Server server;

  GrpcSink() throws IOException {
    DecompressorRegistry encodings = DecompressorRegistry.getDefaultInstance();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(this)
            .intercept(this)
            .decompressorRegistry(encodings.with(new ZstdCodec(), true))
            .directExecutor()
            .build()
            .start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    received.add(header(headers, "x-scope-orgid") + " " + header(headers, "grpc-encoding"));
    return next.startCall(call, headers);
  }

  private static String header(Metadata headers, String name) {
    return String.valueOf(headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
  }

  @Override
  public void export(
      ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> answer) {
    if (!refusals.isEmpty()) {
      answer.onError(refusal(refusals.remove(0)));
      return;
    }
    request.getResourceSpansList().stream()
        .flatMap(r -> r.getScopeSpansList().stream())
        .forEach(s -> spans.addAndGet(s.getSpansCount()));
    try {
      answer.onNext(
          ExportTraceServiceResponse.parseFrom(new ExportResponse(rejected, "").toProtobuf()));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    answer.onCompleted();
  }

  private static StatusRuntimeException refusal(Status status) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new RpcStatus(status.getCode().value(), "", Duration.ofMillis(1)).toProtobuf());
    return status.asRuntimeException(trailers);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static final class ZstdCodec implements Decompressor {
    @Override
    public String getMessageEncoding() {
      return "zstd";
    }

    @Override
    public InputStream decompress(InputStream in) throws IOException {
      return new ZstdInputStream(in);
    }
  }
}
