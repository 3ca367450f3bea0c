package io.ringtail.sampler.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.http2.ReadMemory;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.Farewell;
import io.ringtail.link.Hello;
import io.ringtail.link.LinkMessage;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.LinkWriter;
import io.ringtail.link.Mark;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerFrame;
import io.ringtail.metrics.Metrics;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.buffer.SlabMemory;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceId;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The sampler's end of a link over loopback, with the shards' threads not running. */
abstract class WithLinkServer {
  static final Peer ROUTER = new Peer("router-0", incarnation(9));
  static final Peer SELF = new Peer("sampler-0", incarnation(1));
  static final EpochOrder EPOCH = new EpochOrder(0, 5);
  private static final RingTable TABLE =
      RingTable.build(List.of(new RingMember("sampler-0", 100), new RingMember("sampler-1", 100)));

  /**
   * Within which whatever must happen has happened, on a machine that stands still now and then.
   */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  final Ownership ownership = new Ownership();
  final AtomicLong nowNanos = new AtomicLong();
  final Map<Long, Mark> marks = new ConcurrentHashMap<>();
  final List<Peer> linked = new CopyOnWriteArrayList<>();
  final BlockingQueue<RouterWord> words = new LinkedBlockingQueue<>();
  final List<EpochOrder> routerEpochs = new CopyOnWriteArrayList<>();
  final Metrics metrics = new Metrics();

  /** Shards that ask for it are thrown at. */
  volatile boolean memoryIsOut;

  /** Words of routers are not understood. */
  volatile boolean keeperFails;

  final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  final ShardSet shards =
      new ShardSet(
          ShardConfig.defaults(),
          TailSamplingConfig.defaults(),
          trace -> true,
          new Metrics(),
          ShardMemory.unlimited()
              .withSlabs(
                  new SlabMemory(Long.MAX_VALUE, ByteBuffer::allocateDirect, this::hasMemory)),
          (to, word) -> false,
          now -> true,
          Rules.ALL);
  final ReadMemory reading = new ReadMemory(128 << 10); // one buffer for all links
  final DictionaryMemory dictionaries = new DictionaryMemory(1 << 30);
  final LinkServer server =
      new LinkServer(
          new InetSocketAddress("127.0.0.1", 0),
          () -> SELF,
          ownership,
          shards,
          loops,
          reading,
          dictionaries,
          metrics,
          new Keeper(),
          nowNanos::get,
          LinkServer.timerThread());
  ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", 1).build();

  static ConditionFactory await() {
    return Awaitility.await().atMost(PATIENCE);
  }

  private boolean hasMemory(long bytes) {
    if (memoryIsOut) {
      throw new OutOfMemoryError("told to fail");
    }
    return bytes >= 0;
  }

  final long linkFailures() {
    return metrics.counter("ringtail_sampler_link_failures_total", "").getCount();
  }

  @BeforeEach
  void start() throws Exception {
    server.start();
    channel.shutdownNow();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    use(EPOCH);
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.stop();
    shards.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private final class Keeper implements LinkKeeper {
    @Override
    public @Nullable Mark mark(long router) {
      return marks.get(router);
    }

    @Override
    public void onLink(Peer router) {
      linked.add(router);
    }

    @Override
    public void onRouterEpoch(EpochOrder order) {
      routerEpochs.add(order);
    }

    @Override
    public void onWord(Peer router, RouterWord word) {
      if (keeperFails) {
        throw new IllegalStateException("told to fail");
      }
      words.add(word);
    }
  }

  static Incarnation incarnation(long bits) {
    return new Incarnation(new EpochOrder(0, 1), bits);
  }

  static Farewell.Reason farewell(Router router) throws InterruptedException {
    Farewell farewell = router.frame().farewell();
    assertThat(farewell).isNotNull();
    return farewell == null ? Farewell.Reason.UNSPECIFIED : farewell.reason();
  }

  final Router greeted(long attempt) throws InterruptedException {
    Router router = new Router();
    router.call.sendMessage(new Hello(1, 1, ROUTER, SELF, attempt).toMessage());
    assertThat(router.frame().welcome()).isNotNull();
    return router;
  }

  final void use(EpochOrder order) {
    use(order, true);
  }

  final void use(EpochOrder order, boolean takesParts) {
    List<Peer> owners = List.of(SELF, new Peer("sampler-1", incarnation(2)));
    SlotView view = new SlotView(order, TABLE, owners, 0, null, SlotSet.NONE);
    ownership.use(view, takesParts, shards::slots);
    server.epochInUse();
    server.forgetRouters(Set.of());
  }

  final TraceId owned(long seed) {
    return find(seed, true);
  }

  final TraceId foreign() {
    return find(1, false);
  }

  private TraceId find(long seed, boolean own) {
    Random random = new Random(seed);
    while (true) {
      TraceId id = new TraceId(random.nextLong(), random.nextLong());
      if (ownership.newest().owns(id.slot()) == own) {
        return id;
      }
    }
  }

  static TestPart part(long seq, EpochOrder epoch, TraceId... ids) {
    return TestPart.of(seq, epoch, ids);
  }

  /** The other end of a link. */
  final class Router {
    final LinkWriter writer = new LinkWriter(DictionaryLimits.DEFAULT);
    final BlockingQueue<SamplerFrame> frames = new LinkedBlockingQueue<>();
    final ClientCall<LinkMessage, SamplerFrame> call;

    Router() {
      this(channel);
    }

    Router(ManagedChannel over) {
      call = over.newCall(LinkMethod.client(), CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onMessage(SamplerFrame frame) {
              frames.add(frame);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              // a link ends with a farewell, which the tests look at
            }
          },
          new Metadata());
      call.request(100);
    }

    void send(TestPart... parts) {
      for (TestPart part : parts) {
        writer.add(part);
      }
      call.sendMessage(writer.finish());
    }

    SamplerFrame frame() throws InterruptedException {
      SamplerFrame frame = frames.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(frame).as("a frame within %s", PATIENCE).isNotNull();
      return frame == null ? SamplerFrame.answers(new long[0], List.of(), null) : frame;
    }
  }
}
