package io.ringtail.sampler;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ringtail.admin.Admin;
import io.ringtail.admin.AdminContext;
import io.ringtail.admin.EpochsTold;
import io.ringtail.admin.Surroundings;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Membership;
import io.ringtail.cluster.Memberships;
import io.ringtail.config.ListenException;
import io.ringtail.http2.ReadMemory;
import io.ringtail.link.Farewell;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.Peer;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.metrics.Metrics;
import io.ringtail.ops.OpsServer;
import io.ringtail.ops.Readiness;
import io.ringtail.ring.RingTables;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.export.Exports;
import io.ringtail.sampler.export.KeptTraceListener;
import io.ringtail.sampler.export.ListeningQueue;
import io.ringtail.sampler.handoff.Arrival;
import io.ringtail.sampler.handoff.Draining;
import io.ringtail.sampler.handoff.Handoff;
import io.ringtail.sampler.handoff.HandoffStatus;
import io.ringtail.sampler.handoff.KeeperConfig;
import io.ringtail.sampler.intake.DictionaryMemory;
import io.ringtail.sampler.intake.LinkServer;
import io.ringtail.sampler.intake.Ownership;
import io.ringtail.sampler.peer.PeerLinks;
import io.ringtail.sampler.shard.ShardSet;
import io.ringtail.sampler.store.ShardMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
  private static final Logger log = LoggerFactory.getLogger(SamplerNode.class);
  private static final long LOOK_MILLIS = 20;
  private static final int REMEMBERED_TABLES = 4;

  private final SamplerConfig config;
  private final SecureRandom random = new SecureRandom();
  private final Metrics metrics = new Metrics();
  private final Readiness readiness = new Readiness();
  private final EventLoopGroup loops;
  private final Exports exports;
  private final ShardSet shards;
  private final PeerLinks peers;
  private final Handoff handoff;
  private final Arrival arrival;
  private final LinkServer links;
  private final Membership membership;
  private final EpochsTold epochsTold;
  private final Admin admin;
  private final CompletableFuture<String> fenced = new CompletableFuture<>();
  private volatile Incarnation incarnation = new Incarnation(EpochOrder.NONE, random.nextLong());
  private final Standing standing;
  private final OperatorOrders orders;
  private @Nullable OpsServer ops;
  private volatile boolean stopped;

  /** One in nobody's process but the caller's. */
  public SamplerNode(
      SamplerConfig config, KeptTraceListener tap, MemoryLimits limits, Rules rules) {
    this(config, tap, limits, rules, Surroundings.none());
  }

  /**
   * Puts a sampler together; nothing listens yet.
   *
   * @param tap sees each kept trace before it is exported; for {@code dev}
   * @param limits the memory it divides
   * @param surroundings for its admin service
   * @throws IllegalArgumentException if that is too little for any sampler
   */
  public SamplerNode(
      SamplerConfig config,
      KeptTraceListener tap,
      MemoryLimits limits,
      Rules rules,
      Surroundings surroundings) {
    SamplerMemory memory = SamplerMemory.of(limits, config.shards(), config.export());
    this.config = config;
    rules.announce(config.node().id(), metrics);
    this.standing = new Standing(config.weight(), this::tell);
    this.loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("sampler-io", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.peers =
        new PeerLinks(
            this::self,
            loops,
            Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class,
            metrics);
    this.exports = Exports.open(memory.export(), metrics);
    RingTables tables = new RingTables(REMEMBERED_TABLES);
    this.membership =
        Memberships.of(config.cluster(), owners -> tables.of(owners).checksum(), metrics, rules);
    this.orders =
        new OperatorOrders(
            config.node().id(), standing, membership::newest, this::whyNothingCanBeOrdered);
    this.handoff =
        new Handoff(
            KeeperConfig.of(
                config.node().id(),
                incarnation.bits(),
                moves(),
                config.tailSampling().decisionWait(),
                rules),
            membership::complete,
            membership::inUse,
            Handoff.Executors.started(tables),
            metrics);
    this.arrival = new Arrival(handoff::status);
    this.shards =
        new ShardSet(
            memory.shards(),
            config.tailSampling(),
            new ListeningQueue(exports, tap),
            metrics,
            ShardMemory.of(
                memory.slabBytes(),
                memory.keptBytes(),
                memory.unreadBytes(),
                MemoryLimits::hasDirect),
            handoff,
            membership::mayDecide,
            rules);
    Ownership ownership = new Ownership();
    this.links =
        new LinkServer(
            config.listen(),
            this::self,
            ownership,
            shards,
            loops,
            new ReadMemory(memory.readBytes()),
            new DictionaryMemory(memory.dictionaryBytes()),
            metrics,
            handoff);
    memory
        .plan()
        .announce(
            config.node().id(),
            "max_buffered_bytes=" + memory.shards().maxBufferedBytes(),
            metrics);
    handoff.connect(shards, ownership, links, peers);
    peers.start(handoff.events());
    links.add(peers.service());
    this.epochsTold = new EpochsTold(tables);
    this.admin =
        new Admin(
            config.admin(),
            new AdminContext(
                config.cluster(),
                config.node().id(),
                memory.plan().cuts(),
                membership,
                tables,
                metrics,
                readiness,
                surroundings),
            new SamplerAdmin(
                config,
                new SamplerAdmin.Parts(shards, handoff, exports, membership),
                epochsTold,
                tables,
                orders));
    readiness.require("cluster", membership::whyNotJoined);
    readiness.require("lease", this::whyNoLease);
    readiness.require("drained", this::whyDrained);
    if (moves()) {
      readiness.require("handoff", this::whyNotArrived);
    }
  }

  private Optional<String> whyNoLease() {
    return membership.mayDecide(System.nanoTime())
        ? Optional.empty()
        : Optional.of("the coordinator has not answered lately: nothing is decided");
  }

  private Optional<String> whyNotArrived() {
    return standing.isDrained() ? Optional.empty() : arrival.whyNot();
  }

  private Optional<String> whyDrained() {
    return standing.isDrained()
        ? Optional.of("by an operator: owns no slots until undrained or restarted")
        : Optional.empty();
  }

  private Optional<String> whyNothingCanBeOrdered() {
    if (fenced.isDone()) {
      return Optional.of(fenced.join());
    }
    return moves()
        ? Optional.empty()
        : Optional.of("cluster.discovery is fixed: slots never move in this cluster");
  }

  /** Whether members come and go, and slots with them. */
  private boolean moves() {
    return config.cluster().discovery() != ClusterConfig.Discovery.FIXED;
  }

  /**
   * Listens and joins; returns once joined. Ready when an epoch gives it slots of which no other
   * node has anything any more.
   *
   * @throws Exception if an address cannot be had, naming the key, or the cluster cannot be joined
   */
  public void start() throws Exception {
    try {
      links.start();
    } catch (IOException e) {
      throw new ListenException("sampler.link.listen", config.listen(), e);
    }
    ops = OpsServer.start(config.ops(), metrics, readiness);
    admin.start();
    shards.start();
    handoff.start(this::look);
    membership.start(member(standing.begin()), new Epochs());
    log.info(
        "event=started node={} link={} ops={} admin={}",
        config.node().id(),
        linkAddress(),
        opsAddress(),
        adminAddress());
  }

  private final class Epochs implements EpochListener {
    @Override
    public void onEpoch(Epoch epoch) {
      onEpoch(epoch, true);
    }

    @Override
    public void onEpoch(Epoch epoch, boolean inTurn) {
      epochsTold.add(epoch);
      admin.onEpoch(epoch);
      epoch.members().stream()
          .filter(m -> m.incarnation().bits() == incarnation.bits())
          .findFirst()
          .ifPresent(this::named);
      peers.onEpoch(epoch);
      handoff.onEpoch(epoch, inTurn, () -> inUse(epoch));
    }

    /** Perhaps again, after one chain had lost it. */
    private void named(Member me) {
      incarnation = me.incarnation();
      readiness.ready("lost");
    }

    @Override
    public void onCompletions(List<Completion> completions) {
      handoff.onCompletions(completions);
    }

    @Override
    public void onLost(Epoch without) {
      log.error(
          "event=lost node={} incarnation={} epoch={}: the cluster took this sampler for dead; it"
              + " gives away what it holds and comes back as another",
          config.node().id(),
          incarnation,
          without.order());
      readiness.notReady("lost", "the cluster took this node for dead; it clears up");
      handoff.onLost(without);
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

  private void inUse(Epoch epoch) {
    HandoffStatus status = handoff.status();
    log.info(
        "event=epoch order={} members={} owns_slots={} held_slots={} questions={}",
        epoch.order(),
        epoch.members().size(),
        status.owns(),
        status.heldSlots(),
        status.questions());
  }

  /** Who was lost and holds nothing any more comes back. */
  private void look(HandoffStatus status) {
    if (status.empty() && !stopped) {
      comeBack();
    }
  }

  private void comeBack() {
    Incarnation before = incarnation;
    Incarnation next = new Incarnation(EpochOrder.NONE, random.nextLong());
    log.info("event=coming-back node={} before={} bits={}", config.node().id(), before, next);
    incarnation = next;
    handoff.comeBack(next.bits());
    arrival.again();
    peers.restart();
    links.endLinks(Farewell.Reason.NOT_ME, "this node comes back as another incarnation");
    membership.comeBack(next.bits());
    readiness.ready("lost");
  }

  /**
   * The config file says another weight, which replaces an operator's, too: takes that share of the
   * slots from now on, relative to the others' weights.
   */
  public void weight(int newWeight) {
    standing.weight(newWeight);
  }

  private void tell(Standing.Told told) {
    if (told.state() == Member.State.DRAINING) {
      arrival.again(); // if it is to own slots again, it is as one that starts
    }
    membership.update(member(told));
  }

  private Peer self() {
    return new Peer(config.node().id(), incarnation);
  }

  private Member member(Standing.Told as) {
    return new Member(
        config.node().id(),
        incarnation,
        Member.Role.SAMPLER,
        as.state(),
        as.weight(),
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

  /** Where the admin service is; empty before the start, and if it is off. */
  public String adminAddress() {
    return admin.address();
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
   * Stops in order: gives away what it holds, or, the last of its cluster, decides and exports it;
   * then leaves with a word, and sends what lies in its queue on disk. Takes {@code
   * sampler.stop-grace} at most; what is not done by then it leaves to others by leaving without a
   * word, or on disk to who starts there next.
   */
  public void stop() throws InterruptedException {
    if (stopped) {
      return;
    }
    stopped = true;
    log.info("event=stopping node={}", config.node().id());
    readiness.notReady("stopping", "this node stops");
    long deadline = System.nanoTime() + config.stopGrace().toNanos();
    if (fenced.isDone()) {
      close();
    } else {
      boolean settled = drain(deadline);
      leave(settled);
      close(left(deadline));
    }
    log.info(
        "event=stopped node={} accepted_spans={} handed_in_spans={} kept_spans={} dropped_spans={}"
            + " handed_out_spans={} held_spans={} export_sent_spans={} export_lost_spans={}"
            + " export_left_on_disk_spans={}",
        config.node().id(),
        metrics.total("ringtail_sampler_accepted_spans_total"),
        metrics.total("ringtail_sampler_handed_in_spans_total"),
        metrics.total("ringtail_sampler_kept_spans_total"),
        metrics.total("ringtail_sampler_dropped_spans_total"),
        metrics.total("ringtail_sampler_handed_out_spans_total"),
        shards.heldSpans(),
        metrics.total("ringtail_sampler_export_sent_spans_total"),
        metrics.total("ringtail_sampler_export_lost_spans_total"),
        metrics.total("ringtail_sampler_export_left_spans_total"));
  }

  /** Returns whether everything is with others or settled. */
  private boolean drain(long deadline) throws InterruptedException {
    Draining draining = new Draining(moves(), config.stopGrace().toNanos());
    standing.stop();
    while (true) {
      HandoffStatus status = handoff.status();
      switch (draining.next(status, shards.heldSpans() == 0, deadline - System.nanoTime())) {
        case WAIT -> TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        case LEAVE -> {
          return true;
        }
        case DECIDE -> {
          return decide(deadline);
        }
        case ABANDON -> {
          log.warn(
              "event=not-drained node={} held_spans={} complete_up_to={} epoch={} questions={}",
              config.node().id(),
              shards.heldSpans(),
              status.completeUpTo(),
              status.epoch(),
              status.questions());
          return false;
        }
      }
    }
  }

  /** There is nobody to give anything to: what is held is decided now, and exported. */
  private boolean decide(long deadline) throws InterruptedException {
    if (!moves()) {
      links.stop();
    }
    shards.drainAndDecide(left(deadline));
    exports.close(left(deadline));
    return shards.heldSpans() == 0 && shards.unansweredExports() == 0;
  }

  private void leave(boolean withAWord) {
    if (withAWord) {
      membership.close();
    } else {
      membership.abandon();
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
    close(Duration.ZERO);
  }

  /** Ends it; what lies on disk is sent for so long. */
  private void close(Duration patience) {
    stopped = true;
    membership.abandon();
    peers.close();
    closeLinks();
    handoff.close();
    closeShards();
    exports.closeHandedOver(patience);
    OpsServer server = ops;
    if (server != null) {
      server.close();
    }
    admin.close();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
  }

  private void closeLinks() {
    try {
      links.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
