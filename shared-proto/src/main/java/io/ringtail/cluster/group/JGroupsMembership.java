package io.ringtail.cluster.group;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.MemberMail;
import io.ringtail.cluster.Membership;
import io.ringtail.cluster.epoch.ClusterView;
import io.ringtail.cluster.epoch.Epochs;
import io.ringtail.cluster.word.ClusterCodec;
import io.ringtail.cluster.word.GroupWord;
import io.ringtail.cluster.word.WordDispatch;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import io.ringtail.threads.DaemonThreads;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Epochs} over a {@link GroupChannel}. Threads: any; all state is one daemon thread's, which
 * also calls the listener.
 *
 * <p>How: a {@link Session} is this node as one incarnation; {@link WordDispatch} says who takes
 * the words that come.
 */
public final class JGroupsMembership implements Membership {
  private static final Logger log = LoggerFactory.getLogger(JGroupsMembership.class);
  private static final long TICK_MILLIS = 100;
  private static final long LEAVE_MILLIS = 3_000;
  private static final long REFRESH_MILLIS = 1_000;
  private static final long REJOIN_MILLIS = 500;
  private static final int MAX_BIND_ATTEMPTS = 10;

  private final ClusterConfig config;
  private final ToLongFunction<List<Member>> tableChecksum;
  private final Rules rules;
  private final LongSupplier nanoClock = System::nanoTime;
  private final ScheduledExecutorService thread = oneThread();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private final WordDispatch words = new WordDispatch();
  private final GroupMail mail = new GroupMail(() -> this.channel);
  private final ClusterMetrics metrics;
  private final Standing standing;

  private volatile @Nullable GroupChannel channel;

  /** On the membership thread. */
  private @Nullable Session session;

  /** Newest state and weight that were told; on the membership thread. */
  private @Nullable Member updated;

  /** That have been asked for and not been looked at. */
  private final AtomicInteger updates = new AtomicInteger();

