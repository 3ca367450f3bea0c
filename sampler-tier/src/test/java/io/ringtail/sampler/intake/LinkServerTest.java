package io.ringtail.sampler.intake;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import io.ringtail.link.Progress;
import io.ringtail.link.Refused;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.SamplerWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceId;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
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
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sampler's end of a link over loopback, with the shards' threads not running. */
class LinkServerTest {
  private static final Peer ROUTER = new Peer("router-0", incarnation(9));
  private static final Peer SELF = new Peer("sampler-0", incarnation(1));
  private static final EpochOrder EPOCH = new EpochOrder(0, 5);

  private final Ownership ownership = new Ownership();
  private final AtomicLong nowNanos = new AtomicLong();
  private final Map<Long, Mark> marks = new ConcurrentHashMap<>();
  private final List<Peer> linked = new CopyOnWriteArrayList<>();
  private final BlockingQueue<RouterWord> words = new LinkedBlockingQueue<>();
  private final List<EpochOrder> routerEpochs = new CopyOnWriteArrayList<>();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ShardSet shards =
      new ShardSet(
          ShardConfig.defaults(),
          TailSamplingConfig.defaults(),
          trace -> true,
          new Metrics(),
          ShardMemory.unlimited(),
          (to, word) -> false,
          now -> true,
          Rules.ALL);
  private final ReadMemory reading = new ReadMemory(128 << 10); // one buffer for all links
  private final DictionaryMemory dictionaries = new DictionaryMemory(1 << 30);
  private final LinkServer server =
      new LinkServer(
          new InetSocketAddress("127.0.0.1", 0),
          () -> SELF,
          ownership,
          shards,
          loops,
          reading,
          dictionaries,
          new Metrics(),
          new Keeper(),
          nowNanos::get,
          LinkServer.timerThread());
  private ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", 1).build();

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

  @Test
  void links_areToldWhatTheyMayRemember_andGiveItBack() throws Exception {
    Router first = new Router();
    first.call.sendMessage(new Hello(1, 1, ROUTER, SELF, 1).toMessage());
    assertThat(requireNonNull(first.frame().welcome()).dictionary())
        .isEqualTo(DictionaryLimits.DEFAULT);
    assertThat(dictionaries.grantedBytes()).isEqualTo(DictionaryLimits.DEFAULT.bytes());

    server.endLinks(Farewell.Reason.STOPPING, "as told");
    assertThat(requireNonNull(first.frame().farewell()).reason())
        .isEqualTo(Farewell.Reason.STOPPING);
    await().until(() -> dictionaries.grantedBytes() == 0);

    Set<Long> many = LongStream.range(0, 1000).boxed().collect(Collectors.toSet());
    server.forgetRouters(many);
    Router second = new Router();
    second.call.sendMessage(new Hello(1, 1, ROUTER, SELF, 2).toMessage());
    assertThat(requireNonNull(second.frame().welcome()).dictionary().bytes())
        .isEqualTo((1 << 30) / 4000);
  }

  @Test
  void part_allOfItsSlotsOwned_isAcknowledgedAndHeld() throws Exception {
    Router router = greeted(1);
    router.send(part(7, EPOCH, owned(1), owned(2)));
    assertThat(router.frame().acks()).containsExactly(7);
    assertThat(shards.heldSpans()).isEqualTo(2);
  }

