package io.ringtail.cluster;

import com.codahale.metrics.Counter;
import com.google.common.base.Throwables;
import com.google.common.net.HostAndPort;
import com.google.protobuf.InvalidProtocolBufferException;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.MergeView;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Epochs} over a JGroups channel. Threads: any; JGroups' callbacks only enqueue, all state
 * is one daemon thread's, which also calls the listener.
 *
 * <p>How: the JGroups address of a process carries its incarnation's bits (lower half) and whether
 * it is a sampler (lowest bit of the upper half), so that a view alone tells who coordinates.
 */
public final class JGroupsMembership implements Membership {
  private static final Logger log = LoggerFactory.getLogger(JGroupsMembership.class);
  private static final long TICK_MILLIS = 100;
  private static final long LEAVE_MILLIS = 3_000;
  private static final long REFRESH_MILLIS = 1_000;

  /** Long enough for nodes started by one command to see each other's files. */
  private static final long LOOK_AROUND_MILLIS = 200;

  /** Who does not know of a coordinator waits so long for others to answer; alone 1 s. */
  private static final long JOIN_MILLIS = 2_500;

  private static final long REJOIN_MILLIS = 500;
  private static final int MAX_BIND_ATTEMPTS = 10;

  private final ClusterConfig config;
  private final ToLongFunction<List<Member>> tableChecksum;
  private final Rules rules;
  private final LongSupplier nanoClock;
  private final ScheduledExecutorService thread;
  private final Map<Long, Address> addresses = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private final Counter applied;
  private final Counter outOfTurn;
  private final Counter lost;
  private final Counter failures;
  private final Counter lostSelf;
  private final Counter alone;

  private volatile Optional<Epoch> newest = Optional.empty();
  private volatile Optional<String> whyNotJoined = Optional.of("not started");
  private volatile @Nullable JChannel channel;
  private volatile @Nullable DirectoryHosts hosts;
  private volatile Lease lease = Lease.NONE;
  private volatile boolean coordinates;
  private @Nullable Session session;

  /** Newest state and weight, told while there was no session; on the membership thread. */
  private @Nullable Member updated;

  private boolean wentOnAlone;
  private boolean closed;

  /** One channel, as one incarnation; touched by the membership thread only. */
  private record Session(Epochs epochs, EpochListener listener, JChannel channel) {}

