package io.ringtail.router.forward;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.ring.RingTables;
import io.ringtail.router.receive.Ingress;
import io.ringtail.router.receive.Responder;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.retain.RetentionLog;
import io.ringtail.router.split.BatchSplitter;
import io.ringtail.router.split.HeaderTable;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import io.ringtail.threads.DaemonThreads;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each part of a request to its owner and answers when all have accepted: {@link
 * RequestIntake} takes requests, {@link EpochSwitch} says where parts belong, {@link LinkSet} holds
 * the links. Here they are put together, told of epochs and brought to their end.
 *
 * <p>Threads: {@link #accept} any; epochs on one thread; links and rerouter on the given event
 * loops.
 */
public final class Forwarder implements Ingress, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Forwarder.class);

  private final EventLoopGroup loops;
  private final EventLoop control;
  private final AtomicLong bytesHeld = new AtomicLong();
  private final UnsentBytes unsent;
  private final Seqs seqs = new Seqs();
  private final RetentionLoop retention;
  private final Rerouter rerouter;
  private final RerouteLoop rerouting;
  private final LinkContext linkContext;
  private final LinkSet links;
  private final EpochSwitch epochs;
  private final RequestIntake intake;

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
    LongSupplier nanoTime = surroundings.nanoTime();
    Rules rules = surroundings.rules();
    ForwardMetrics metrics = new ForwardMetrics(metricRegistry);
    this.loops = loops;
    this.control = loops.next();
    this.links = new LinkSet(this::newLink, metricRegistry);
    this.unsent = new UnsentBytes(config.maxUnsentBytes());
    HeaderTable headers = HeaderTable.ofDefaultSize();
    Supplier<BatchSplitter> splitter =
        () -> new BatchSplitter(headers, PooledByteBufAllocator.DEFAULT);
    Mishaps mishaps = new Mishaps(metrics.failures, log, nanoTime);
    this.rerouter =
        new Rerouter(this::routes, splitter.get(), bytesHeld, metrics, mishaps, nanoTime);
    this.rerouting = new RerouteLoop(control, rerouter, this::inUse, mishaps, nanoTime);
    OpenRequests open = new OpenRequests(seqs, config.timeout().multipliedBy(2), mishaps, nanoTime);
    this.retention =
        new RetentionLoop(
            rules.inForce(Rule.M5) ? retentionConfig : RetentionConfig.off(),
            new RetentionLoop.Surroundings(
                control,
                rerouter,
                seqs,
                open,
                bytesHeld,
                PooledByteBufAllocator.DEFAULT,
                nanoTime,
                rules),
            links::all,
            links::say,
            metricRegistry);
    this.linkContext =
        new LinkContext(
            config,
            this::namedSelf,
            surroundings.channels(),
            seqs,
            new AtomicLong(),
            surroundings.random(),
            rerouting,
            retention,
            metrics,
            mishaps,
            unsent,
            nanoTime);
    this.epochs =
        new EpochSwitch(
            self,
            minSamplers,
            surroundings,
            new EpochSwitch.Told(control, links, retention, rerouter),
            metrics,
            metricRegistry);
    this.intake =
        new RequestIntake(
            config,
            new RequestIntake.Surroundings(
                splitter, this::routes, retention::roomBytes, bytesHeld, open, metrics, nanoTime),
            metricRegistry);
    rerouting.start();
    retention.start();
    registerGauges(metricRegistry, config);
  }

  private Link newLink(Member sampler) {
    return new Link(linkContext, sampler, loops.next());
  }

  private @Nullable Routes routes() {
    return epochs.routes();
  }

  private Peer namedSelf() {
    return epochs.namedSelf();
  }

  private static ExecutorService epochsThread() {
    return Executors.newSingleThreadExecutor(new DaemonThreads("router-epochs"));
  }

  private void registerGauges(Metrics registry, ForwardConfig config) {
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
  }

  @Override
  public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
    intake.accept(body, offset, length, context, responder);
  }

  @Override
  public boolean ready() {
    return intake.ready();
  }

  /** Why no request would be taken now; empty if it would. */
  public Optional<String> whyNotReady() {
    return intake.whyNotReady();
  }

  /** Requests taken and not answered yet. */
  public long openRequests() {
    return intake.openRequests();
  }

  /** Span bytes of parts not accepted yet. */
  public long bytesHeld() {
    return bytesHeld.get();
  }

  /** Links over which parts can be sent now. */
  public int linksUp() {
    return links.up();
  }

  /** Node ids of samplers whose link is not up, sorted. */
  public List<String> linksDown() {
    return links.down();
  }

  /** Links there are to be. */
  public int linkCount() {
    return links.size();
  }

  /** Nodes the epoch in use names; 0 before the first. */
  public int members() {
    Routes now = routes();
    return now == null ? 0 : now.table().epoch().members().size();
  }

  /** The epoch in use; {@link EpochOrder#NONE} before the first. */
  public EpochOrder inUse() {
    return epochs.inUse();
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
    epochs.onEpoch(epoch, inTurn, inUse);
  }

  /** Takes no more requests. */
  void stopTaking() {
    intake.stop();
  }

  /** Takes no more requests, and waits until those taken are answered, at most so long. */
  public boolean drain(Duration atMost) throws InterruptedException {
    stopTaking();
    long deadlineNanos = System.nanoTime() + atMost.toNanos();
    while (openRequests() > 0 && System.nanoTime() - deadlineNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    return openRequests() == 0;
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
    stopTaking();
    rerouting.close();
    epochs.stop();
    links.stop();
    control.execute(
        () -> {
          rerouter.onStop();
          retention.onStop();
        });
  }
}
