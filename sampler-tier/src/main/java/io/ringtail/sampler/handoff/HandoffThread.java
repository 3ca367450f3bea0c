package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.ring.HeirTable;
import io.ringtail.ring.RingTables;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.threads.DaemonThreads;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the keeper: what comes from links, shards and the membership is queued and met in order;
 * time passes in ticks. Tables and heirs are built on another thread, so that marks go on
 * meanwhile.
 *
 * <p>Threads: the two it is given; everything here may be called by any.
 */
public final class HandoffThread implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HandoffThread.class);
  private static final long TICK_MILLIS = 20;
  private static final long AGAIN_MILLIS = 1000;

  private final ScheduledExecutorService thread;
  private final ExecutorService builder;
  private final LongSupplier nanoClock;
  private final RingTables tables;
  private final Mishaps mishaps;
  private final Consumer<Epoch> whole;
  private volatile Keeper keeper;
  private volatile EpochOrder newest = EpochOrder.NONE;

  /** The last heirs wanted were not built; on the builder's thread. */
  private boolean heirsLeftOut;

  /**
   * @param thread runs one task at a time; shut down here
   * @param builder the same, for tables
   * @param whole told of each epoch that is in use with its heirs, on the handoff's thread
   * @param keeper until {@link #replace}
   */
  public HandoffThread(
      ScheduledExecutorService thread,
      ExecutorService builder,
      LongSupplier nanoClock,
      RingTables tables,
      Metrics metrics,
      Consumer<Epoch> whole,
      Keeper keeper) {
    this.thread = thread;
    this.builder = builder;
    this.nanoClock = nanoClock;
    this.tables = tables;
    this.whole = whole;
    this.keeper = keeper;
    this.mishaps =
        new Mishaps(
            metrics.counter(
                "ringtail_sampler_handoff_failures_total", "Errors of the handoff's thread: bugs."),
            log,
            nanoClock);
    HandoffMetrics.register(metrics, this::status);
  }

  /** A thread of its own. */
  public static ScheduledExecutorService newThread(String name) {
    return Executors.newSingleThreadScheduledExecutor(new DaemonThreads(name));
  }

  /**
   * Begins to tick.
   *
   * @param watcher told after each tick, on the handoff's thread
   */
  public void start(Consumer<HandoffStatus> watcher) {
    var unused =
        thread.scheduleWithFixedDelay(
            () -> tick(watcher), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tick(Consumer<HandoffStatus> watcher) {
    run(keeper, Keeper::onTick);
    run(keeper, (k, now) -> watcher.accept(k.status()));
  }

  /** Runs something soon, in the order of calls; nothing once closed or the keeper replaced. */
  public void execute(ShardTier.Task task) {
    Keeper meant = keeper;
    submit(thread, () -> run(meant, task));
  }

  private static void submit(ExecutorService to, Runnable task) {
    try {
      to.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("event=handoff-after-close");
    }
  }

  private void run(Keeper meant, ShardTier.Task task) {
    if (meant != keeper) {
      return;
    }
    try {
      task.run(meant, nanoClock.getAsLong());
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  private void failed(Throwable e) {
    mishaps.happened("event=handoff-failed", e);
  }

  /**
   * Takes an epoch into use once its tables are built. What fails is tried again, until a newer
   * epoch comes: which then is not in turn for the keeper.
   *
   * @param inUse told then, on the handoff's thread
   */
  public void onEpoch(Epoch epoch, boolean inTurn, Runnable inUse) {
    newest = epoch.order();
    Keeper meant = keeper;
    build(meant, epoch.order(), () -> buildTables(meant, epoch, inTurn, inUse));
  }

  /** Runs something on the builder, again and again while it fails and {@code of} is the newest. */
  private void build(Keeper meant, EpochOrder of, Runnable what) {
    submit(
        builder,
        () -> {
          try {
            what.run();
          } catch (RuntimeException | Error e) {
            failed(e);
            again(meant, of, what);
          }
        });
  }

  private void again(Keeper meant, EpochOrder of, Runnable what) {
    try {
      var unused =
          thread.schedule(
              () -> {
                if (meant == keeper && of.equals(newest)) {
                  build(meant, of, what);
                }
              },
              AGAIN_MILLIS,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("event=handoff-after-close");
    }
  }

  private void buildTables(Keeper meant, Epoch epoch, boolean inTurn, Runnable inUse) {
    Keeper.Tables built =
        new Keeper.Tables(tables.of(epoch.members()), tables.of(epoch.predecessorMembers()));
    submit(thread, () -> run(meant, (k, now) -> use(k, epoch, built, inTurn, inUse, now)));
  }

  private void use(
      Keeper of, Epoch epoch, Keeper.Tables built, boolean inTurn, Runnable inUse, long nowNanos) {
    if (built.now().checksum() != epoch.tableChecksum()) {
      log.error(
          "event=checksum-mismatch epoch={} expected={} own={}",
          epoch.order(),
          Long.toHexString(epoch.tableChecksum()),
          Long.toHexString(built.now().checksum()));
      return;
    }
    try {
      of.onEpoch(epoch, built, inTurn, nowNanos);
    } catch (RuntimeException | Error e) {
      failed(e);
      again(of, epoch.order(), () -> buildTables(of, epoch, inTurn, inUse));
      return;
    }
    inUse.run();
    Optional<SlotView> wanting = of.wantsHeirs();
    if (wanting.isEmpty()) {
      whole.accept(epoch);
    } else {
      SlotView view = wanting.get();
      build(of, view.order(), () -> buildHeirs(of, view, epoch));
    }
  }

  /**
   * Nothing is decided before the heirs are there. So those of an epoch that is not the newest are
   * left out only once, for the next one's: when epochs come faster than heirs are built, there is
   * time to decide after every second.
   */
  private void buildHeirs(Keeper of, SlotView view, Epoch epoch) {
    heirsLeftOut = !view.order().equals(newest) && !heirsLeftOut;
    if (heirsLeftOut) {
      return;
    }
    HeirTable heirs = tables.heirs(view.table());
    submit(thread, () -> run(of, (k, now) -> useHeirs(k, view, epoch, heirs, now)));
  }

  private void useHeirs(Keeper of, SlotView view, Epoch epoch, HeirTable heirs, long nowNanos) {
    try {
      of.onHeirs(view.order(), heirs, nowNanos);
    } catch (RuntimeException | Error e) {
      failed(e);
      again(of, view.order(), () -> buildHeirs(of, view, epoch));
      return;
    }
    whole.accept(epoch);
  }

  /** Bits of samplers and routers that it waits for. Threads: any. */
  public Set<Long> waitingFor() {
    return keeper.waitingFor();
  }

  /** What the keeper says of itself. */
  public HandoffStatus status() {
    return keeper.status();
  }

  /** Goes on as another incarnation; what was meant for the one before is dropped. */
  public void replace(Keeper next) {
    Keeper before = keeper;
    newest = EpochOrder.NONE;
    keeper = next;
    submit(thread, before::close);
  }

  @Override
  public void close() {
    Keeper last = keeper;
    submit(thread, last::close);
    builder.shutdownNow();
    thread.shutdown();
  }
}
