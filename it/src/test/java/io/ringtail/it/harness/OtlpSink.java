package io.ringtail.it.harness;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.MessageBytes;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.trace.TraceId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An OTLP/gRPC backend on loopback that counts what arrives and, if asked, keeps the bytes of every
 * span by trace. It can be slow or refuse. Threads: gRPC's; the views may be read at any time.
 */
public final class OtlpSink implements AutoCloseable {
  /** TraceService/Export with bodies as bytes. */
  public static final MethodDescriptor<byte[], byte[]> EXPORT =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("opentelemetry.proto.collector.trace.v1.TraceService/Export")
          .setRequestMarshaller(new MessageBytes())
          .setResponseMarshaller(new MessageBytes())
          .build();

  private static final OnRequest NOTHING = body -> {};

  private final Server server;
  private final @Nullable OnSpan onSpan;
  private final OnRequest onRequest;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong spans = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final Map<TraceId, List<byte[]>> traces = new ConcurrentHashMap<>();
  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private volatile Duration delay = Duration.ZERO;
  private volatile long bytesPerSecond;
  private long busyUntilNanos = System.nanoTime();
  private volatile Status refusal = Status.OK;

  /** Told of each span as it arrives, on gRPC's threads. */
  public interface OnSpan {
    /** An encoded span, from {@code start} to {@code end} of the request's body. */
    void onSpan(byte[] body, int start, int end) throws MalformedWireException;
  }

  /** Told of each request as it arrives, on gRPC's threads. */
  public interface OnRequest {
    /**
     * @param body an encoded ExportTraceServiceRequest, the receiver's
     */
    void onRequest(byte[] body) throws IOException;
  }

  private OtlpSink(
      InetAddress host, int port, @Nullable OnSpan tell, boolean keep, OnRequest onRequest)
      throws IOException {
    this.onSpan = keep ? this::keep : tell;
    this.onRequest = onRequest;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
            .directExecutor()
            .maxInboundMessageSize(80 << 20)
            .addService(
                ServerServiceDefinition.builder(EXPORT.getServiceName())
                    .addMethod(EXPORT, (call, headers) -> listen(call))
                    .build())
            .build()
            .start();
  }

  /** A sink that only counts requests, spans and bytes. */
  public static OtlpSink counting(int port) throws IOException {
    return new OtlpSink(InetAddress.getLoopbackAddress(), port, null, false, NOTHING);
  }

  /** A sink that keeps every span's bytes. */
  public static OtlpSink keeping(int port) throws IOException {
    return new OtlpSink(InetAddress.getLoopbackAddress(), port, null, true, NOTHING);
  }

  /** A sink that tells of every span. */
  public static OtlpSink telling(String host, OnSpan tell) throws IOException {
    return new OtlpSink(InetAddress.getByName(host), 0, tell, false, NOTHING);
  }

  /** A sink that tells of every span and of every request. */
  public static OtlpSink telling(String host, OnSpan tell, OnRequest tellAlso) throws IOException {
    return new OtlpSink(InetAddress.getByName(host), 0, tell, false, tellAlso);
  }

  /** A sink that tells of every request. */
  public static OtlpSink receiving(OnRequest tell) throws IOException {
    return new OtlpSink(InetAddress.getLoopbackAddress(), 0, null, false, tell);
  }

  public int port() {
    return server.getPort();
  }

  /** Answers each request this much later from now on. */
  public void delay(Duration newDelay) {
    delay = newDelay;
  }

  /** Takes no more than so many bytes a second from now on, one request after the other; 0: all. */
  public void takeAtMost(long newBytesPerSecond) {
    bytesPerSecond = newBytesPerSecond;
  }

  /** Refuses each request with this status from now on; {@link Status#OK} accepts again. */
  public void refuse(Status newRefusal) {
    refusal = newRefusal;
  }

  public long requests() {
    return requests.get();
  }

  public long spans() {
    return spans.get();
  }

  public long bytes() {
    return bytes.get();
  }

