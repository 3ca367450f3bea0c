package io.ringtail.compress;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: how fast does a request come out of gzip and zstd, and what does Inflater on the arrays
 * save over GZIPInputStream? Input: 512 spans of 808 bytes (413 KB), ids and times random, the rest
 * from a small vocabulary; bodies/s, so MB/s = score × 0.4137. A good answer: gunzip not slower
 * than the stream and without garbage; zstd several times faster.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class CompressBenchmark {
  private static final int SPANS = 512;
  private static final int SPAN_BYTES = 808;
  private static final String[] WORDS = {
    "http.request.method",
    "GET",
    "POST",
    "url.path",
    "/api/v1/cart/items",
    "server.address",
    "checkout.default.svc.cluster.local",
    "db.system.name",
    "postgresql",
    "rpc.service",
    "hipstershop.ProductCatalogService",
    "user_agent.original",
    "Mozilla/5.0 (X11; Linux x86_64)",
    "network.protocol.version",
    "1.1",
    "thread.name",
    "http-nio-8080-exec-"
  };

  private final Decompressor decompressor = new Decompressor();
  private final ByteOutput output = new ByteOutput(0);
  private final byte[] streamed = new byte[SPANS * SPAN_BYTES];
  private byte[] gzip = new byte[0];
  private byte[] zstd = new byte[0];

  @Setup
  public void setup() {
    byte[] body = body();
    try (Compressor compressor = new Compressor()) {
      gzip = compressor.compress(Compression.GZIP, body);
      zstd = compressor.compress(Compression.ZSTD, body);
    }
    System.out.printf("%n%d bytes: gzip %d, zstd %d%n", body.length, gzip.length, zstd.length);
  }

  @Benchmark
  public Decompressed gunzip() {
    return decompressor.decompress(Compression.GZIP, gzip, 0, gzip.length, output, 64 << 20);
  }

  @Benchmark
  public Decompressed unzstd() {
    return decompressor.decompress(Compression.ZSTD, zstd, 0, zstd.length, output, 64 << 20);
  }

  @Benchmark
  public int gzipInputStream() {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip), 8192)) {
      return in.readNBytes(streamed, 0, streamed.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] body() {
    Random random = new Random(42);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] ids = new byte[40];
    for (int span = 1; span <= SPANS; span++) {
      random.nextBytes(ids);
      body.write(ids, 0, ids.length);
      while (body.size() < span * SPAN_BYTES) {
        byte[] word = WORDS[random.nextInt(WORDS.length)].getBytes(StandardCharsets.UTF_8);
        body.write(word, 0, Math.min(word.length, span * SPAN_BYTES - body.size()));
        if (random.nextInt(8) == 0 && body.size() < span * SPAN_BYTES) {
          body.write(random.nextInt());
        }
      }
    }
    return body.toByteArray();
  }
}