  @Test
  void messagesOfManyLinks_largerThanAllReadMemory_areAllTaken() throws Exception {
    int links = 6;
    TraceId[] ids = new TraceId[20_000];
    Arrays.setAll(ids, i -> owned(i % 8));
    List<ManagedChannel> channels = new ArrayList<>();
    List<Router> routers = new ArrayList<>();
    for (int i = 0; i < links; i++) {
      ManagedChannel own =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
      channels.add(own);
      Router router = new Router(own);
      Peer peer = new Peer("router-" + i, incarnation(100 + i));
      router.call.sendMessage(new Hello(1, 1, peer, SELF, 1).toMessage());
      assertThat(router.frame().welcome()).isNotNull();
      routers.add(router);
    }
    for (int seq = 1; seq <= 3; seq++) {
      for (Router router : routers) {
        router.send(part(seq, EPOCH, ids));
      }
    }
    for (Router router : routers) {
      long acked = 0;
      while (acked < 3) {
        acked += router.frame().acks().length;
      }
    }
    assertThat(reading.takenBytes()).isEqualTo(reading.limitBytes());
    assertThat(reading.waiting()).isZero();
    channels.forEach(ManagedChannel::shutdownNow);
  }

  @Test
  void part_oneSlotOfAnother_isRefusedWholeWithTheEpoch() throws Exception {
    Router router = greeted(1);
    router.send(part(7, EPOCH, owned(1), foreign()), part(8, EPOCH, owned(3)));
    SamplerFrame answer = router.frame();
    assertThat(answer.acks()).containsExactly(8);
    assertThat(answer.refused()).hasSize(1);
    assertThat(answer.refused().get(0).seq()).isEqualTo(7);
    assertThat(answer.refused().get(0).refusal()).isInstanceOf(Refusal.NotOwner.class);
    assertThat(answer.refused().get(0).epoch()).isEqualTo(EPOCH);
    assertThat(shards.heldSpans()).isEqualTo(1);
  }

  @Test
  void part_ofAHigherEpoch_waitsUntilTheEpochIsInUse() throws Exception {
    EpochOrder next = new EpochOrder(0, 6);
    Router router = greeted(1);
    router.send(part(7, next, owned(1)), part(8, EPOCH, owned(2)));
    assertThat(router.frames.poll(100, TimeUnit.MILLISECONDS)).isNull();
    use(next);
    assertThat(router.frame().acks()).containsExactly(7, 8);
  }

  @Test
  void part_ofAHigherEpochThatDoesNotCome_isRefusedRetryablyAfterASecond() throws Exception {
    Router router = greeted(1);
    router.send(part(7, new EpochOrder(0, 6), owned(1)), part(8, EPOCH, owned(2)));
    assertThat(router.frames.poll(100, TimeUnit.MILLISECONDS)).isNull();
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    SamplerFrame answer = router.frame();
    assertThat(answer.refused().get(0).seq()).isEqualTo(7);
    assertThat(answer.refused().get(0).refusal()).isInstanceOf(Refusal.NotReady.class);
    assertThat(answer.acks()).containsExactly(8);
  }

  @Test
  void part_behindOnesThatWaitedForItsEpoch_doesNotWaitAgain() throws Exception {
    EpochOrder next = new EpochOrder(0, 6);
    Router router = greeted(1);
    router.send(part(7, next, owned(1)), part(8, next, owned(2)));
    assertThat(router.frames.poll(100, TimeUnit.MILLISECONDS)).isNull();
    nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(router.frame().refused()).extracting(Refused::seq).containsExactly(7L, 8L);
    router.send(part(9, next, owned(3)));
    assertThat(router.frame().refused()).extracting(Refused::seq).containsExactly(9L);
    router.send(part(10, new EpochOrder(0, 7), owned(4)));
    assertThat(router.frames.poll(100, TimeUnit.MILLISECONDS)).isNull();
    use(new EpochOrder(0, 7));
    assertThat(router.frame().acks()).containsExactly(10);
  }

  @Test
  void epochARouterUses_isKnownFromItsProgressOrAPart_whileTheLinkIsOpen() throws Exception {
    Router router = greeted(1);
    router.writer.progress(new Progress(3, 1, new EpochOrder(0, 6)));
    router.call.sendMessage(router.writer.finish());
    await().until(() -> server.routerEpochs().newest().equals(new EpochOrder(0, 6)));
    router.send(part(7, new EpochOrder(0, 7), owned(1)));
    await().until(() -> server.routerEpochs().newest().equals(new EpochOrder(0, 7)));
    router.call.halfClose();
    await().until(() -> server.routerEpochs().newest().equals(EpochOrder.NONE));
    assertThat(routerEpochs)
        .as("told to the keeper")
        .containsExactly(new EpochOrder(0, 6), new EpochOrder(0, 7));
  }

