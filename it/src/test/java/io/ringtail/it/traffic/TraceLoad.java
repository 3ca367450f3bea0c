package io.ringtail.it.traffic;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.it.harness.OtlpSink;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * A steady load of traces of 2 to 60 spans spread over 0.1 to 4 s and over all routers, half of
 * them with one error span at a random place. Sends as an SDK behind a load balancer would: a
 * request not answered within 10 s or refused retryably goes again, to any router, for up to two
 * minutes. Latencies are those of each attempt.
 *
 * <p>Threads: its own; {@link #routers} and the views may be used from any.
 */
public final class TraceLoad implements AutoCloseable {
  private static final int TICK_MILLIS = 20;
  private static final int HORIZON = 4_200 / TICK_MILLIS;
  private static final int MEAN_SPANS = 31;
  private static final long DEADLINE_SECONDS = 10;
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final int FIRST_PAUSE_MILLIS = 200;
  private static final int LONGEST_PAUSE_MILLIS = 3_200;

  /** What a router says that has not looked at a request. */
  private static final List<String> UNTOUCHED =
      List.of("no epoch", "no active samplers", "does not name this router");

  private static final Pattern DIGITS = Pattern.compile("[0-9.]+");
  private static final ByteString NAME = ByteString.copyFromUtf8("GET /api/v1/orders/{id}");
  private static final Resource RESOURCE =
      Resource.newBuilder().addAttributes(text("service.name", "checkout")).build();

  private final SplittableRandom random;
  private final double tracesPerTick;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
  private final Queue<SentTrace> traces = new ConcurrentLinkedQueue<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger inRetry = new AtomicInteger();
  private final AtomicLong acceptedSpans = new AtomicLong();
  private final AtomicLong retries = new AtomicLong();
  private final AtomicLong givenUp = new AtomicLong();
  private final Map<String, AtomicLong> refusals = new ConcurrentHashMap<>();
  private final Queue<Integer> latencyMillis = new ConcurrentLinkedQueue<>();
  private final List<List<SpanRef>> wheel = new ArrayList<>();
  private volatile List<String> routers = List.of();
  private volatile boolean begins = true;
  private long startNanos;
  private volatile long endNanos;
  private volatile long ticksDone;
  private long tick;
  private double owed;

  private record SpanRef(SentTrace trace, int span) {}

  private record Batch(byte[] body, List<SpanRef> spans, long intendedNanos, int attempt) {
    Batch again() {
      return new Batch(body, spans, intendedNanos, attempt + 1);
    }
  }

  public TraceLoad(int spansPerSecond, long seed) {
    this.random = new SplittableRandom(seed);
    this.tracesPerTick = spansPerSecond * TICK_MILLIS / 1000.0 / MEAN_SPANS;
    for (int i = 0; i < HORIZON; i++) {
      wheel.add(new ArrayList<>());
    }
  }

  /** Where requests go from now on, each to any of them. */
  public void routers(List<String> addresses) {
    routers = List.copyOf(addresses);
  }

  /** Begins to send, unless it has. */
  public void start() {
    if (startNanos != 0) {
      return;
    }
    startNanos = System.nanoTime();
    var unused = thread.scheduleAtFixedRate(this::catchUp, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void catchUp() {
    long due = (System.nanoTime() - startNanos) / (TICK_MILLIS * 1_000_000L);
    while (tick < due) {
      beginTraces();
      sendDue(startNanos + tick * TICK_MILLIS * 1_000_000L);
      tick++;
      ticksDone = tick;
    }
  }

  private void beginTraces() {
    if (!begins) {
      return;
    }
    for (owed += tracesPerTick; owed >= 1; owed--) {
      int spans = random.nextInt(2, 61);
      int error = random.nextBoolean() ? random.nextInt(spans) : SentTrace.NO_ERROR;
      SentTrace trace = new SentTrace(random.nextLong(), random.nextLong() | 1, spans, error);
      int last = random.nextInt(100, 4_000) / TICK_MILLIS;
      traces.add(trace);
      for (int i = 0; i < spans; i++) {
        int at = i == 0 ? 0 : random.nextInt(last + 1);
        wheel.get((int) ((tick + at) % HORIZON)).add(new SpanRef(trace, i));
      }
    }
  }

  private void sendDue(long intendedNanos) {
    List<SpanRef> due = wheel.set((int) (tick % HORIZON), new ArrayList<>());
    List<String> addresses = routers;
    Map<String, List<SpanRef>> byRouter = new HashMap<>();
    for (SpanRef ref : due) {
      ref.trace().sent(intendedNanos);
      String address = addresses.get(random.nextInt(addresses.size()));
      byRouter.computeIfAbsent(address, a -> new ArrayList<>()).add(ref);
    }
    byRouter.forEach((to, refs) -> send(to, new Batch(body(refs), refs, intendedNanos, 0)));
  }

  private byte[] body(List<SpanRef> refs) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (SpanRef ref : refs) {
      scope.addSpans(span(ref.trace(), ref.span()));
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().setResource(RESOURCE).addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  private static Span span(SentTrace trace, int index) {
    ByteBuffer traceId = ByteBuffer.allocate(16).putLong(trace.hi).putLong(trace.lo).flip();
    ByteBuffer spanId = ByteBuffer.allocate(8).putLong(index + 1).flip();
    long start = 1_760_000_000_000_000_000L + index * 1_000_000L;
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(traceId))
            .setSpanId(ByteString.copyFrom(spanId))
            .setNameBytes(NAME)
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .setStartTimeUnixNano(start)
            .setEndTimeUnixNano(start + 500_000)
            .addAttributes(text("http.request.method", "GET"))
            .addAttributes(text("url.path", "/api/v1/orders/" + (trace.lo & 0xffffff)))
            .addAttributes(text("thread.name", "http-nio-8080-exec-" + (trace.hi & 63)));
    if (index == trace.errorAt) {
      span.setStatus(
          io.opentelemetry.proto.trace.v1.Status.newBuilder()
              .setCode(io.opentelemetry.proto.trace.v1.Status.StatusCode.STATUS_CODE_ERROR));
    }
    return span.build();
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private void send(String address, Batch batch) {
    ManagedChannel channel = channels.computeIfAbsent(address, TraceLoad::open);
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            OtlpSink.EXPORT,
            CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
    inFlight.incrementAndGet();
    long sentNanos = System.nanoTime();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            latencyMillis.add((int) ((System.nanoTime() - sentNanos) / 1_000_000));
            answered(batch, status, sentNanos);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(batch.body());
    call.halfClose();
  }

  private static ManagedChannel open(String address) {
    return NettyChannelBuilder.forTarget(address).usePlaintext().directExecutor().build();
  }

  private void answered(Batch batch, Status status, long sentNanos) {
    long now = System.nanoTime();
    if (status.isOk() || !isUntouched(status)) {
      batch.spans().forEach(ref -> ref.trace().mayBeTaken(sentNanos));
    }
    if (status.isOk()) {
      batch.spans().forEach(ref -> ref.trace().accepted(ref.span(), now));
      acceptedSpans.addAndGet(batch.spans().size());
      done(batch);
      return;
    }
    String word = status.getCode() + ": " + DIGITS.matcher(firstWords(status)).replaceAll("#");
    refusals.computeIfAbsent(word, w -> new AtomicLong()).incrementAndGet();
    if (now - batch.intendedNanos() > GIVE_UP_NANOS || thread.isShutdown()) {
      batch.spans().forEach(ref -> ref.trace().gaveUp());
      givenUp.addAndGet(batch.spans().size());
      done(batch);
      return;
    }
    retries.incrementAndGet();
    if (batch.attempt() == 0) {
      inRetry.incrementAndGet();
    }
    int longest =
        Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(batch.attempt(), 4));
    long wait = ThreadLocalRandom.current().nextLong(longest / 2, longest);
    try {
      var unused = thread.schedule(() -> sendAgain(batch.again()), wait, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) { // it is being closed: nobody asks any more
      done(batch.again());
    }
  }

  private void done(Batch batch) {
    inFlight.decrementAndGet();
    if (batch.attempt() > 0) {
      inRetry.decrementAndGet();
    }
  }

  private static String firstWords(Status status) {
    String said = String.valueOf(status.getDescription());
    return said.substring(0, Math.min(said.length(), 50));
  }

  /** Whether nothing of a request that was answered so can have got to a sampler. */
  private static boolean isUntouched(Status status) {
    if (status.getCause() instanceof ConnectException) {
      return true;
    }
    String said = String.valueOf(status.getDescription());
    return status.getCode() == Status.Code.UNAVAILABLE
        && UNTOUCHED.stream().anyMatch(said::contains);
  }

  private void sendAgain(Batch batch) {
    inFlight.decrementAndGet();
    List<String> addresses = routers;
    send(addresses.get(ThreadLocalRandom.current().nextInt(addresses.size())), batch);
  }

  /** Begins no more traces and waits until all that were begun are sent and answered. */
  public void finish() throws InterruptedException {
    endNanos = System.nanoTime();
    begins = false;
    TimeUnit.MILLISECONDS.sleep(HORIZON * TICK_MILLIS + 200L);
    long deadline = System.nanoTime() + 2 * GIVE_UP_NANOS;
    while (inFlight.get() > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** Waits until nothing waits that was sent some time ago: senders have caught up. */
  public void awaitAnswers() throws InterruptedException {
    long deadline = System.nanoTime() + GIVE_UP_NANOS;
    while (inRetry.get() > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** All traces begun so far. */
  public List<SentTrace> traces() {
    return new ArrayList<>(traces);
  }

  /** Traces of which a span was sent within the last so long. */
  public long open(long withinNanos) {
    long since = System.nanoTime() - withinNanos;
    return traces.stream()
        .filter(t -> t.firstSentNanos() != 0 && t.firstSentNanos() - since >= 0)
        .count();
  }

  /** Spans a second told accepted, from the start until now or the end of sending. */
  public double acceptedPerSecond() {
    long end = begins ? System.nanoTime() : endNanos;
    return acceptedSpans.get() / ((end - startNanos) / 1e9);
  }

  /** How far sending is behind its plan: more than some ticks, and the rate is not kept. */
  public long behindMillis() {
    return begins ? (System.nanoTime() - startNanos) / 1_000_000 - ticksDone * TICK_MILLIS : 0;
  }

  public long acceptedSpans() {
    return acceptedSpans.get();
  }

  public long retries() {
    return retries.get();
  }

  public long givenUpSpans() {
    return givenUp.get();
  }

  public Map<String, AtomicLong> refusals() {
    return refusals;
  }

  /** Milliseconds from sending to answer of each attempt since it was last asked. */
  public int[] takeLatencies() {
    List<Integer> taken = new ArrayList<>();
    for (Integer ms = latencyMillis.poll(); ms != null; ms = latencyMillis.poll()) {
      taken.add(ms);
    }
    return taken.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  @Override
  public void close() {
    thread.shutdownNow();
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