  /** Encoded spans by trace, as they arrived. */
  public Map<TraceId, List<byte[]>> traces() {
    return traces;
  }

  private ServerCall.Listener<byte[]> listen(ServerCall<byte[], byte[]> call) {
    call.request(2);
    return new ServerCall.Listener<>() {
      private byte[] body = new byte[0];

      @Override
      public void onMessage(byte[] message) {
        body = message;
      }

      @Override
      public void onHalfClose() {
        long wait = delay.toNanos() + turnNanos(body.length);
        if (wait == 0) {
          answer(call, body);
        } else {
          later.schedule(() -> answer(call, body), wait, TimeUnit.NANOSECONDS);
        }
      }
    };
  }

  /** How long until a request has had its turn. */
  private synchronized long turnNanos(int size) {
    long rate = bytesPerSecond;
    if (rate == 0) {
      return 0;
    }
    long now = System.nanoTime();
    busyUntilNanos = Math.max(now, busyUntilNanos) + size * 1_000_000_000L / rate;
    return busyUntilNanos - now;
  }

  private void answer(ServerCall<byte[], byte[]> call, byte[] body) {
    Status refused = refusal;
    if (!refused.isOk()) {
      call.close(refused, new Metadata());
      return;
    }
    try {
      take(body);
      onRequest.onRequest(body);
    } catch (MalformedWireException | IOException e) {
      call.close(Status.INVALID_ARGUMENT.withDescription(e.getMessage()), new Metadata());
      return;
    }
    call.sendHeaders(new Metadata());
    call.sendMessage(new byte[0]);
    call.close(Status.OK, new Metadata());
  }

  private void take(byte[] body) throws MalformedWireException {
    long taken = 0;
    WireReader request = new WireReader().reset(body, 0, body.length);
    while (request.next()) {
      if (request.tag() != Otlp.REQUEST_RESOURCE_SPANS) {
        request.skip();
        continue;
      }
      int end = request.readLength() + request.position();
      taken += takeResource(body, request.position(), end);
      request.position(end);
    }
    requests.incrementAndGet();
    spans.addAndGet(taken);
    bytes.addAndGet(body.length);
  }

  private long takeResource(byte[] body, int start, int end) throws MalformedWireException {
    long taken = 0;
    WireReader resource = new WireReader().reset(body, start, end);
    while (resource.next()) {
      if (resource.tag() != Otlp.RESOURCE_SPANS_SCOPE_SPANS) {
        resource.skip();
        continue;
      }
      int scopeEnd = resource.readLength() + resource.position();
      WireReader scope = new WireReader().reset(body, resource.position(), scopeEnd);
      while (scope.next()) {
        if (scope.tag() != Otlp.SCOPE_SPANS_SPANS) {
          scope.skip();
          continue;
        }
        int spanEnd = scope.readLength() + scope.position();
        if (onSpan != null) {
          onSpan.onSpan(body, scope.position(), spanEnd);
        }
        taken++;
        scope.position(spanEnd);
      }
      resource.position(scopeEnd);
    }
    return taken;
  }

  private void keep(byte[] body, int start, int end) throws MalformedWireException {
    traces
        .computeIfAbsent(traceId(body, start, end), id -> new CopyOnWriteArrayList<>())
        .add(Arrays.copyOfRange(body, start, end));
  }

  /** The trace ID of an encoded span. */
  public static TraceId traceId(byte[] array, int start, int end) throws MalformedWireException {
    WireReader span = new WireReader().reset(array, start, end);
    while (span.next()) {
      if (span.tag() == Otlp.SPAN_TRACE_ID && span.readLength() == 16) {
        return new TraceId(
            WireReader.longBigEndian(array, span.position()),
            WireReader.longBigEndian(array, span.position() + 8));
      }
      span.skip();
    }
    throw new MalformedWireException("span without a trace ID");
  }

  @Override
  public void close() {
    server.shutdownNow();
    later.shutdownNow();
  }
}
