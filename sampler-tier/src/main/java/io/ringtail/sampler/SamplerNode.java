package io.ringtail.sampler;

import io.ringtail.admin.Admin;
import io.ringtail.admin.AdminContext;
import io.ringtail.admin.EpochsTold;
import io.ringtail.admin.Surroundings;
import io.ringtail.cluster.Member;
import io.ringtail.config.ListenException;
import io.ringtail.link.LinkMethod;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.metrics.Metrics;
import io.ringtail.ops.OpsServer;
import io.ringtail.ops.Readiness;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.export.KeptTraceListener;
import io.ringtail.sampler.handoff.Arrival;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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

  private final SamplerConfig config;
  private final Metrics metrics = new Metrics();
  private final Readiness readiness = new Readiness();
  private final Self self;
  private final Standing standing;
  private final SamplerParts parts;
  private final Arrival arrival;
  private final Admin admin;
  private final Place place;
  private @Nullable OpsServer ops;
  private boolean stopped;

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
    this.self = new Self(config.node().id());
    rules.announce(self.nodeId(), metrics);
    this.standing = new Standing(config.weight(), this::tell);
    this.parts = SamplerParts.of(config, memory, tap, self, metrics, rules);
    memory
        .plan()
        .announce(
            self.nodeId(), "max_buffered_bytes=" + memory.shards().maxBufferedBytes(), metrics);
    this.arrival = new Arrival(parts.handoff()::status);
    EpochsTold epochsTold = new EpochsTold(parts.tables());
    this.admin = admin(memory, surroundings, epochsTold);
    this.place =
        new Place(
            self,
            parts,
            readiness,
            arrival,
            epoch -> {
              epochsTold.add(epoch);
              admin.onEpoch(epoch);
            });
    readiness.require("cluster", parts.membership()::whyNotJoined);
    readiness.require("lease", this::whyNoLease);
    readiness.require("drained", this::whyDrained);
    if (config.cluster().slotsMove()) {
      readiness.require("handoff", this::whyNotArrived);
    }
  }

  private Admin admin(SamplerMemory memory, Surroundings surroundings, EpochsTold epochsTold) {
    OperatorOrders orders =
        new OperatorOrders(
            self.nodeId(), standing, parts.membership()::newest, this::whyNothingCanBeOrdered);
    return new Admin(
        config.admin(),
        new AdminContext(
            config.cluster(),
            self.nodeId(),
            memory.plan().cuts(),
            parts.membership(),
            parts.tables(),
            metrics,
            readiness,
            surroundings),
        new SamplerAdmin(config, parts, epochsTold, orders));
  }

  private Optional<String> whyNoLease() {
    return parts.membership().mayDecide(System.nanoTime())
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
    if (fenced().isDone()) {
      return Optional.of(fenced().join());
    }
    return config.cluster().slotsMove()
        ? Optional.empty()
        : Optional.of("cluster.discovery is fixed: slots never move in this cluster");
  }

  /**
   * Listens and joins; returns once joined. Ready when an epoch gives it slots of which no other
   * node has anything any more.
   *
   * @throws Exception if an address cannot be had, naming the key, or the cluster cannot be joined
   */
  public void start() throws Exception {
    try {
      parts.links().start();
    } catch (IOException e) {
      throw new ListenException("sampler.link.listen", config.listen(), e);
    }
    ops = OpsServer.start(config.ops(), metrics, readiness);
    admin.start();
    parts.shards().start();
    parts.handoff().start(place::look);
    parts.membership().start(member(standing.begin()), place);
    log.info(
        "event=started node={} link={} ops={} admin={}",
        self.nodeId(),
        linkAddress(),
        opsAddress(),
        adminAddress());
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
    parts.membership().update(member(told));
  }

  private Member member(Standing.Told as) {
    return new Member(
        self.nodeId(),
        self.incarnation(),
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
        ? reachable(config.listen()) + ":" + parts.links().port()
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
    return place.fenced();
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
    place.stop();
    log.info("event=stopping node={}", self.nodeId());
    readiness.notReady("stopping", "this node stops");
    long deadlineNanos = System.nanoTime() + config.stopGrace().toNanos();
    if (fenced().isDone()) {
      close();
    } else {
      new Leaving(config, parts, standing).leave(deadlineNanos);
      close(Leaving.left(deadlineNanos));
    }
    log.info(
        "event=stopped node={} accepted_spans={} handed_in_spans={} kept_spans={} dropped_spans={}"
            + " handed_out_spans={} held_spans={} export_sent_spans={} export_lost_spans={}"
            + " export_left_on_disk_spans={}",
        self.nodeId(),
        metrics.total("ringtail_sampler_accepted_spans_total"),
        metrics.total("ringtail_sampler_handed_in_spans_total"),
        metrics.total("ringtail_sampler_kept_spans_total"),
        metrics.total("ringtail_sampler_dropped_spans_total"),
        metrics.total("ringtail_sampler_handed_out_spans_total"),
        parts.shards().heldSpans(),
        metrics.total("ringtail_sampler_export_sent_spans_total"),
        metrics.total("ringtail_sampler_export_lost_spans_total"),
        metrics.total("ringtail_sampler_export_left_spans_total"));
  }

  /** Ends it at once; what is held is dropped and counted. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /** Ends it; what lies on disk is sent for so long. */
  private void close(Duration patience) {
    stopped = true;
    place.stop();
    parts.close(patience);
    OpsServer server = ops;
    if (server != null) {
      server.close();
    }
    admin.close();
    parts.closeLoops();
  }
}