  private boolean closed;

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
    this.metrics = new ClusterMetrics(metrics);
    this.standing = new Standing(config.minSamplers(), this.metrics.alone);
    ClusterMetrics.show(standing, metrics);
    for (int kind = ClusterCodec.FIRST_KIND; kind <= ClusterCodec.LAST_KIND; kind++) {
      words.take(kind, this::onClusterMessage);
    }
    words.take(GroupMail.KIND, mail);
  }

  private static ScheduledExecutorService oneThread() {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, new DaemonThreads("ringtail-membership"));
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return executor;
  }

  @Override
  public void start(Member self, EpochListener listener) throws Exception {
    every(TICK_MILLIS, () -> step(Epochs::onTick));
    every(REFRESH_MILLIS, this::refreshHosts);
    every(GroupChannel.LOOK_AROUND_MILLIS, this::refreshHostsUntilJoined);
    try {
      join(self, listener);
    } catch (Exception e) {
      thread.shutdownNow();
      throw e;
    }
  }

  private void every(long millis, Runnable what) {
    Runnable always = metrics.goingOn(what);
    var unused = thread.scheduleWithFixedDelay(always, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void enqueue(Runnable what) {
    try {
      thread.execute(what);
    } catch (RejectedExecutionException e) {
      log.debug("after close: {}", e.getMessage());
    }
  }

  // ---- joining

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
    GroupChannel created = new GroupChannel(config, port, self, nanoClock, metrics.failures);
    Epochs epochs = new Epochs(self, tableChecksum, rules);
    Session next = new Session(epochs, to, created, standing, metrics, nanoClock);
    try {
      created.lookAround();
      enqueue(() -> begin(next));
      channel = created;
      created.connect(listener(next), this::enqueue);
    } catch (Exception e) {
      channel = null;
      enqueue(() -> giveUp(next));
      created.close();
      throw created.whyNotJoined(e);
    }
  }

  private void rejoin(Member self, EpochListener to) {
    for (int attempt = 1; ; attempt++) {
      synchronized (this) {
        GroupChannel open = channel;
        channel = null;
        if (closed) {
          return;
        }
        if (open != null) {
          open.close();
        }
        try {
          join(self, to);
          return;
        } catch (Exception e) {
          metrics.failures.inc();
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

  // ---- on the membership thread

  private void begin(Session next) {
    session = next;
    Member newest = updated; // kept: this one may not join, and the next has to know it too
    if (newest != null) {
      step((epochs, now) -> epochs.update(newest, now));
    }
  }

  /** It could not join. */
  private void giveUp(Session one) {
    if (session == one) {
      session = null;
    }
  }

  private void step(Session.Step step) {
    Session s = session;
    if (s == null) {
      return;
    }
    s.step(step);
    if (s.hasLeft()) {
      left.complete(null);
    }
  }

  /** What comes of a channel that is closed may still be in the queue. */
  private GroupChannel.Listener listener(Session of) {
    return new GroupChannel.Listener() {
      @Override
      public void onView(ClusterView view) {
        if (session == of) {
          log.info(
              "view changed id={} peers={} merged={}",
              view.id(),
              view.peers().size(),
              view.merged());
          step((epochs, now) -> epochs.onView(view, now));
        }
      }

      @Override
      public void onWords(long fromBits, byte[] bytes) {
        if (session == of) {
          dispatch(fromBits, bytes);
        }
      }
    };
  }

  private void dispatch(long fromBits, byte[] bytes) {
    try {
      words.dispatch(fromBits, bytes);
    } catch (InvalidProtocolBufferException e) {
      metrics.failures.inc();
      log.warn(
          "cluster message not understood from={} reason={}",
          Long.toHexString(fromBits),
          e.getMessage());
    }
  }

  private void onClusterMessage(long fromBits, GroupWord word)
      throws InvalidProtocolBufferException {
    ClusterCodec.decode(word)
        .ifPresent(message -> step((epochs, now) -> epochs.on(fromBits, message, now)));
  }

  private void refreshHosts() {
    Session s = session;
    if (s != null) {
      s.channel().refreshHosts();
    }
  }

  /** Others may start at once: who sees them in time does not become a cluster of its own. */
  private void refreshHostsUntilJoined() {
    if (standing.newest().isEmpty()) {
      refreshHosts();
    }
  }

  // ---- from any thread

  @Override
  public void update(Member self) {
    updates.incrementAndGet();
    enqueue(
        () -> {
          updated = self;
          try {
            step((epochs, now) -> epochs.update(self, now));
          } finally {
            updates.decrementAndGet(); // else it could never leave with a word
          }
        });
  }

  @Override
  public boolean isAsSaid() {
    return updates.get() == 0 && standing.isAsSaid();
  }

  @Override
  public Optional<Epoch> newest() {
    return standing.newest();
  }

  @Override
  public boolean joined() {
    return standing.whyNotJoined().isEmpty();
  }

  @Override
  public Optional<String> whyNotJoined() {
    return standing.whyNotJoined();
  }

  @Override
  public Optional<MemberMail> mail() {
    return Optional.of(mail);
  }

  @Override
  public void complete(Completion mine) {
    enqueue(() -> step((epochs, now) -> epochs.complete(mine, now)));
  }

  @Override
  public void inUse(Epoch epoch) {
    enqueue(() -> step((epochs, now) -> epochs.inUse(epoch, now)));
  }

  @Override
  public boolean mayDecide(long nowNanos) {
    return standing.mayDecide(nowNanos);
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
          standing.hasNoLease();
          standing.isOut("comes back as a new incarnation");
          Member self = old.self().withIncarnation(new Incarnation(EpochOrder.NONE, newBits));
          Thread rejoin = new Thread(() -> rejoin(self, old.listener()), "ringtail-rejoin");
          rejoin.setDaemon(true);
          rejoin.start();
        });
  }

  // ---- the end

  /** Waits up to 3 s for the epoch without this node. */
  @Override
  public synchronized void close() {
    closed = true;
    GroupChannel open = channel;
    channel = null;
    if (open == null) {
      thread.shutdownNow();
      return;
    }
    enqueue(() -> step(Epochs::leave));
    try {
      left.get(LEAVE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn("left before an epoch without this node was published");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
    thread.shutdown();
    open.close();
    standing.isOut("left");
  }

  @Override
  public synchronized void abandon() {
    closed = true;
    GroupChannel open = channel;
    channel = null;
    thread.shutdownNow();
    if (open != null) {
      open.close();
    }
    standing.isOut("left");
  }

  /** For tests: as if the process were killed. */
  void kill() throws Exception {
    GroupChannel open = channel;
    channel = null;
    thread.shutdownNow();
    if (open != null) {
      open.kill();
    }
  }
}