  @Test
  void parts_thatWaitOneAfterTheOther_allGoOn() throws Exception {
    Router router = greeted(1);
    for (int i = 6; i < 90; i++) {
      EpochOrder next = new EpochOrder(0, i);
      router.send(part(i, next, owned(i)));
      use(next);
      assertThat(router.frame().acks()).containsExactly(i);
    }
  }

  @Test
  void routers_noLongerNamedAndWithoutALink_areForgotten() throws Exception {
    Router first = greeted(1);
    use(new EpochOrder(0, 6));
    assertThat(server.routersKnown()).isEqualTo(1);
    first.call.halfClose();
    await().until(() -> server.linksOpen() == 0);
    shards.start();
    await()
        .untilAsserted(
            () -> {
              use(new EpochOrder(0, 7));
              assertThat(server.routersKnown()).isZero();
            });
  }

  @Test
  void mark_goesWithAcks_andByItself_onceEachTimeItChanges() throws Exception {
    marks.put(9L, new Mark(5, EPOCH));
    Router router = greeted(1);
    router.send(part(7, EPOCH, owned(1)));
    assertThat(router.frame().mark()).isEqualTo(new Mark(5, EPOCH));
    router.send(part(8, EPOCH, owned(2)));
    assertThat(router.frame().mark()).isNull();
    server.tellMarks();
    marks.put(9L, new Mark(6, EPOCH));
    server.tellMarks();
    assertThat(router.frame().mark()).isEqualTo(new Mark(6, EPOCH));
    assertThat(router.frames).isEmpty();
  }

  @Test
  void word_isSaidOnTheRoutersLink_withTheMarkOfThatMoment() throws Exception {
    Router router = greeted(1);
    assertThat(linked).containsExactly(ROUTER);
    marks.put(9L, new Mark(5, EPOCH));
    server.say(9, new SamplerWord.Lowering(1, 5));
    server.say(10, new SamplerWord.Lowering(1, 5));
    SamplerFrame frame = router.frame();
    assertThat(frame.words()).containsExactly(new SamplerWord.Lowering(1, 5));
    assertThat(frame.mark()).isEqualTo(new Mark(5, EPOCH));
  }

  @Test
  void word_ofARouter_isToldToTheKeeper() throws Exception {
    Router router = greeted(1);
    router.writer.word(new RouterWord.Lowered(1));
    router.call.sendMessage(router.writer.finish());
    assertThat(words.poll(5, TimeUnit.SECONDS)).isEqualTo(new RouterWord.Lowered(1));
  }

  @Test
  void part_whereNoPartsAreTaken_isRefused() throws Exception {
    Router router = greeted(1);
    TraceId trace = owned(1);
    use(new EpochOrder(0, 6), false);
    router.send(part(7, EPOCH, trace));
    assertThat(router.frame().refused().get(0).refusal()).isInstanceOf(Refusal.NotOwner.class);
  }

  @Test
  void hello_forAMemberOfAFixedList_isWelcome() throws Exception {
    Router router = new Router();
    router.call.sendMessage(
        new Hello(1, 1, ROUTER, new Peer("sampler-0", incarnation(0)), 1).toMessage());
    assertThat(router.frame().welcome()).isNotNull();
  }

  @Test
  void hello_forAnotherIncarnation_isSentAway() throws Exception {
    Router router = new Router();
    router.call.sendMessage(
        new Hello(1, 1, ROUTER, new Peer("sampler-0", incarnation(2)), 1).toMessage());
    assertThat(farewell(router)).isEqualTo(Farewell.Reason.NOT_ME);
  }

