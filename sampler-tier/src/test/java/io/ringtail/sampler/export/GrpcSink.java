package io.ringtail.sampler.export;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.awaitility.Awaitility;

/** An OTLP/gRPC backend whose answers the test decides. */
final class GrpcSink extends TraceServiceGrpc.TraceServiceImplBase implements AutoCloseable {
  /** Answers one request. */
  interface Behaviour
      extends BiConsumer<ExportTraceServiceRequest, StreamObserver<ExportTraceServiceResponse>> {}

  static final Behaviour ACCEPT =
      (request, out) -> {
        out.onNext(ExportTraceServiceResponse.getDefaultInstance());
        out.onCompleted();
      };
  static final Behaviour HANG = (request, out) -> {};

  static Behaviour fail(Status status) {
    return (request, out) -> out.onError(status.asRuntimeException());
  }

  final List<ExportTraceServiceRequest> requests = new CopyOnWriteArrayList<>();
  final List<Metadata> headers = new CopyOnWriteArrayList<>();
  volatile Behaviour behaviour = ACCEPT;
  private final Server server;

  /**
   * @param port 0 for any
   */
  GrpcSink(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(this)
            .intercept(new HeaderRecorder())
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  @Override
  public void export(
      ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> out) {
    requests.add(request);
    behaviour.accept(request, out);
  }

  @Override
  public void close() {
    server.shutdownNow();
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(server::isTerminated);
  }

  private final class HeaderRecorder implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
      headers.add(metadata);
      return next.startCall(call, metadata);
    }
  }
}
