package io.ringtail.router.split;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.link.Header;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.route.Tables;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does cutting a request by owner cost a span, beside decoding it with
 * protobuf-java, regrouping and encoding again, and beside merely copying its bytes?
 *
 * <p>Input: {@code inputMiB} of distinct requests of 512 spans with random IDs over 8 resources,
 * cycled, so that nothing is in a cache when its turn comes.
 *
 * <p>A good answer: {@code split} at least 20 times as fast as {@code protobuf}, within about twice
 * {@code copy}, and with allocation per span well below one object ({@code -prof gc}). The heap
 * needs room for the input: {@code -jvmArgs -Xmx2g} for 1 GiB. Buffers come from thread caches, as
 * on event loops.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Dio.netty.allocator.useCacheForAllThreads=true")
public class SplitBenchmark {
  private static final int SPANS = 512;
  private static final int RESOURCES = 8;
  private static final byte[] SAME_LENGTH = new byte[16];

  @Param({"1024"})
  int inputMiB;

  @Param({"470", "808"})
  int spanBytes;

  @Param({"300", "1500"})
  int resourceBytes;

  @Param({"3", "16", "50"})
  int owners;

  private final HeaderTable headers = HeaderTable.ofDefaultSize();
  private final BatchSplitter splitter = new BatchSplitter(headers, PooledByteBufAllocator.DEFAULT);
  private RoutingTable table = Tables.of(1);
  private byte[][] requests = new byte[0][];
  private int next;

  /** Makes one request with protobuf, then many that differ in their IDs. */
  @Setup
  public void makeInput() {
    table = Tables.of(owners);
    Random random = new Random(8);
    byte[] model =
        Requests.request(random, SPANS, spanBytes, RESOURCES, resourceBytes).toByteArray();
    int[] ids = traceIdOffsets(model);
    requests = new byte[(int) ((long) inputMiB * (1 << 20) / model.length)][];
    for (int i = 0; i < requests.length; i++) {
      requests[i] = model.clone();
      for (int at : ids) {
        random.nextBytes(SAME_LENGTH);
        System.arraycopy(SAME_LENGTH, 0, requests[i], at, SAME_LENGTH.length);
      }
    }
  }

  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long split() throws MalformedWireException {
    byte[] body = nextRequest();
    Split split = splitter.split(body, 0, body.length, Header.EMPTY, table);
    for (int i = 0; i < split.parts().size(); i++) {
      split.parts().get(i).release();
    }
    return split.spanCount();
  }

  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long copy() {
    byte[] body = nextRequest();
    ByteBuf copy = PooledByteBufAllocator.DEFAULT.heapBuffer(body.length, body.length);
    copy.writeBytes(body);
    long last = copy.getByte(body.length - 1);
    copy.release();
    return last;
  }

  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long protobuf() throws InvalidProtocolBufferException {
    byte[] body = nextRequest();
    List<ExportTraceServiceRequest.Builder> parts = new ArrayList<>();
    for (int i = 0; i < owners; i++) {
      parts.add(ExportTraceServiceRequest.newBuilder());
    }
    for (ResourceSpans resource :
        ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        regroup(resource, scope, parts);
      }
    }
    long bytes = 0;
    for (ExportTraceServiceRequest.Builder part : parts) {
      bytes += part.build().toByteArray().length;
    }
    return bytes;
  }

  private void regroup(
      ResourceSpans resource, ScopeSpans scope, List<ExportTraceServiceRequest.Builder> parts) {
    ScopeSpans.Builder[] byOwner = new ScopeSpans.Builder[owners];
    for (Span span : scope.getSpansList()) {
      byte[] id = span.getTraceId().toByteArray();
      int owner =
          table.ownerIndex(
              TraceHash.slot(WireReader.longBigEndian(id, 0), WireReader.longBigEndian(id, 8)));
      if (byOwner[owner] == null) {
        byOwner[owner] = scope.toBuilder().clearSpans();
      }
      byOwner[owner].addSpans(span);
    }
    for (int owner = 0; owner < owners; owner++) {
      if (byOwner[owner] != null) {
        parts
            .get(owner)
            .addResourceSpans(resource.toBuilder().clearScopeSpans().addScopeSpans(byOwner[owner]));
      }
    }
  }

  private byte[] nextRequest() {
    byte[] body = requests[next];
    next = next + 1 == requests.length ? 0 : next + 1;
    return body;
  }

  private static int[] traceIdOffsets(byte[] model) {
    List<Integer> offsets = new ArrayList<>();
    try {
      WireReader request = new WireReader().reset(model, 0, model.length);
      while (request.next()) {
        WireReader resource = request.enter();
        while (resource.next()) {
          if (resource.field() == 2) {
            spanOffsets(resource.enter(), offsets);
          } else {
            resource.skip();
          }
        }
      }
    } catch (MalformedWireException e) {
      throw new AssertionError(e);
    }
    return offsets.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void spanOffsets(WireReader scope, List<Integer> offsets)
      throws MalformedWireException {
    while (scope.next()) {
      if (scope.field() == 2) {
        WireReader span = scope.enter();
        span.next();
        span.readLength();
        offsets.add(span.position()); // protobuf writes the trace ID first
      } else {
        scope.skip();
      }
    }
  }
}