  @Test
  void hello_ofLaterVersionsOnly_isSentAway() throws Exception {
    Router router = new Router();
    router.call.sendMessage(new Hello(2, 3, ROUTER, SELF, 1).toMessage());
    assertThat(farewell(router)).isEqualTo(Farewell.Reason.VERSION);
  }

  @Test
  void secondLinkOfARouter_greets_fencesTheFirst() throws Exception {
    Router first = greeted(1);
    Router second = greeted(2);
    assertThat(farewell(first)).isEqualTo(Farewell.Reason.FENCED);
    second.send(part(7, EPOCH, owned(1)));
    assertThat(second.frame().acks()).containsExactly(7);
    Router late = new Router();
    late.call.sendMessage(new Hello(1, 1, ROUTER, SELF, 1).toMessage());
    assertThat(farewell(late)).isEqualTo(Farewell.Reason.FENCED);
  }

  @Test
  void part_beforeTheHello_endsTheLink() throws Exception {
    Router router = new Router();
    router.send(part(7, EPOCH, owned(1)));
    assertThat(farewell(router)).isEqualTo(Farewell.Reason.MALFORMED);
    assertThat(shards.heldSpans()).isZero();
  }

  @Test
  void part_withASpanWithoutTraceId_isRefusedForGoodAndTheLinkGoesOn() throws Exception {
    Router router = greeted(1);
    router.send(TestPart.of(7, EPOCH, new byte[] {0x12, 2, 0x0a, 0}), part(8, EPOCH, owned(1)));
    SamplerFrame answer = router.frame();
    assertThat(answer.refused().get(0).refusal()).isInstanceOf(Refusal.Malformed.class);
    assertThat(answer.acks()).containsExactly(8);
    assertThat(shards.heldSpans()).isEqualTo(1);
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
      words.add(word);
    }
  }

  private static Incarnation incarnation(long bits) {
    return new Incarnation(new EpochOrder(0, 1), bits);
  }

  private static Farewell.Reason farewell(Router router) throws InterruptedException {
    Farewell farewell = router.frame().farewell();
    assertThat(farewell).isNotNull();
    return farewell == null ? Farewell.Reason.UNSPECIFIED : farewell.reason();
  }

  private Router greeted(long attempt) throws InterruptedException {
    Router router = new Router();
    router.call.sendMessage(new Hello(1, 1, ROUTER, SELF, attempt).toMessage());
    assertThat(router.frame().welcome()).isNotNull();
    return router;
  }

  private void use(EpochOrder order) {
    use(order, true);
  }

  private void use(EpochOrder order, boolean takesParts) {
    List<RingMember> members =
        List.of(new RingMember("sampler-0", 100), new RingMember("sampler-1", 100));
    List<Peer> owners = List.of(SELF, new Peer("sampler-1", incarnation(2)));
    SlotView view = new SlotView(order, RingTable.build(members), owners, 0, null, SlotSet.NONE);
    ownership.use(view, takesParts, shards::slots);
    server.epochInUse();
    server.forgetRouters(Set.of());
  }

  private TraceId owned(long seed) {
    return find(seed, true);
  }

  private TraceId foreign() {
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

  private static TestPart part(long seq, EpochOrder epoch, TraceId... ids) {
    return TestPart.of(seq, epoch, ids);
  }

  /** The other end of a link. */
  private final class Router {
    private final LinkWriter writer = new LinkWriter(DictionaryLimits.DEFAULT);
    private final BlockingQueue<SamplerFrame> frames = new LinkedBlockingQueue<>();
    private final ClientCall<LinkMessage, SamplerFrame> call;

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
      SamplerFrame frame = frames.poll(10, TimeUnit.SECONDS);
      assertThat(frame).as("a frame within 10 s").isNotNull();
      return frame == null ? SamplerFrame.answers(new long[0], List.of(), null) : frame;
    }
  }
}