  /**
   * @param tableChecksum checksum of the ring table of members that own slots
   */
  public JGroupsMembership(
      ClusterConfig config,
      ToLongFunction<List<Member>> tableChecksum,
      Metrics metrics,
      Rules rules) {
    this.config = config;
    this.tableChecksum = tableChecksum;
    this.rules = rules;
    this.nanoClock = System::nanoTime;
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1,
            r -> {
              Thread t = new Thread(r, "ringtail-membership");
              t.setDaemon(true);
              return t;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.thread = executor;
    this.applied =
        metrics.counter("ringtail_cluster_epochs_total", "Epochs this node has put in use.");
    this.outOfTurn =
        metrics.counter(
            "ringtail_cluster_epochs_out_of_turn_total",
            "Epochs put in use after a gap or a change of chain.");
    this.lost =
        metrics.counter("ringtail_cluster_lost_members_total", "Members that left without a word.");
    this.failures =
        metrics.counter(
            "ringtail_cluster_failures_total",
            "Messages not understood or not sent, and errors of the membership thread.");
    this.lostSelf =
        metrics.counter(
            "ringtail_cluster_lost_self_total",
            "Times the cluster took this sampler for dead and went on without it.");
    this.alone =
        metrics.counter(
            "ringtail_cluster_alone_total",
            "Times this sampler, left alone by a loss, went on to decide: possible splits.");
    metrics.gauge(
        "ringtail_cluster_lease",
        "1 if this sampler may decide, 0 if it lacks a lease; 0 on routers.",
        () -> mayDecide(System.nanoTime()) ? 1 : 0);
    metrics.gauge(
        "ringtail_cluster_coordinator",
        "1 if this node makes the epochs, else 0.",
        () -> coordinates ? 1 : 0);
    metrics.gauge(
        "ringtail_cluster_epoch_number",
        "Number of the epoch in use, 0 without.",
        () -> newest.map(e -> e.order().number()).orElse(0L));
    for (Member.Role role : Member.Role.values()) {
      metrics.gauge(
          "ringtail_cluster_members",
          "Members the epoch in use names.",
          () -> count(role),
          "role",
          role.name().toLowerCase(java.util.Locale.ROOT));
    }
    metrics.gauge(
        "ringtail_cluster_joined",
        "1 if this node is part of a working cluster, else 0.",
        () -> joined() ? 1 : 0);
  }

  private double count(Member.Role role) {
    return newest
        .map(e -> (double) e.members().stream().filter(m -> m.role() == role).count())
        .orElse(0.0);
  }

  @Override
  public void start(Member self, EpochListener listener) throws Exception {
    every(TICK_MILLIS, () -> step(s -> s.epochs().onTick(nanoClock.getAsLong())));
    every(REFRESH_MILLIS, this::refreshHosts);
    every(LOOK_AROUND_MILLIS, this::refreshHostsUntilJoined);
    try {
      join(self, listener);
    } catch (Exception e) {
      thread.shutdownNow();
      throw e;
    }
  }

  private void join(Member self, EpochListener to) throws Exception {
    for (int attempt = 1; ; attempt++) {
      boolean anyPort = config.bindPort() == 0;
      int port = anyPort ? StackFile.freePort(config.bindHost()) : config.bindPort();
      try {
        connect(self, to, port);
        break;
      } catch (IOException e) {
        boolean taken = e instanceof ListenException; // since it was chosen
        if (!anyPort || !taken || attempt == MAX_BIND_ATTEMPTS) {
          throw e;
        }
      }
    }
    log.info(
        "cluster joined name={} node={} bits={}",
        config.name(),
        self.nodeId(),
        Long.toHexString(self.incarnation().bits()));
  }

  private void connect(Member self, EpochListener to, int port) throws Exception {
    JChannel created;
    try (InputStream stack = StackFile.of(config, port)) {
      created = new JChannel(stack);
    }
    created.setName(self.nodeId());
    created.addAddressGenerator(() -> address(self));
    Session next = new Session(new Epochs(self, tableChecksum, rules), to, created);
    created.setReceiver(receiver(next));
    try {
      if (config.discovery() == ClusterConfig.Discovery.DIRECTORY) {
        HostAndPort at = HostAndPort.fromParts(config.bindHost(), port);
        hosts = new DirectoryHosts(Path.of(config.directory()), config.name(), at);
        hosts.publish(Instant.now());
        TimeUnit.MILLISECONDS.sleep(LOOK_AROUND_MILLIS);
        TCPPING discovery = created.getProtocolStack().findProtocol(TCPPING.class);
        discovery.setInitialHosts(hosts.read(Instant.now(), nanoClock.getAsLong()));
      }
      if (knowsOthers(created)) {
        GMS views = created.getProtocolStack().findProtocol(GMS.class);
        views.setJoinTimeout(Math.max(JOIN_MILLIS, views.getJoinTimeout()));
      }
      enqueue(() -> begin(next));
      channel = created;
      created.connect(config.name());
    } catch (Exception e) {
      channel = null;
      created.close();
      closeHosts();
      throw notJoined(port, e);
    }
  }

  /** JGroups says neither which port nor why, so this looks itself. */
  private IOException notJoined(int port, Exception e) {
    String host = config.bindHost();
    boolean own = Throwables.getRootCause(e) instanceof BindException;
    Optional<IOException> taken =
        own ? StackFile.whyNotFree(host, port) : StackFile.whyNoFailureDetection(host, port);
    if (taken.isPresent()) {
      return new ListenException("cluster.bind", host, port, taken.get());
    }
    String reason = Throwables.getRootCause(e).getMessage();
    return new IOException("cluster: cannot join from " + host + ":" + port + ": " + reason, e);
  }

  /** Whether it may be one of several that start at once, maybe slowly. */
  private boolean knowsOthers(JChannel created) {
    return switch (config.discovery()) {
      case STATIC -> config.hosts().size() > 1;
      case DIRECTORY -> {
        TCPPING discovery = created.getProtocolStack().findProtocol(TCPPING.class);
        yield discovery.getInitialHosts().size() > 1;
      }
      case DNS -> true;
      case STACK, FIXED -> false;
    };
  }

  private void every(long millis, Runnable what) {
    var unused = thread.scheduleWithFixedDelay(what, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Others may start at once: who sees them in time does not become a cluster of its own. */
  private void refreshHostsUntilJoined() {
    if (newest.isEmpty()) {
      refreshHosts();
    }
  }

  /** Whoever started since is met when JGroups looks for sides to merge with. */
  private void refreshHosts() {
    DirectoryHosts known = hosts;
    Session s = session;
    if (known == null || s == null) {
      return;
    }
    try {
      known.publish(Instant.now());
      TCPPING discovery = s.channel().getProtocolStack().findProtocol(TCPPING.class);
      discovery.setInitialHosts(known.read(Instant.now(), nanoClock.getAsLong()));
    } catch (IOException | RuntimeException e) {
      failures.inc();
      log.warn("cluster directory not read path={} reason={}", config.directory(), e.toString());
    }
  }

  private void closeHosts() {
    DirectoryHosts known = hosts;
    hosts = null;
    if (known != null) {
      try {
        known.close();
      } catch (IOException e) {
        failures.inc();
        log.warn(
            "cluster directory not tidied path={} reason={}", config.directory(), e.toString());
      }
    }
  }

  private static Address address(Member self) {
    long random = ThreadLocalRandom.current().nextLong() & ~1L;
    long sampler = self.role() == Member.Role.SAMPLER ? 1 : 0;
    return new UUID(random | sampler, self.incarnation().bits());
  }

  private static long bits(Address address) {
    return ((UUID) address).getLeastSignificantBits();
  }

  private Receiver receiver(Session of) {
    return new Receiver() {
      @Override
      public void viewAccepted(View view) {
        enqueue(() -> onView(of, view));
      }

      @Override
      public void receive(Message message) {
        byte[] bytes = message.getArray();
        if (bytes != null) {
          byte[] own = new byte[message.getLength()];
          System.arraycopy(bytes, message.getOffset(), own, 0, own.length);
          Address from = message.getSrc();
          enqueue(() -> onMessage(of, from, own));
        }
      }
    };
  }

  private void enqueue(Runnable what) {
    try {
      thread.execute(what);
    } catch (RejectedExecutionException e) {
      log.debug("after close: {}", e.getMessage());
    }
  }

  // ---- on the membership thread

  private void begin(Session next) {
    session = next;
    Member newest = updated;
    updated = null;
    if (newest != null) {
      step(s -> s.epochs().update(newest, nanoClock.getAsLong()));
    }
  }

  private interface Step {
    List<Effect> on(Session session);
  }

  private void step(Step step) {
    Session s = session;
    if (s == null) {
      return;
    }
    try {
      doAll(s, step.on(s));
      newest = s.epochs().newest();
      whyNotJoined = s.epochs().whyNotJoined(config.minSamplers());
      lookAtLease(s);
      if (s.epochs().hasLeft()) {
        left.complete(null);
      }
    } catch (RuntimeException | Error e) {
      failures.inc();
      log.error("membership failed", e);
    }
  }

  private void lookAtLease(Session s) {
    long now = nanoClock.getAsLong();
    lease = s.epochs().lease(config.minSamplers(), now);
    coordinates = s.epochs().coordinates();
    boolean went = s.epochs().wentOnAlone(now);
    if (went && !wentOnAlone) {
      alone.inc();
      log.warn("alone since a loss: decides now, although a cluster may go on elsewhere");
    }
    wentOnAlone = went;
  }

  /** Words of a channel that is closed may still be in the queue. */
  private boolean isOpen(Session of) {
    return session != null && session.channel() == of.channel();
  }

  private void onView(Session of, View view) {
    if (!isOpen(of)) {
      return;
    }
    List<ClusterView.Peer> peers = new ArrayList<>();
    Map<Long, Address> found = new HashMap<>();
    for (Address a : view.getMembers()) {
      boolean sampler = (((UUID) a).getMostSignificantBits() & 1) == 1;
      peers.add(new ClusterView.Peer(bits(a), sampler));
      found.put(bits(a), a);
    }
    addresses.putAll(found);
    addresses.keySet().retainAll(found.keySet());
    boolean merged = view instanceof MergeView;
    ClusterView next = new ClusterView(view.getViewId().getId(), peers, merged);
    log.info("view changed id={} peers={} merged={}", next.id(), peers.size(), merged);
    step(s -> s.epochs().onView(next, nanoClock.getAsLong()));
  }

  private void onMessage(Session of, Address from, byte[] bytes) {
    if (!isOpen(of)) {
      return;
    }
    addresses.putIfAbsent(bits(from), from);
    try {
      ClusterCodec.decode(bytes, 0, bytes.length)
          .ifPresent(m -> step(s -> s.epochs().on(bits(from), m, nanoClock.getAsLong())));
    } catch (InvalidProtocolBufferException e) {
      failures.inc();
      log.warn("cluster message not understood from={} reason={}", from, e.getMessage());
    }
  }

  private void doAll(Session s, List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Send send) {
        Address to = addresses.get(send.toBits());
        if (to != null) {
          send(s, new BytesMessage(to, ClusterCodec.encode(send.message())));
        }
      } else if (effect instanceof Effect.SendAll send) {
        Message m = new BytesMessage(null, ClusterCodec.encode(send.message()));
        send(s, m.setFlag(Message.TransientFlag.DONT_LOOPBACK));
      } else if (effect instanceof Effect.Apply apply) {
        apply(s, apply);
      } else if (effect instanceof Effect.Completed completed) {
        s.listener().onCompletions(completed.completions());
      } else if (effect instanceof Effect.Lost gone) {
        lostSelf.inc();
        lease = Lease.NONE;
        log.warn("lost epoch={}: the cluster goes on without this node", gone.epoch().order());
        s.listener().onLost(gone.epoch());
      } else if (effect instanceof Effect.Fenced fenced) {
        lease = Lease.NONE;
        log.error(
            "fenced node={} newer={}: stopping",
            fenced.newer().nodeId(),
            fenced.newer().incarnation());
        s.listener().onFenced(fenced.newer());
      } else {
        throw new AssertionError(effect);
      }
    }
  }

  private void send(Session s, Message message) {
    try {
      s.channel().send(message);
    } catch (Exception e) {
      failures.inc();
      log.warn("cluster message not sent to={} reason={}", message.getDest(), e.getMessage());
    }
  }

  private void apply(Session s, Effect.Apply apply) {
    Epoch epoch = apply.epoch();
    applied.inc();
    lost.inc(epoch.lost().size());
    if (!apply.inTurn()) {
      outOfTurn.inc();
    }
    log.info(
        "epoch changed order={} coordinator={} samplers={} members={} lost={} in_turn={}",
        epoch.order(),
        epoch.coordinator(),
        epoch.activeSamplers(),
        epoch.members().size(),
        epoch.lost().stream().map(Member::nodeId).toList(),
        apply.inTurn());
    if (!apply.tableAgrees()) {
      log.error(
          "ring table differs from the cluster's order={} expected={}: not ready",
          epoch.order(),
          Long.toHexString(epoch.tableChecksum()));
    }
    newest = Optional.of(epoch);
    s.listener().onEpoch(epoch, apply.inTurn());
  }

  // ---- from any thread

  @Override
  public void update(Member self) {
    enqueue(
        () -> {
          if (session == null) {
            updated = self;
          } else {
            step(s -> s.epochs().update(self, nanoClock.getAsLong()));
          }
        });
  }

  @Override
  public Optional<Epoch> newest() {
    return newest;
  }

  @Override
  public boolean joined() {
    return whyNotJoined.isEmpty();
  }

  @Override
  public Optional<String> whyNotJoined() {
    return whyNotJoined;
  }

  @Override
  public void complete(Completion mine) {
    enqueue(() -> step(s -> s.epochs().complete(mine, nanoClock.getAsLong())));
  }

  @Override
  public void inUse(Epoch epoch) {
    enqueue(() -> step(s -> s.epochs().inUse(epoch, nanoClock.getAsLong())));
  }

  @Override
  public boolean mayDecide(long nowNanos) {
    return lease.isGoodAt(nowNanos);
  }

  /** With a new channel: the group knows a process by its address, which carries the bits. */
  @Override
  public void comeBack(long newBits) {
    enqueue(
        () -> {
          Session old = session;
          if (old == null) {
            return;
          }
          session = null;
          lease = Lease.NONE;
          whyNotJoined = Optional.of("comes back as a new incarnation");
          Member self =
              old.epochs().self().withIncarnation(new Incarnation(EpochOrder.NONE, newBits));
          Thread rejoin = new Thread(() -> rejoin(self, old.listener()), "ringtail-rejoin");
          rejoin.setDaemon(true);
          rejoin.start();
        });
  }

  private void rejoin(Member self, EpochListener to) {
    for (int attempt = 1; ; attempt++) {
      synchronized (this) {
        JChannel open = channel;
        channel = null;
        if (closed) {
          return;
        }
        if (open != null) {
          open.close();
          closeHosts();
        }
        try {
          join(self, to);
          return;
        } catch (Exception e) {
          failures.inc();
          log.warn("cannot come back yet attempt={} reason={}", attempt, e.getMessage());
        }
      }
      try {
        TimeUnit.MILLISECONDS.sleep(REJOIN_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Waits up to 3 s for the epoch without this node. */
  @Override
  public synchronized void close() {
    closed = true;
    JChannel open = channel;
    channel = null;
    if (open == null) {
      thread.shutdownNow();
      return;
    }
    enqueue(() -> step(s -> s.epochs().leave(nanoClock.getAsLong())));
    try {
      left.get(LEAVE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn("left before an epoch without this node was published");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError(e);
    }
    thread.shutdown();
    closeHosts();
    open.close();
    whyNotJoined = Optional.of("left");
  }

  @Override
  public synchronized void abandon() {
    closed = true;
    JChannel open = channel;
    channel = null;
    thread.shutdownNow();
    if (open != null) {
      closeHosts();
      open.close();
    }
    whyNotJoined = Optional.of("left");
  }

  /** For tests: as if the process were killed. */
  void kill() throws Exception {
    JChannel open = channel;
    channel = null;
    thread.shutdownNow();
    if (open != null) {
      org.jgroups.util.Util.shutdown(open);
    }
  }
}
