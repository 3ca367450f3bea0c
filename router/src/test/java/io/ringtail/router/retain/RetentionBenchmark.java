package io.ringtail.router.retain;

import com.github.luben.zstd.Zstd;
import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Header;
import io.ringtail.link.Mark;
import io.ringtail.link.RouterWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.SampleRequests;
import io.ringtail.rules.Rules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does it cost a span to be in the log, from its acceptance until it is forgotten,
 * and would compression or a mapped file be cheaper? The figure is ns a span, which is ms of CPU a
 * million spans.
 *
 * <p>Input: a request of 512 spans cut for {@code owners} samplers, again and again; {@code
 * keptMiB} are kept before the oldest go, so that memory is cold when it is written.
 *
 * <p>A good answer: {@code splitAndLog} at most twice {@code splitOnly}, and nothing on the Java
 * heap a span.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xmx1g",
      "-XX:MaxDirectMemorySize=2g",
      "-Dio.netty.allocator.useCacheForAllThreads=true"
    })
public class RetentionBenchmark implements RetentionLog.Effects {
  private static final int SPANS = 512;
  private static final SamplerKey RECEIVER = new SamplerKey("s0", 100);

  @Param({"256"})
  int keptMiB;

  @Param({"470"})
  int spanBytes;

  @Param({"3", "16"})
  int owners;

  private byte[] request = new byte[0];
  private byte[] compressed = new byte[0];
  private BatchSplitter splitter =
      new BatchSplitter(HeaderTable.ofDefaultSize(), PooledByteBufAllocator.DEFAULT);
  private RoutingTable table = Tables.of(1);
  private RetentionLog log = log(this);
  private Segments direct = new Segments(1 << 16, Long.MAX_VALUE, ByteBuffer::allocateDirect);
  private Segments mapped = direct;
  private long[] runs = new long[1];
  private long[] lengths = new long[1];
  private int nextRun;
  private long seq;
  private long keptParts;
  private @Nullable Path file;
  private @Nullable FileChannel channel;

  private static RetentionLog log(RetentionLog.Effects effects) {
    return new RetentionLog(
        new RetentionConfig(1L << 30, WhenFull.FORGET, Duration.ZERO),
        new Metrics(),
        PooledByteBufAllocator.DEFAULT,
        effects,
        Rules.ALL);
  }

  @Setup
  public void makeInput() throws IOException {
    table = Tables.of(owners);
    request = SampleRequests.of(new Random(3), SPANS, spanBytes);
    compressed = new byte[(int) Zstd.compressBound(request.length)];
    log = log(this);
    log.onEpoch(table, true, null, 0);
    direct = new Segments(4 << 20, Long.MAX_VALUE, ByteBuffer::allocateDirect);
    Path path = Files.createTempFile("ringtail-log", "");
    file = path;
    FileChannel opened = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel = opened;
    mapped = new Segments(4 << 20, Long.MAX_VALUE, bytes -> map(opened, bytes));
    int count = (int) ((long) keptMiB << 20) / request.length;
    keptParts = (long) count * owners;
    runs = new long[count];
    lengths = new long[count];
  }

  private static ByteBuffer map(FileChannel to, int bytes) {
    try {
      return to.map(MapMode.READ_WRITE, to.size(), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @TearDown
  public void close() throws IOException {
    if (channel != null && file != null) {
      channel.close();
      Files.delete(file);
    }
  }

  /** What every router does: the part's buffer goes back once its owner has accepted it. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long splitOnly() throws MalformedWireException {
    List<Part> parts = split();
    parts.forEach(Part::release);
    return parts.size();
  }

  /** The same with the parts in the log, until the mark passes them. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long splitAndLog() throws MalformedWireException {
    List<Part> parts = split();
    for (Part part : parts) {
      log.accepted(
          part, ++seq, table.order(), RECEIVER, new LogFixture.Request(null, new Claim()), seq);
    }
    log.heard(RECEIVER, List.of(), new Mark(Math.max(0, seq - keptParts), EpochOrder.NONE));
    log.work(seq, Long.MAX_VALUE);
    return seq;
  }

  private List<Part> split() throws MalformedWireException {
    return splitter.split(request, 0, request.length, Header.EMPTY, table).parts();
  }

  /** One copy off the heap, as the log does it. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long copy() {
    return keep(direct, request, request.length);
  }

  /** One copy into a file in memory; what the kernel writes back is not in the figure. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long copyToMappedFile() {
    return keep(mapped, request, request.length);
  }

  /** Compressed at zstd's fastest level, then one copy. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long compress() {
    long size =
        Zstd.compressByteArray(
            compressed,
            0,
            compressed.length,
            request,
            0,
            request.length,
            Zstd.minCompressionLevel());
    return keep(direct, compressed, (int) size);
  }

  /** At level 1. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public long compressAtLevel1() {
    long size =
        Zstd.compressByteArray(compressed, 0, compressed.length, request, 0, request.length, 1);
    return keep(direct, compressed, (int) size);
  }

  private long keep(Segments in, byte[] bytes, int length) {
    nextRun = (nextRun + 1) % runs.length;
    if (lengths[nextRun] > 0) {
      in.free(runs[nextRun], (int) lengths[nextRun]);
    }
    lengths[nextRun] = length;
    if (!in.reserve(length)) {
      throw new IllegalStateException("no memory");
    }
    runs[nextRun] = in.append(bytes, 0, length);
    return runs[nextRun];
  }

  @Override
  public void say(SamplerKey to, RouterWord word) {}

  @Override
  public void send(Piece piece, Part part) {
    part.release();
  }
}
