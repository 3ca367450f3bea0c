package io.ringtail.sampler;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.PlatformDependent;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Membership;
import io.ringtail.cluster.Memberships;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.ops.OpsServer;
import io.ringtail.ops.Readiness;
import io.ringtail.ring.HeirTable;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.export.Exports;
import io.ringtail.sampler.export.KeptTraceListener;
import io.ringtail.sampler.export.ListeningQueue;
import io.ringtail.sampler.intake.LinkServer;
import io.ringtail.sampler.intake.Ownership;
import io.ringtail.sampler.shard.ShardConfig;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.shard.SlotView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sampler: links in, shards, export out, its place in the cluster. Several can live in one JVM.
 *
 * <p>Threads: {@link #start}, {@link #stop} and {@link #close} are called by the owner, one at a
 * time; epochs come on the membership's thread.
 */
public final class SamplerNode implements AutoCloseable {
  private static final HeirTable ALONE =
      RingTable.build(List.of(new RingMember("alone", 1))).heirs();
  private static final Peers NOBODY = (to, word) -> false;
  private static final Logger log = LoggerFactory.getLogger(SamplerNode.class);
  private static final Duration LEAVE_WAIT = Duration.ofSeconds(3);

  private final SamplerConfig config;
  private final long incarnationBits = new SecureRandom().nextLong();
  private final Metrics metrics = new Metrics();
  private final Readiness readiness = new Readiness();
  private final EventLoopGroup loops;
  private final Ownership ownership;
  private final Exports exports;
  private final ShardSet shards;
  private final LinkServer links;
  private final Membership membership;
  private final CompletableFuture<String> fenced = new CompletableFuture<>();
  private volatile Incarnation incarnation = new Incarnation(EpochOrder.NONE, incarnationBits);
  private volatile int weight;
  private @Nullable OpsServer ops;
  private boolean stopped;

  /**
   * Puts a sampler together; nothing listens yet.
   *
   * @param tap sees each kept trace before it is exported; for {@code dev}
   */
  public SamplerNode(SamplerConfig config, KeptTraceListener tap) {
    this.config = config;
    this.weight = config.weight();
    this.loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("sampler-io", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.ownership = new Ownership(config.node().id(), incarnationBits);
    this.exports = Exports.open(config.export(), metrics);
    ExportQueue queue = new ListeningQueue(exports, tap);
    this.shards =
        new ShardSet(withinMemory(config.shards()), config.tailSampling(), queue, metrics, NOBODY, now -> true);
    this.links = new LinkServer(config.listen(), this::self, ownership, shards, loops, metrics);
    this.membership =
        Memberships.of(config.cluster(), owners -> RingTable.of(owners).checksum(), metrics);
    readiness.require("cluster", membership::whyNotJoined);
  }

  /** A budget that the JVM would not give would end in failing shards, not in refusals. */
  private static ShardConfig withinMemory(ShardConfig configured) {
    ShardConfig possible = configured.within(PlatformDependent.estimateMaxDirectMemory());
    if (!possible.equals(configured)) {
      log.warn(
          "event=buffer-limited max_buffered_bytes={} configured={} reason=\"spans are kept outside"
              + " the heap; set -XX:MaxDirectMemorySize to a seventh more than"
              + " sampler.max-buffered-bytes\"",
          possible.maxBufferedBytes(),
          configured.maxBufferedBytes());
    }
    return possible;
  }

  /**
   * Listens and joins; returns once joined. Ready when an epoch names it.
   *
   * @throws IOException if an address cannot be had; the message names the key
   */
  public void start() throws Exception {
    try {
      links.start();
    } catch (IOException e) {
      throw new IOException(
          "sampler.link.listen: cannot listen on "
              + config.listen().getHostString()
              + ":"
              + config.listen().getPort()
              + ": "
              + rootMessage(e),
          e);
    }
    ops = OpsServer.start(config.ops(), metrics, readiness);
    shards.start();
    membership.start(member(Member.State.ACTIVE), new Epochs());
    log.info(
        "event=started node={} link={} ops={}", config.node().id(), linkAddress(), opsAddress());
  }

  private final class Epochs implements EpochListener {
    @Override
    public void onEpoch(Epoch epoch) {
      use(epoch);
    }

    @Override
    public void onFenced(Member newer) {
      log.error(
          "event=fenced node={} incarnation={} newer={}: another process with this node id has"
              + " joined; this one stops deciding and stops",
          config.node().id(),
          incarnation,
          newer.incarnation());
      readiness.notReady("fenced", "a newer process of node id " + config.node().id() + " joined");
      stopDeciding();
      fenced.complete(
          "fenced: a newer process of node id " + config.node().id() + " has joined the cluster");
    }
  }

  private void use(Epoch epoch) {
    RingTable table = RingTable.of(epoch);
    if (table.checksum() != epoch.tableChecksum()) {
      log.error(
          "event=checksum-mismatch epoch={} expected={} own={}",
          epoch.order(),
          Long.toHexString(epoch.tableChecksum()),
          Long.toHexString(table.checksum()));
      readiness.notReady("table", "own ring table differs from that of epoch " + epoch.order());
      return;
    }
    readiness.ready("table");
    epoch.members().stream()
        .filter(m -> m.incarnation().bits() == incarnationBits)
        .findFirst()
        .ifPresent(m -> incarnation = m.incarnation());
    ownership.use(epoch, table, snapshot -> shards.slots(view(epoch, table)));
    links.epochInUse(epoch);
    log.info(
        "event=epoch order={} members={} slots={}",
        epoch.order(),
        epoch.members().size(),
        ownership.newest().slotCount());
  }

  /** Takes another share of the slots from now on, relative to the others' weights. */
  public void weight(int newWeight) {
    weight = newWeight;
    if (!stopped) {
      membership.update(member(Member.State.ACTIVE));
    }
  }

  /** Until the handoff is wired: nobody is told of decisions, nothing is held. */
  private SlotView view(Epoch epoch, RingTable table) {
    return SlotView.of(epoch, table, ownership.newest().self()).withHeirs(ALONE);
  }

  private Peer self() {
    return new Peer(config.node().id(), incarnation);
  }

  private Member member(Member.State state) {
    return new Member(
        config.node().id(),
        incarnation,
        Member.Role.SAMPLER,
        state,
        weight,
        linkAddress(),
        opsAddress(),
        config.node().zone(),
        LinkMethod.VERSION);
  }

  /** Where routers open links, as told to them. */
  public String linkAddress() {
    return config.advertise().isEmpty()
        ? reachable(config.listen()) + ":" + links.port()
        : config.advertise();
  }

  /** Where metrics and health are served. */
  public String opsAddress() {
    OpsServer server = ops;
    return server == null ? "" : reachable(server.address()) + ":" + server.address().getPort();
  }

  private static String reachable(InetSocketAddress bound) {
    InetAddress address = bound.getAddress();
    if (address == null || !address.isAnyLocalAddress()) {
      return bound.getHostString();
    }
    try {
      return InetAddress.getLocalHost().getHostAddress();
    } catch (UnknownHostException e) {
      return bound.getHostString();
    }
  }

  /** Completes with the reason if a newer process of the same node id takes over. */
  public CompletableFuture<String> fenced() {
    return fenced;
  }

  /** Why it is not ready, one reason a line; empty if it is. */
  public Readiness readiness() {
    return readiness;
  }

  public Metrics metrics() {
    return metrics;
  }

  /**
   * Stops in order: gives its slots away, decides what it holds, exports it, leaves. Whatever could
   * not be exported within {@code sampler.stop-grace} is counted and logged.
   */
  public void stop() throws InterruptedException {
    if (stopped) {
      return;
    }
    stopped = true;
    log.info("event=stopping node={}", config.node().id());
    readiness.notReady("stopping", "this node stops");
    if (!fenced.isDone()) {
      giveSlotsAway();
    }
    long deadline = System.nanoTime() + config.stopGrace().toNanos();
    links.stop();
    if (!fenced.isDone()) {
      shards.drainAndDecide(left(deadline));
    }
    exports.close(left(deadline));
    close();
    log.info("event=stopped node={}", config.node().id());
  }

  /** Waits, but not for ever, until no epoch in use names this node as an owner. */
  private void giveSlotsAway() throws InterruptedException {
    membership.update(member(Member.State.DRAINING));
    long deadline = System.nanoTime() + LEAVE_WAIT.toNanos();
    while (ownership.newest().slotCount() > 0 && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static Duration left(long deadlineNanos) {
    return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
  }

  /** Ends the shards' threads with what they hold undecided; a join may not block the caller. */
  private void stopDeciding() {
    Thread thread = new Thread(this::closeShards, "fenced");
    thread.setDaemon(true);
    thread.start();
  }

  private void closeShards() {
    try {
      shards.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it at once; what is held is dropped and counted. */
  @Override
  public void close() {
    stopped = true;
    membership.close();
    closeLinks();
    closeShards();
    exports.close(Duration.ZERO);
    OpsServer server = ops;
    if (server != null) {
      server.close();
    }
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  private void closeLinks() {
    try {
      links.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return String.valueOf(root.getMessage());
  }
}
