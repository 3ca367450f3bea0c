package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.util.ResourceLeakDetector;
import io.ringtail.compress.Compression;
import io.ringtail.compress.Compressor;
import io.ringtail.config.ListenException;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a request leaves behind on the heap of the event loop, once warm. */
final class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP = 50;
  private static final int REQUESTS = 100;
  private static final byte[] PLAIN = ReceiveFixture.request(7_000, 1);

  /** Takes everything and keeps nothing. */
  private static final class Nowhere implements Ingress {
    @Override
    public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
      responder.accepted(0, "");
    }

    @Override
    public boolean ready() {
      return true;
    }
  }

  private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

  /** The paranoid level keeps a stack trace for every buffer. */
  @BeforeEach
  void leakDetectionOff() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
  }

  @AfterEach
  void leakDetectionAsBefore() {
    ResourceLeakDetector.setLevel(level);
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void httpRequest_large_allocatesFarLessThanItsBody(Compression compression) throws Exception {
    byte[] body = compressed(compression);
    String header = "Content-Encoding: " + compression.wireName();
    try (EventLoops loops = EventLoops.create(1);
        Receivers receivers = start(loops);
        RawHttp client = new RawHttp(receivers.httpPort())) {
      long bytes = perRequest(loops, () -> client.post(body, header));
      System.out.println("http " + compression + " allocated a request: " + bytes + " B");
      assertThat(bytes).isLessThan(PLAIN.length / 10);
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void grpcCall_large_allocatesFarLessThanItsBody(Compression compression) throws Exception {
    byte[] body = compressed(compression);
    try (EventLoops loops = EventLoops.create(1);
        Receivers receivers = start(loops);
        GrpcClient client = new GrpcClient(receivers.grpcPort())) {
      long bytes = perRequest(loops, () -> client.sendAs(compression.wireName(), body));
      System.out.println("grpc " + compression + " allocated a request: " + bytes + " B");
      assertThat(bytes).isLessThan(PLAIN.length / 10);
    }
  }

  private interface Send {
    Object send() throws Exception;
  }

  private static Receivers start(EventLoops loops) throws ListenException {
    return Receivers.start(
        ReceiveFixture.config(), new Nowhere(), new Metrics(), Connections.unlimited(loops));
  }

  private static byte[] compressed(Compression compression) {
    try (Compressor compressor = new Compressor()) {
      return compressor.compress(compression, PLAIN);
    }
  }

  private static long perRequest(EventLoops loops, Send send) throws Exception {
    for (int i = 0; i < WARM_UP; i++) {
      send.send();
    }
    long[] loop = {loopThread(loops)};
    long before = THREADS.getThreadAllocatedBytes(loop)[0];
    for (int i = 0; i < REQUESTS; i++) {
      send.send();
    }
    return (THREADS.getThreadAllocatedBytes(loop)[0] - before) / REQUESTS;
  }

  private static long loopThread(EventLoops loops) throws Exception {
    List<Long> ids = new ArrayList<>();
    loops.workers().next().submit(() -> ids.add(Thread.currentThread().getId())).sync();
    return ids.get(0);
  }
}
