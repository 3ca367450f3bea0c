package io.ringtail.it.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * Sends pre-encoded requests of 512 spans: {@code GeneratorMain PORT SPAN_BYTES none|gzip
 * SPANS_PER_SECOND WARMUP_SECONDS WINDOW_SECONDS WINDOWS}; 4 connections, 8 requests in flight
 * each; rate 0 is as fast as answered. At a fixed rate latency counts from the intended send time.
 * Prints {@code measuring} when the warm-up is over and one line {@code result …} at the end of
 * each window. Refused requests are counted and not sent again. Gzip bodies are compressed
 * beforehand.
 */
public final class GeneratorMain {
  private static final int CONNECTIONS = 4;
  private static final int IN_FLIGHT = 8;
  private static final int GZIP_BODIES = 2000;
  private static final int BODIES = 64;

  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final Histogram answers = new SynchronizedHistogram(60_000_000_000L, 3);
  private final List<Semaphore> permits = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final boolean gzip;
  private final RequestBodies bodies;
  private final byte[][] compressed;

  private GeneratorMain(String[] args) {
    int port = Integer.parseInt(args[0]);
    int spanBytes = Integer.parseInt(args[1]);
    gzip = args[2].equals("gzip");
    bodies = new RequestBodies(BODIES, spanBytes, spanBytes > 600 ? 1500 : 300, 7);
    compressed = gzip ? compress() : new byte[0][];
    for (int i = 0; i < CONNECTIONS; i++) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .directExecutor()
              .compressorRegistry(precompressed())
              .build());
      permits.add(new Semaphore(IN_FLIGHT));
    }
  }

  public static void main(String[] args) throws InterruptedException {
    GeneratorMain generator = new GeneratorMain(args);
    generator.run(
        Long.parseLong(args[3]),
        Long.parseLong(args[4]) * 1_000_000_000L,
        Long.parseLong(args[5]) * 1_000_000_000L,
        Integer.parseInt(args[6]));
    System.exit(0);
  }

  private byte[][] compress() {
    byte[][] out = new byte[GZIP_BODIES][];
    for (int i = 0; i < out.length; i++) {
      out[i] = RequestBodies.gzip(bodies.request(i));
    }
    return out;
  }

  private void run(long spansPerSecond, long warmupNanos, long windowNanos, int windows)
      throws InterruptedException {
    long start = System.nanoTime();
    long interval = spansPerSecond == 0 ? 0 : RequestBodies.SPANS * 1_000_000_000L / spansPerSecond;
    long boundary = start + warmupNanos;
    int window = -1;
    for (long n = 0; window < windows; n++) {
      long intended = interval == 0 ? 0 : start + n * interval;
      awaitTime(intended);
      if (System.nanoTime() >= boundary) {
        System.out.println(window < 0 ? "measuring" : result(windowNanos / 1e9));
        accepted.set(0);
        refused.set(0);
        answers.reset();
        boundary += windowNanos;
        window++;
      }
      int connection = (int) (n % CONNECTIONS);
      permits.get(connection).acquire();
      send(connection, body(n), interval == 0 ? System.nanoTime() : intended);
    }
    for (Semaphore each : permits) {
      each.tryAcquire(IN_FLIGHT, 10, TimeUnit.SECONDS);
    }
  }

  private String result(double seconds) {
    return String.format(
        "result spans=%d refused=%d spans_per_s=%.0f p50_ms=%.2f p99_ms=%.2f max_ms=%.2f",
        accepted.get() * RequestBodies.SPANS,
        refused.get() * RequestBodies.SPANS,
        accepted.get() * RequestBodies.SPANS / seconds,
        answers.getValueAtPercentile(50) / 1e6,
        answers.getValueAtPercentile(99) / 1e6,
        answers.getMaxValue() / 1e6);
  }

  /** Says gzip and passes bytes through: the bodies are compressed already. */
  private static CompressorRegistry precompressed() {
    CompressorRegistry registry = CompressorRegistry.newEmptyInstance();
    registry.register(Codec.Identity.NONE);
    registry.register(
        new Compressor() {
          @Override
          public String getMessageEncoding() {
            return "gzip";
          }

          @Override
          public OutputStream compress(OutputStream out) {
            return out;
          }
        });
    return registry;
  }

  private byte[] body(long n) {
    return gzip ? compressed[(int) (n % compressed.length)] : bodies.request(n);
  }

  private static void awaitTime(long nanoTime) {
    for (long left = nanoTime - System.nanoTime();
        nanoTime != 0 && left > 0;
        left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void send(int connection, byte[] body, long from) {
    ClientCall<byte[], byte[]> call =
        channels
            .get(connection)
            .newCall(
                OtlpSink.EXPORT,
                gzip ? CallOptions.DEFAULT.withCompression("gzip") : CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            if (status.isOk()) {
              accepted.incrementAndGet();
              answers.recordValue(Math.min(System.nanoTime() - from, 60_000_000_000L));
            } else {
              refused.incrementAndGet();
              LockSupport.parkNanos(1_000_000);
            }
            permits.get(connection).release();
          }
        },
        new Metadata());
    call.setMessageCompression(gzip);
    call.request(1);
    call.sendMessage(body);
    call.halfClose();
  }
}
