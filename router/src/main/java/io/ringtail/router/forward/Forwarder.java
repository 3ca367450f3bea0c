package io.ringtail.router.forward;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.link.RouterWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.ring.RingTables;
import io.ringtail.router.forward.ForwardMetrics.DropReason;
import io.ringtail.router.forward.ForwardMetrics.RefuseReason;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import io.ringtail.router.receive.Ingress;
import io.ringtail.router.receive.Responder;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.retain.RetentionLog;
import io.ringtail.router.retain.SamplerKey;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.Split;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests, cuts them by the epoch in use, sends each part to its owner and answers when all
 * have accepted. Applies epochs in turn: builds the table, opens and drops links, then publishes
 * both in one {@link Routes}.
 *
 * <p>Threads: {@link #accept} any, each with a splitter of its own; epochs on one thread; links and
 * rerouter on the given event loops. Memory: parts not accepted yet are bounded by {@code
 * forward.max-bytes-held}, whether they wait here or for an answer.
 */
public final class Forwarder implements Ingress, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Forwarder.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final long REROUTE_TICK_MILLIS = 100;
  private static final long AGAIN_MILLIS = 1000;

  private final ForwardConfig config;
  private final Peer self;
  private final int minSamplers;
  private final EventLoopGroup loops;
  private final EventLoop control;
  private final ForwardMetrics metrics;
  private final AtomicLong bytesHeld = new AtomicLong();
  private final UnsentBytes unsent;
  private final AtomicLong openRequests = new AtomicLong();
  private final Seqs seqs = new Seqs();
  private final RetentionLoop retention;
  private final Rerouter rerouter;
  private final LinkContext linkContext;
  private final ThreadLocal<BatchSplitter> splitters;
  private final ScheduledFuture<?> rerouteTicks;

  /** By sampler; changed on the epochs thread. */
  private final Map<SamplerKey, Link> links = new ConcurrentHashMap<>();

  /** Those to samplers that are lost, and at first also to those that are drained. */
  private final Map<SamplerKey, Link> former = new ConcurrentHashMap<>();

  private final LongSupplier nanoTime;
  private final RingTables tables;
  private final ExecutorService epochs;

  /** Whether an epoch has to follow the one in use to be in turn (E3). */
  private final boolean ordered;

  /** In use; read and changed on the epochs thread. */
  private @Nullable Epoch applied;

  /** Told of; perhaps not in use yet. */
  private volatile EpochOrder newest = EpochOrder.NONE;

  private volatile @Nullable Routes routes;
  private volatile Peer namedSelf;
  private volatile boolean stopping;
  private volatile boolean closed;

  /**
   * @param retentionConfig what is kept of that which samplers have accepted
   * @param self node id and random bits of this router
   * @param minSamplers fewer active samplers than this and it is not ready
   * @param loops run links and their timers; not shut down here
   * @param transport suits the loops
   * @param tables shared with who checks their sums, so that each is built once
   */
  public Forwarder(
      ForwardConfig config,
      RetentionConfig retentionConfig,
      Peer self,
      int minSamplers,
      EventLoopGroup loops,
      LinkTransport transport,
      RingTables tables,
      Metrics metricRegistry,
      Rules rules) {
    this(
        config,
        retentionConfig,
        self,
        minSamplers,
        loops,
        new Surroundings(transport, System::nanoTime, new Random(), tables, epochsThread(), rules),
        metricRegistry);
  }

  /**
   * What a simulation puts in the place of.
   *
   * @param epochs runs one task at a time; shut down on close
   */
  record Surroundings(
      LinkChannels channels,
      LongSupplier nanoTime,
      Random random,
      RingTables tables,
      ExecutorService epochs,
      Rules rules) {}

  Forwarder(
      ForwardConfig config,
      RetentionConfig retentionConfig,
      Peer self,
      int minSamplers,
      EventLoopGroup loops,
      Surroundings surroundings,
      Metrics metricRegistry) {
    this.nanoTime = surroundings.nanoTime();
    this.tables = surroundings.tables();
    this.epochs = surroundings.epochs();
    Rules rules = surroundings.rules();
    this.ordered = rules.inForce(Rule.E3);
    this.config = config;
    this.self = self;
    this.namedSelf = self;
    this.minSamplers = minSamplers;
    this.loops = loops;
    this.control = loops.next();
    this.unsent = new UnsentBytes(config.maxUnsentBytes());
    this.metrics = new ForwardMetrics(metricRegistry);
    HeaderTable headers = HeaderTable.ofDefaultSize();
    this.splitters =
        ThreadLocal.withInitial(() -> new BatchSplitter(headers, PooledByteBufAllocator.DEFAULT));
    this.rerouter =
        new Rerouter(
            () -> routes,
            new BatchSplitter(headers, PooledByteBufAllocator.DEFAULT),
            bytesHeld,
            metrics,
            nanoTime);
    this.retention =
        new RetentionLoop(
            rules.inForce(Rule.M5) ? retentionConfig : RetentionConfig.off(),
            new RetentionLoop.Surroundings(
                control,
                rerouter,
                seqs,
                bytesHeld,
                PooledByteBufAllocator.DEFAULT,
                nanoTime,
                rules),
            this::allLinks,
            this::say,
            metricRegistry);
    this.linkContext =
        new LinkContext(
            config,
            () -> namedSelf,
            surroundings.channels(),
            seqs,
            new AtomicLong(),
            surroundings.random(),
            new OnControlLoop(),
            retention,
            metrics,
            unsent,
            nanoTime);
    this.rerouteTicks =
        control.scheduleWithFixedDelay(
            rerouter::run, REROUTE_TICK_MILLIS, REROUTE_TICK_MILLIS, TimeUnit.MILLISECONDS);
    retention.start();
    registerGauges(metricRegistry);
  }

  /** A link becomes a former one before it leaves the others, so in this order none is missed. */
  private Collection<Link> allLinks() {
    List<Link> all = new ArrayList<>(links.values());
    all.addAll(former.values());
    return all;
  }

  private void say(SamplerKey to, RouterWord word) {
    Link link = links.get(to);
    Link known = link != null ? link : former.get(to);
    if (known != null) {
      known.say(word);
    }
  }

  private static ExecutorService epochsThread() {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, "router-epochs");
          thread.setDaemon(true);
          return thread;
        });
  }

  private void registerGauges(Metrics registry) {
    registry.gauge(
        "ringtail_router_held_bytes", "Span bytes of parts not accepted yet.", bytesHeld::get);
    registry.gauge(
        "ringtail_router_held_limit_bytes",
        "Limit of ringtail_router_held_bytes.",
        config::maxBytesHeld);
    registry.gauge(
        "ringtail_router_unsent_bytes",
        "Bytes of messages to samplers that gRPC was given and has not sent.",
        unsent::bytes);
    registry.gauge(
        "ringtail_router_unsent_limit_bytes",
        "Above it no link gives gRPC more, by the memory outside the heap.",
        unsent::maxBytes);
    registry.gauge(
        "ringtail_router_open_requests", "Requests not answered yet.", openRequests::get);
    registry.gauge("ringtail_router_links", "Samplers to have a link to.", links::size);
    registry.gauge(
        "ringtail_router_links_up",
        "Links over which parts can be sent.",
        () -> links.values().stream().filter(Link::isUp).count());
    registry.gauge(
        "ringtail_router_epoch_number",
        "Number of the epoch in use; 0 before the first.",
        () -> inUse().number());
    registry.gauge(
        "ringtail_router_epoch_view",
        "View id of the epoch in use; 0 before the first.",
        () -> inUse().viewId());
    registry.gauge(
        "ringtail_router_table_mismatch",
        "1 if the table of the epoch in use is not the coordinator's.",
        () -> mismatch() ? 1 : 0);
  }

  @Override
  public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
    Routes now = routes;
    Optional<Refusal> refusal = refusal(now, length);
    if (refusal.isPresent() || now == null) {
      responder.refused(refusal.orElseThrow());
      return;
    }
    Split split;
    try {
      split = splitters.get().split(body, offset, length, context, now.table());
    } catch (MalformedWireException e) {
      responder.refused(new Refusal.Malformed("not an OTLP export request: " + e.getMessage()));
      return;
    }
    metrics.receivedSpans.inc(split.spanCount() + split.rejectedSpans());
    metrics.dropped(DropReason.INVALID_ID, split.rejectedSpans());
    if (split.parts().isEmpty()) {
      responder.accepted(split.rejectedSpans(), PendingRequest.rejection(split.rejectedSpans()));
      return;
    }
    Refusal full = now.full(split, nanoTime.getAsLong());
    if (full != null) {
      metrics.refused(RefuseReason.BUSY, split.spanCount());
      split.parts().forEach(Part::release);
      responder.refused(full);
      return;
    }
    openRequests.incrementAndGet();
    PendingRequest request =
        new PendingRequest(
            responder,
            nanoTime.getAsLong() + config.timeout().toNanos(),
            split.parts().size(),
            split.rejectedSpans(),
            openRequests::decrementAndGet);
    now.dispatch(split, request, bytesHeld);
  }

  private Optional<Refusal> refusal(@Nullable Routes now, int length) {
    Optional<String> why = whyNotReady(now);
    if (why.isPresent()) {
      return Optional.of(new Refusal.NotReady(why.get(), RETRY_AFTER));
    }
    if (retention.refusesIntake()) {
      return Optional.of(
          new Refusal.Busy(
              "router.retention.max-bytes is full of spans their samplers have not settled",
              RETRY_AFTER));
    }
    long held = bytesHeld.get();
    return held + length <= config.maxBytesHeld()
        ? Optional.empty()
        : Optional.of(
            new Refusal.Busy(
                "samplers are behind: " + held + " bytes are waiting for them", RETRY_AFTER));
  }

  @Override
  public boolean ready() {
    return whyNotReady().isEmpty();
  }

  /** Why no request would be taken now; empty if it would. */
  public Optional<String> whyNotReady() {
    return whyNotReady(routes);
  }

  private Optional<String> whyNotReady(@Nullable Routes now) {
    if (stopping) {
      return Optional.of("this router stops");
    }
    return now == null ? Optional.of("no epoch yet") : now.table().whyNotReady();
  }

  /** Requests taken and not answered yet. */
  public long openRequests() {
    return openRequests.get();
  }

  /** Span bytes of parts not accepted yet. */
  public long bytesHeld() {
    return bytesHeld.get();
  }

  /** Links over which parts can be sent now. */
  public int linksUp() {
    return (int) links.values().stream().filter(Link::isUp).count();
  }

  /** Links there are to be. */
  public int linkCount() {
    return links.size();
  }

  /** Nodes the epoch in use names; 0 before the first. */
  public int members() {
    Routes now = routes;
    return now == null ? 0 : now.table().epoch().members().size();
  }

  /** The epoch in use; {@link EpochOrder#NONE} before the first. */
  public EpochOrder inUse() {
    Routes now = routes;
    return now == null ? EpochOrder.NONE : now.order();
  }

  private boolean mismatch() {
    Routes now = routes;
    return now != null && !now.table().checksumMatches();
  }

  /** Takes the next epoch into use, soon; in turn. */
  public void onEpoch(Epoch epoch) {
    onEpoch(epoch, true, () -> {});
  }

  /**
   * Takes a newer epoch into use, soon. Does not block; in the order of calls (protocol E3).
   *
   * @param inTurn false after a gap, or a change of chain: then every sampler no longer named is
   *     lost
   * @param inUse told when it is in use, on the epochs thread
   */
  public void onEpoch(Epoch epoch, boolean inTurn, Runnable inUse) {
    newest = epoch.order();
    try {
      epochs.execute(() -> apply(epoch, inTurn, inUse));
    } catch (RejectedExecutionException e) {
      log.debug("event=epoch-ignored epoch={} reason=stopped", epoch.order());
    }
  }

  private void apply(Epoch epoch, boolean inTurn, Runnable inUse) {
    Peer before = namedSelf;
    try {
      long startNanos = nanoTime.getAsLong();
      RoutingTable table =
          RoutingTable.build(epoch, tables, self.nodeId(), self.incarnation().bits(), minSamplers);
      EpochOrder namedAnew = nameSelf(epoch);
      Routes next = new Routes(table, outlets(epoch, table));
      boolean known = inTurn && isNext(epoch);
      applied = epoch;
      List<Link> gone = drop(epoch);
      routes = next;
      retention.onEpoch(table, known, namedAnew, gone.size());
      Set<SamplerKey> lost = epoch.lost().stream().map(SamplerKey::of).collect(Collectors.toSet());
      gone.forEach(l -> l.onReceiverGone(epoch.order(), !known || lost.contains(l.key())));
      links.values().forEach(link -> link.onEpoch(epoch.order()));
      control.execute(rerouter::run);
      logEpoch(table, nanoTime.getAsLong() - startNanos);
      inUse.run();
    } catch (RejectedExecutionException e) {
      log.debug("event=epoch-ignored epoch={} reason=stopped", epoch.order());
    } catch (RuntimeException | Error e) {
      metrics.epochFailures.inc();
      log.error("event=epoch-failed epoch={}", epoch.order(), e);
      namedSelf = before;
      again(epoch, inTurn, inUse);
    }
  }

  /** What was adopted in turn may have been missed here, if the one before could not be used. */
  private boolean isNext(Epoch epoch) {
    Epoch before = applied;
    return before == null || epoch.follows(before) || !ordered;
  }

  /** Tries again, until a newer one comes. */
  @SuppressWarnings("FutureReturnValueIgnored") // it comes back as an epoch
  private void again(Epoch epoch, boolean inTurn, Runnable inUse) {
    try {
      control.schedule(
          () -> {
            if (epoch.order().equals(newest)) {
              onEpoch(epoch, inTurn, inUse);
            }
          },
          AGAIN_MILLIS,
          TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("event=epoch-ignored epoch={} reason=stopped", epoch.order());
    }
  }

  /**
   * Learns as whom samplers know this router.
   *
   * @return the epoch in which they see it come, if they have not known it before: that one if it
   *     does not name this router, as they will ask when one does; null if they have
   */
  private @Nullable EpochOrder nameSelf(Epoch epoch) {
    Peer before = namedSelf;
    for (Member m : epoch.members()) {
      if (m.nodeId().equals(self.nodeId()) && m.incarnation().bits() == self.incarnation().bits()) {
        namedSelf = new Peer(m.nodeId(), m.incarnation());
        return before.equals(namedSelf) ? null : m.incarnation().order();
      }
    }
    return epoch.order();
  }

  /** Opens links to samplers newly named; those of the owners are the outlets. */
  private List<Outlet> outlets(Epoch epoch, RoutingTable table) {
    for (Member m : epoch.members()) {
      if (m.role() == Member.Role.SAMPLER && !m.linkAddress().isEmpty()) {
        open(m);
      }
    }
    List<Outlet> outlets = new ArrayList<>();
    for (Member owner : table.owners()) {
      Link link = links.get(SamplerKey.of(owner));
      if (link == null) {
        throw new IllegalStateException("sampler " + owner.nodeId() + " has no link address");
      }
      outlets.add(link);
    }
    return outlets;
  }

  private void open(Member sampler) {
    SamplerKey key = SamplerKey.of(sampler);
    if (links.containsKey(key)) {
      return;
    }
    Link link = new Link(linkContext, sampler, loops.next());
    links.put(key, link);
    Link stranger = former.remove(key);
    if (stranger != null) {
      stranger.stop();
    }
    link.start();
  }

  /** Returns the links to samplers that are not named any more. */
  private List<Link> drop(Epoch epoch) {
    former.values().removeIf(Link::isOver);
    Map<SamplerKey, Link> gone = new HashMap<>(links);
    for (Member m : epoch.members()) {
      if (m.role() == Member.Role.SAMPLER && !m.linkAddress().isEmpty()) {
        gone.remove(SamplerKey.of(m));
      }
    }
    former.putAll(gone);
    links.keySet().removeAll(gone.keySet());
    return new ArrayList<>(gone.values());
  }

  private void logEpoch(RoutingTable table, long tookNanos) {
    log.info(
        "event=epoch-in-use epoch={} samplers={} checksum={} took_ms={}",
        table.order(),
        table.ownerCount(),
        Long.toHexString(table.epoch().tableChecksum()),
        TimeUnit.NANOSECONDS.toMillis(tookNanos));
    if (!table.checksumMatches()) {
      log.error("event=table-mismatch reason=\"{}\"", table.whyNotReady().orElse(""));
    }
  }

  private final class OnControlLoop implements Rerouting {
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it runs once more; a tick follows anyway
    public void reroute(Parcel parcel, EpochOrder atLeast, long waitNanos, ResendReason reason) {
      long notBeforeNanos = nanoTime.getAsLong() + waitNanos;
      control.execute(
          () -> {
            rerouter.add(parcel, atLeast, notBeforeNanos, reason);
            if (closed) {
              rerouter.onStop();
            } else if (waitNanos == 0) {
              rerouter.runDue();
            } else {
              control.schedule(rerouter::runDue, waitNanos, TimeUnit.NANOSECONDS);
            }
          });
    }

    @Override
    public EpochOrder inUse() {
      return Forwarder.this.inUse();
    }
  }

  /** Takes no more requests. */
  void stopTaking() {
    stopping = true;
  }

  /** Takes no more requests, and waits until those taken are answered, at most so long. */
  public boolean drain(Duration atMost) throws InterruptedException {
    stopTaking();
    long deadlineNanos = System.nanoTime() + atMost.toNanos();
    while (openRequests.get() > 0 && System.nanoTime() - deadlineNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return openRequests.get() == 0;
  }

  /**
   * Waits until all that was accepted is settled (protocol S1), at most so long.
   *
   * @return spans that are not: lost if their sampler is, after this router has gone
   */
  public long settle(Duration atMost) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + atMost.toNanos();
    while (!retention.isSettled() && System.nanoTime() - deadlineNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return unsettledSpans();
  }

  /** Accepted spans in the log. */
  public long unsettledSpans() {
    return retention.isSettled() ? 0 : retention.spanCount();
  }

  /** Whether nothing accepted waits to be settled, and nothing is being replayed. */
  public boolean isSettled() {
    return retention.isSettled();
  }

  /** For a simulation that takes rules away. */
  RetentionLog retentionLog() {
    return retention.log();
  }

  /** Ends the links; requests not answered by now are refused, retryable. */
  @Override
  public void close() {
    stopping = true;
    closed = true;
    epochs.shutdown();
    rerouteTicks.cancel(false);
    allLinks().forEach(Link::stop);
    control.execute(
        () -> {
          rerouter.onStop();
          retention.onStop();
        });
  }
}
