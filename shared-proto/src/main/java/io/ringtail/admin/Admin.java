package io.ringtail.admin;

import io.ringtail.admin.call.AwakeTimer;
import io.ringtail.admin.call.NodeCalls;
import io.ringtail.admin.report.Recent;
import io.ringtail.cluster.Epoch;
import io.ringtail.config.HostPort;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Mishaps;
import io.ringtail.ops.Readiness;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's admin service. Started before the node joins, so that it answers while that takes its
 * time, and closed after it has left. With {@code admin.listen: off} it serves no port and still
 * answers the other nodes.
 *
 * <p>Threads: {@link #start} and {@link #close} are the owner's, epochs come on any. Of its own it
 * has two for calls, two for letters of other nodes, so that neither waits for the other, and a
 * timer.
 */
public final class Admin implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Admin.class);
  private static final int THREADS = 2;
  private static final int MAX_LETTERS_WAITING = 1_000;
  private static final long LOOK_AT_COUNTERS_MILLIS = 1_000;
  private static final long LOOK_AT_HEALTH_MILLIS = 250;

  private final AdminConfig config;
  private final AdminContext context;
  private final Owners owners;
  private final Recent recent;
  private final ClusterAnswers answers;
  private final AtomicReference<@Nullable Epoch> newest = new AtomicReference<>();
  private final ThreadPoolExecutor calls = pool("ringtail-admin", new LinkedBlockingQueue<>());
  private final ThreadPoolExecutor letters =
      pool("ringtail-admin-letters", new ArrayBlockingQueue<>(MAX_LETTERS_WAITING));
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, r -> thread(r, "ringtail-admin-timer"));
  private final Mishaps mishaps;
  private @Nullable AdminServer server;

  /** Nothing listens before {@link #start}. */
  public Admin(AdminConfig config, AdminContext context, NodeAdmin tier) {
    this.config = config;
    this.context = context;
    this.recent = new Recent(context.metrics());
    this.owners = new Owners(context.tables());
    this.mishaps =
        new Mishaps(
            context
                .metrics()
                .counter("ringtail_admin_failures_total", "Errors of the admin service: bugs."),
            log,
            System::nanoTime);
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    LocalNode self = new LocalNode(context, tier, recent, System::nanoTime);
    NodeCalls others =
        new NodeCalls(
            context.membership().mail(),
            context.nodeId(),
            self,
            letters,
            new AwakeTimer(timer, System::nanoTime),
            context.metrics());
    this.answers =
        new ClusterAnswers(
            context.cluster().name(),
            context.nodeId(),
            self,
            others,
            owners,
            context.tables(),
            InstantSource.system());
  }

  private static ThreadPoolExecutor pool(String name, BlockingQueue<Runnable> queue) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            queue,
            r -> thread(r, name + "-" + number.incrementAndGet()));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static Thread thread(Runnable r, String name) {
    Thread t = new Thread(r, name);
    t.setDaemon(true);
    return t;
  }

  /**
   * Listens, if it is to.
   *
   * @throws ListenException if the address cannot be had
   */
  public void start() throws ListenException {
    every(LOOK_AT_COUNTERS_MILLIS, () -> recent.look(System.nanoTime()));
    if (config.listen().isEmpty()) {
      return;
    }
    AdminServer started =
        AdminServer.start(
            config.listen().get(), AdminService.of(answers), calls, context.metrics());
    server = started;
    Readiness readiness = context.readiness();
    every(LOOK_AT_HEALTH_MILLIS, () -> started.ready(readiness.reasons().isEmpty()));
  }

  private void every(long millis, Runnable what) {
    var unused =
        timer.scheduleWithFixedDelay(
            mishaps.goingOn("event=admin-failed", what), 0, millis, TimeUnit.MILLISECONDS);
  }

  /** A newer epoch is known. Does not wait: its table is built on a thread of the service. */
  public void onEpoch(Epoch epoch) {
    newest.set(epoch);
    if (!calls.isShutdown()) {
      calls.execute(this::takeEpoch);
    }
  }

  private synchronized void takeEpoch() {
    Epoch epoch = newest.getAndSet(null);
    if (epoch != null) {
      try {
        owners.onEpoch(epoch);
      } catch (RuntimeException | Error e) {
        mishaps.happened("event=admin-failed epoch=" + epoch.order(), e);
      }
    }
  }

  /** {@code host:port} it listens on; empty if it does not. */
  public String address() {
    AdminServer listening = server;
    return listening == null
        ? ""
        : HostPort.print(
            InetSocketAddress.createUnresolved(
                config.listen().orElseThrow().getHostString(), listening.port()));
  }

  @Override
  public void close() {
    timer.shutdownNow();
    AdminServer listening = server;
    server = null;
    if (listening != null) {
      listening.close();
    }
    calls.shutdown();
    letters.shutdown();
  }
}
