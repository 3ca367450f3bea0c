package io.ringtail.sampler.intake;

import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.ringtail.http2.ReadMemory;
import io.ringtail.link.DictionaryLimits;
import io.ringtail.link.Farewell;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.Peer;
import io.ringtail.link.SamplerFrame;
import io.ringtail.link.SamplerWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.threads.DaemonThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for links and knows the newest of each router incarnation: a newer one fences the older
 * (protocol A1). Threads: gRPC's event loops; a timer that looks after links whose part waits for
 * its epoch; {@link #epochInUse}, {@link #say} and {@link #tellMarks} from the handoff's.
 */
public final class LinkServer {
  private static final Logger log = LoggerFactory.getLogger(LinkServer.class);

  private final Ownership ownership;
  private final ReplayedSlots replayed = new ReplayedSlots();
  private final ShardSet shards;
  private final RouterEpochs routerEpochs;
  private final Supplier<Peer> self;
  private final LongSupplier nanoTime;
  private final IntakeMetrics metrics;
  private final LinkKeeper keeper;
  private final List<ServerServiceDefinition> others = new CopyOnWriteArrayList<>();

  /** By bits of the router's incarnation. */
  private final Map<Long, InboundLink> newest = new ConcurrentHashMap<>();

  private final WaitingLinks waiting;
  private final LinkListener listener;
  private final DictionaryMemory dictionaries;
  private volatile int routersNamed;

  /**
   * Nothing listens before {@link #start}.
   *
   * @param listen where; port 0 is any free one
   * @param self this sampler as routers know it
   * @param loops run the links; not shut down here
   * @param reading what connections are read into
   * @param dictionaries what links may remember
   * @param keeper gives marks and hears words
   */
  public LinkServer(
      InetSocketAddress listen,
      Supplier<Peer> self,
      Ownership ownership,
      ShardSet shards,
      EventLoopGroup loops,
      ReadMemory reading,
      DictionaryMemory dictionaries,
      Metrics metrics,
      LinkKeeper keeper) {
    this(
        listen,
        self,
        ownership,
        shards,
        loops,
        reading,
        dictionaries,
        metrics,
        keeper,
        System::nanoTime,
        timerThread());
  }

  LinkServer(
      InetSocketAddress listen,
      Supplier<Peer> self,
      Ownership ownership,
      ShardSet shards,
      EventLoopGroup loops,
      ReadMemory reading,
      DictionaryMemory dictionaries,
      Metrics metrics,
      LinkKeeper keeper,
      LongSupplier nanoTime,
      ScheduledExecutorService timer) {
    this.self = self;
    this.ownership = ownership;
    this.shards = shards;
    this.routerEpochs = new RouterEpochs(shards::usedByRouters);
    this.nanoTime = nanoTime;
    this.metrics = new IntakeMetrics(metrics);
    this.keeper = keeper;
    this.waiting = new WaitingLinks(timer);
    this.listener = new LinkListener(listen, loops, reading, metrics);
    this.dictionaries = dictionaries;
    dictionaries.register(metrics);
  }

  private ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(LinkMethod.SERVICE)
        .addMethod(
            LinkMethod.server(PooledByteBufAllocator.DEFAULT), (call, headers) -> accept(call))
        .build();
  }

  /** Serves another service on the same port; before {@link #start}. */
  public void add(ServerServiceDefinition other) {
    others.add(other);
  }

  /** A new link, not greeted yet. */
  InboundLink accept(ServerCall<ByteBuf, SamplerFrame> call) {
    InboundLink link = new InboundLink(call, this, new Intake(ownership, shards, replayed));
    waiting.add(link); // for its hello
    return link;
  }

  static ScheduledExecutorService timerThread() {
    return Executors.newSingleThreadScheduledExecutor(new DaemonThreads("link-timer"));
  }

  /**
   * @throws IOException if the address cannot be had
   */
  public void start() throws IOException {
    List<ServerServiceDefinition> services = new ArrayList<>(others);
    services.add(service());
    listener.start(services);
  }

  /** The port it listens on; 0 before the start. */
  public int port() {
    return listener.port();
  }

  /**
   * A newer epoch is in use: parts that waited for it go on. Nothing waits any more once stopped.
   */
  public void epochInUse() {
    waiting.lookNow();
  }

  /**
   * Routers that are gone and have no link any more need no key: there is one a restart.
   *
   * @param named those of the newest epoch, by bits
   */
  public void forgetRouters(Set<Long> named) {
    routersNamed = named.size();
    for (Peer router : shards.routers().known()) {
      long bits = router.incarnation().bits();
      if (!named.contains(bits)) {
        newest.compute(bits, (b, link) -> forgetUnless(link, router));
      }
    }
  }

  /** In turn with {@link #opened}: a link that is open keeps the key it was given. */
  private @Nullable InboundLink forgetUnless(@Nullable InboundLink link, Peer router) {
    if (link == null) {
      shards.forgetRouter(router);
    }
    return link;
  }

  /**
   * Slots for which parts were taken, since the last call, that a router had sent before: progress
   * of a replay.
   */
  public SlotSet takeReplayedSlots() {
    return replayed.take();
  }

  /** Such parts that were refused. */
  public long refusedReplays() {
    return metrics.refusedReplays();
  }

  /** Router incarnations that have a key. */
  int routersKnown() {
    return shards.routers().size();
  }

  int linksOpen() {
    return newest.size();
  }

  /** Looks after all links whose part waits. */
  void look() {
    waiting.look();
  }

  /**
   * Says a word on a router's newest link; nothing if it has none.
   *
   * @param router bits of its incarnation
   */
  public void say(long router, SamplerWord word) {
    InboundLink link = newest.get(router);
    if (link != null) {
      link.say(word);
    }
  }

  /** Tells each router its mark, where it has changed. */
  public void tellMarks() {
    newest.values().forEach(InboundLink::tellMark);
  }

  /** Ends every link with a word; who opens one anew is served. */
  public void endLinks(Farewell.Reason reason, String text) {
    newest.values().forEach(link -> link.farewell(reason, text));
  }

  /** Ends every link with a word and stops listening. */
  public void stop() throws InterruptedException {
    listener.stopAccepting(); // first, or routers would be back before the listener is gone
    endLinks(Farewell.Reason.STOPPING, "the sampler stops");
    listener.stop();
    waiting.stop();
  }

  /**
   * A link has greeted. An older one of the same router is fenced before anything of the new one is
   * taken.
   *
   * @return the router's key; negative if a newer link of it is open already
   */
  int opened(InboundLink link, Peer router) {
    InboundLink[] replaced = new InboundLink[1];
    int[] key = {-1};
    newest.compute(
        router.incarnation().bits(),
        (bits, old) -> {
          if (old != null && old.attempt() > link.attempt()) {
            return old;
          }
          replaced[0] = old;
          key[0] = shards.routers().keyOf(router);
          return link;
        });
    if (key[0] < 0) {
      return -1;
    }
    InboundLink before = replaced[0];
    if (before != null) {
      before.farewell(Farewell.Reason.FENCED, "a newer link of " + router + " took over");
    } else {
      metrics.opened();
      log.info("event=link-opened router={}", router);
    }
    return key[0];
  }

  void closed(InboundLink link, Peer router) {
    routerEpochs.ended(link);
    if (newest.remove(router.incarnation().bits(), link)) {
      metrics.closed();
      log.info("event=link-closed router={}", router);
    }
  }

  /** Links whose part waits, or their hello is waited for. */
  WaitingLinks waiting() {
    return waiting;
  }

  /** What routers say that they have in use. */
  RouterEpochs routerEpochs() {
    return routerEpochs;
  }

  LinkKeeper keeper() {
    return keeper;
  }

  Peer self() {
    return self.get();
  }

  ShardSet shards() {
    return shards;
  }

  Ownership ownership() {
    return ownership;
  }

  /** What a new link may remember, until it is given back. */
  DictionaryLimits grantDictionary() {
    return dictionaries.grant(Math.max(routersNamed, newest.size() + 1));
  }

  void giveBack(DictionaryLimits dictionary) {
    dictionaries.giveBack(dictionary);
  }

  IntakeMetrics metrics() {
    return metrics;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }
}
