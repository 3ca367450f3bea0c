package io.ringtail.router;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.ringtail.admin.Admin;
import io.ringtail.admin.AdminContext;
import io.ringtail.admin.EpochsTold;
import io.ringtail.admin.Surroundings;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Membership;
import io.ringtail.cluster.group.Memberships;
import io.ringtail.http2.CopiedReads;
import io.ringtail.link.LinkMethod;
import io.ringtail.link.Peer;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.metrics.Metrics;
import io.ringtail.ops.OpsServer;
import io.ringtail.ops.Readiness;
import io.ringtail.ring.RingTables;
import io.ringtail.router.forward.Forwarder;
import io.ringtail.router.forward.LinkTransport;
import io.ringtail.router.receive.Connections;
import io.ringtail.router.receive.EventLoops;
import io.ringtail.router.receive.Receivers;
import io.ringtail.rules.Rules;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One router: OTLP in, links out, its place in the cluster. Several can live in one JVM.
 *
 * <p>Threads: {@link #start}, {@link #stop} and {@link #close} are called by the owner, one at a
 * time; epochs come on the membership's thread.
 */
public final class RouterNode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RouterNode.class);
  private static final int REMEMBERED_TABLES = 2;

  private final RouterConfig config;
  private final RouterMemory memory;
  private final long incarnationBits = new SecureRandom().nextLong();
  private final Metrics metrics = new Metrics();
  private final Readiness readiness = new Readiness();
  private final EventLoops loops;
  private final Connections connections;
  private final Forwarder forwarder;
  private final Membership membership;
  private final EpochsTold epochsTold;
  private final Admin admin;
  private final CompletableFuture<String> fenced = new CompletableFuture<>();
  private final OperatorOrders orders;
  private volatile @Nullable Receivers receivers;
  private @Nullable OpsServer ops;
  private volatile boolean stopped;
  private boolean closed;

  /** One in nobody's process but the caller's. */
  public RouterNode(RouterConfig config, MemoryLimits limits, Rules rules) {
    this(config, limits, rules, Surroundings.none());
  }

  /**
   * Puts a router together; nothing listens yet.
   *
   * @param limits the memory it divides
   * @param surroundings for its admin service
   * @throws IllegalArgumentException if that is too little for any router
   */
  public RouterNode(
      RouterConfig config, MemoryLimits limits, Rules rules, Surroundings surroundings) {
    this.config = config;
    this.memory = RouterMemory.of(limits, config.receive(), config.forward(), config.retention());
    rules.announce(config.node().id(), metrics);
    this.loops = EventLoops.create(limits.processors());
    this.connections =
        new Connections(loops, memory.connections(metrics), new CopiedReads(memory.readBytes()));
    Class<? extends Channel> sockets =
        loops.epoll() ? EpollSocketChannel.class : NioSocketChannel.class;
    RingTables tables = new RingTables(REMEMBERED_TABLES);
    this.forwarder =
        new Forwarder(
            memory.forward(),
            memory.retention(),
            new Peer(config.node().id(), incarnation()),
            config.cluster().minSamplers(),
            loops.workers(),
            new LinkTransport(sockets, connections.memory()),
            tables,
            metrics,
            rules);
    this.membership =
        Memberships.of(config.cluster(), owners -> tables.of(owners).checksum(), metrics, rules);
    this.orders =
        new OperatorOrders(config.node().id(), this::whyNothingCanBeOrdered, this::drained);
    memory
        .plan()
        .announce(
            config.node().id(), "retention_max_bytes=" + memory.retention().maxBytes(), metrics);
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
            new RouterAdmin(memory.retention(), forwarder, epochsTold, () -> stopped, orders));
    readiness.require("cluster", membership::whyNotJoined);
    readiness.require("forward", forwarder::whyNotReady);
    readiness.require("links", this::whyNoLinks);
    readiness.require("alone", this::whyAlone);
  }

  private Optional<String> whyNothingCanBeOrdered() {
    if (fenced.isDone()) {
      return Optional.of(fenced.join());
    }
    return stopped ? Optional.of(config.node().id() + " stops") : Optional.empty();
  }

  private void drained(boolean now) {
    if (now) {
      readiness.notReady("drained", "by an operator: other routers are to be used");
    } else {
      readiness.ready("drained");
    }
    Receivers r = receivers;
    if (r != null) {
      r.sendAway(now);
    }
    membership.update(member(state()));
  }

  /** Others only show it: a router owns nothing. */
  private Member.State state() {
    return orders.isDrained() ? Member.State.DRAINING : Member.State.ACTIVE;
  }

  private Optional<String> whyAlone() {
    return config.cluster().namesOnlyItself() && forwarder.linkCount() == 0
        ? Optional.of("cluster.hosts names only this node (expected host:port of a sampler)")
        : Optional.empty();
  }

  private Optional<String> whyNoLinks() {
    return forwarder.linksUp() > 0
        ? Optional.empty()
        : Optional.of("no link to a sampler is up (of " + forwarder.linkCount() + ")");
  }

  /**
   * Listens and joins; returns once joined. Until an epoch names it requests are refused as not
   * ready, retryable.
   *
   * @throws Exception if an address cannot be had, naming the key, or the cluster cannot be joined
   */
  public void start() throws Exception {
    try {
      ops = OpsServer.start(config.ops(), metrics, readiness);
      admin.start();
      Receivers started = Receivers.start(memory.receive(), forwarder, metrics, connections);
      receivers = started;
      started.sendAway(orders.isDrained());
      membership.start(member(state()), new Epochs());
    } catch (Exception e) {
      close();
      throw e;
    }
    log.info(
        "event=started node={} grpc_port={} http_port={} ops={} admin={}",
        config.node().id(),
        grpcPort(),
        httpPort(),
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
      forwarder.onEpoch(epoch, inTurn, () -> membership.inUse(epoch));
    }

    @Override
    public void onFenced(Member newer) {
      String reason = "a newer process of node id " + config.node().id() + " has joined";
      log.error(
          "event=fenced node={} newer={} reason=\"{}\"",
          config.node().id(),
          newer.incarnation(),
          reason);
      readiness.notReady("fenced", reason);
      fenced.complete("fenced: " + reason + " the cluster");
    }
  }

  private Incarnation incarnation() {
    return new Incarnation(EpochOrder.NONE, incarnationBits);
  }

  private Member member(Member.State state) {
    return new Member(
        config.node().id(),
        incarnation(),
        Member.Role.ROUTER,
        state,
        0,
        "",
        opsAddress(),
        config.node().zone(),
        LinkMethod.VERSION);
  }

  /** The port OTLP/gRPC is served on; 0 if it is off. */
  public int grpcPort() {
    Receivers r = receivers;
    return r == null ? 0 : r.grpcPort();
  }

  /** The port OTLP/HTTP is served on; 0 if it is off. */
  public int httpPort() {
    Receivers r = receivers;
    return r == null ? 0 : r.httpPort();
  }

  /** Where metrics and health are served; empty before the start. */
  public String opsAddress() {
    OpsServer server = ops;
    if (server == null) {
      return "";
    }
    InetSocketAddress address = server.address();
    return address.getHostString() + ":" + address.getPort();
  }

  /** Where the admin service is; empty before the start, and if it is off. */
  public String adminAddress() {
    return admin.address();
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

  /** Nodes the epoch it routes by names; 0 before the first. */
  public int members() {
    return forwarder.members();
  }

  /** Links to samplers that are up. */
  public int linksUp() {
    return forwarder.linksUp();
  }

  /** The epoch it routes by; {@link EpochOrder#NONE} before the first. */
  public EpochOrder epochInUse() {
    return forwarder.inUse();
  }

  /**
   * Stops in order (protocol S1): not ready, accepts for {@code drain.delay} more, tells
   * connections to go, answers what it took, keeps its log until the samplers have settled all of
   * it, leaves. Samplers do not know of a fenced one's log any more, so it does not wait for them.
   * What cannot be answered within {@code drain.grace} is refused, retryable; spans not settled by
   * then are counted: a sampler that dies now takes them along.
   */
  public void stop() throws InterruptedException {
    if (stopped) {
      return;
    }
    stopped = true;
    log.info(
        "event=stopping node={} open_requests={}", config.node().id(), forwarder.openRequests());
    readiness.notReady("stopping", "this router stops");
    long deadlineNanos =
        System.nanoTime() + config.drainDelay().plus(config.drainGrace()).toNanos();
    TimeUnit.NANOSECONDS.sleep(config.drainDelay().toNanos());
    Receivers r = receivers;
    if (r != null) {
      r.drain(left(deadlineNanos));
    }
    boolean quiet = forwarder.drain(left(deadlineNanos));
    long uncovered = forwarder.settle(fenced.isDone() ? Duration.ZERO : left(deadlineNanos));
    close();
    log.info(
        "event=stopped node={} all_answered={} uncovered_spans={} received_spans={}"
            + " forwarded_spans={} dropped_spans={} refused_spans={}",
        config.node().id(),
        quiet,
        uncovered,
        metrics.total("ringtail_router_received_spans_total"),
        metrics.total("ringtail_router_forwarded_spans_total"),
        metrics.total("ringtail_router_dropped_spans_total"),
        metrics.total("ringtail_router_refused_spans_total"));
  }

  private static Duration left(long deadlineNanos) {
    return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
  }

  /** Ends it at once; requests not answered yet are refused, retryable. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    forwarder.close();
    Receivers r = receivers;
    if (r != null) {
      r.close();
    }
    membership.close();
    OpsServer server = ops;
    if (server != null) {
      server.close();
    }
    admin.close();
    loops.close();
  }
}
