package io.ringtail.it.harness;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * Sends export requests over OTLP/gRPC, a bounded number in flight, and remembers what it was told.
 * Refused requests are not sent again. Threads: one caller; counts may be read at any time.
 */
public final class Sender implements AutoCloseable {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final List<ManagedChannel> channels = new ArrayList<>();
  private Semaphore permits;
  private int inFlight;
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong slowestNanos = new AtomicLong();
  private final Map<String, AtomicLong> refusals = new ConcurrentHashMap<>();
  private final Map<String, String> reasons = new ConcurrentHashMap<>();
  private volatile LongConsumer onAccepted = number -> {};
  private long next;

  /**
   * @param ports where routers listen; requests go to each in turn
   * @param inFlight requests without an answer at most
   */
  public Sender(List<Integer> ports, int inFlight) {
    this.inFlight = inFlight;
    this.permits = new Semaphore(inFlight);
    for (int port : ports) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .directExecutor()
              .build());
    }
  }

  /** From now on so many requests without an answer at most; between two runs only. */
  public void inFlight(int newInFlight) {
    inFlight = newInFlight;
    permits = new Semaphore(newInFlight);
  }

  /** Told the number of each request answered with success, on gRPC's threads. */
  public void onAccepted(LongConsumer listener) {
    onAccepted = listener;
  }

  /**
   * Sends for a while.
   *
   * @param request body by number; numbers go on from call to call
   * @param requestsPerSecond 0 is as fast as answered
   */
  public void run(LongFunction<byte[]> request, long nanos, int requestsPerSecond)
      throws InterruptedException {
    long start = System.nanoTime();
    for (long n = 0; System.nanoTime() - start < nanos; n++) {
      if (requestsPerSecond > 0) {
        long wait = start + n * 1_000_000_000L / requestsPerSecond - System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(Math.max(0, wait));
      }
      permits.acquire();
      send(channels.get((int) (next % channels.size())), next, request.apply(next));
      next++;
    }
    permits.acquire(inFlight);
    permits.release(inFlight);
  }

  private void send(ManagedChannel channel, long number, byte[] body) {
    Semaphore place = permits;
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            OtlpSink.EXPORT, CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS));
    long sent = System.nanoTime();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            slowestNanos.accumulateAndGet(System.nanoTime() - sent, Math::max);
            if (status.isOk()) {
              accepted.incrementAndGet();
              onAccepted.accept(number);
            } else {
              String word = status.getCode() + (trailers.containsKey(DETAILS) ? "+details" : "");
              reasons.putIfAbsent(word, status + causeOf(status));
              refusals.computeIfAbsent(word, w -> new AtomicLong()).incrementAndGet();
            }
            place.release();
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(body);
    call.halfClose();
  }

  /** Requests sent, answered or not. */
  public long sent() {
    return next;
  }

  /** Requests told success. */
  public long accepted() {
    return accepted.get();
  }

  /** Requests refused, by status code, with {@code +details} where the answer carried details. */
  public Map<String, AtomicLong> refusals() {
    return refusals;
  }

  /** What the first request of each of these was told, or why it was told nothing. */
  public Map<String, String> reasons() {
    return reasons;
  }

  private static String causeOf(Status status) {
    return status.getCause() == null ? "" : " " + status.getCause();
  }

  public long refused() {
    return refusals.values().stream().mapToLong(AtomicLong::get).sum();
  }

  public long slowestMillis() {
    return slowestNanos.get() / 1_000_000;
  }

  /** Begins to count refusals and the slowest answer anew; accepted goes on. */
  public void forgetRefusals() {
    refusals.clear();
    reasons.clear();
    slowestNanos.set(0);
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
