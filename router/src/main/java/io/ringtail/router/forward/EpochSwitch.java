package io.ringtail.router.forward;

import io.netty.channel.EventLoop;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.router.retain.SamplerKey;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.rules.Rule;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes epochs into use, in turn (protocol E3): builds the table, opens and drops links, publishes
 * both in one {@link Routes}, then tells the log, the links and who waits for an epoch. One that
 * fails is tried again until a newer one comes.
 *
 * <p>Threads: {@link #onEpoch} the membership's; all work on the epochs thread; the rest any.
 */
final class EpochSwitch {
  private static final Logger log = LoggerFactory.getLogger(EpochSwitch.class);
  private static final long AGAIN_MILLIS = 1000;

  /**
   * Who is told of an epoch in use.
   *
   * @param control on which the rerouter runs
   */
  record Told(EventLoop control, LinkSet links, RetentionLoop retention, Rerouter rerouter) {}

  private final Peer self;
  private final int minSamplers;
  private final Forwarder.Surroundings surroundings;
  private final Told told;
  private final Mishaps mishaps;

  /** Whether an epoch has to follow the one in use to be in turn (E3). */
  private final boolean ordered;

  /** In use; read and changed on the epochs thread. */
  private @Nullable Epoch applied;

  /** Told of; perhaps not in use yet. */
  private volatile EpochOrder newest = EpochOrder.NONE;

  private volatile @Nullable Routes routes;
  private volatile Peer namedSelf;

  EpochSwitch(
      Peer self,
      int minSamplers,
      Forwarder.Surroundings surroundings,
      Told told,
      ForwardMetrics metrics,
      Metrics registry) {
    this.self = self;
    this.namedSelf = self;
    this.minSamplers = minSamplers;
    this.surroundings = surroundings;
    this.told = told;
    this.mishaps = new Mishaps(metrics.epochFailures, log, surroundings.nanoTime());
    this.ordered = surroundings.rules().inForce(Rule.E3);
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

  /** The newest in use; null before the first. */
  @Nullable Routes routes() {
    return routes;
  }

  /** The epoch in use; {@link EpochOrder#NONE} before the first. */
  EpochOrder inUse() {
    Routes now = routes;
    return now == null ? EpochOrder.NONE : now.order();
  }

  /** This router as samplers know it. */
  Peer namedSelf() {
    return namedSelf;
  }

  private boolean mismatch() {
    Routes now = routes;
    return now != null && !now.table().checksumMatches();
  }

  /** See {@link Forwarder#onEpoch(Epoch, boolean, Runnable)}. */
  void onEpoch(Epoch epoch, boolean inTurn, Runnable inUse) {
    newest = epoch.order();
    try {
      surroundings.epochs().execute(() -> apply(epoch, inTurn, inUse));
    } catch (RejectedExecutionException e) {
      log.debug("event=epoch-ignored epoch={} reason=stopped", epoch.order());
    }
  }

  private void apply(Epoch epoch, boolean inTurn, Runnable inUse) {
    Peer before = namedSelf;
    try {
      use(epoch, inTurn);
      inUse.run();
    } catch (RejectedExecutionException e) {
      log.debug("event=epoch-ignored epoch={} reason=stopped", epoch.order());
    } catch (RuntimeException | Error e) {
      mishaps.happened("event=epoch-failed epoch=" + epoch.order(), e);
      namedSelf = before;
      again(epoch, inTurn, inUse);
    }
  }

  private void use(Epoch epoch, boolean inTurn) {
    long startNanos = surroundings.nanoTime().getAsLong();
    RoutingTable table =
        RoutingTable.build(
            epoch, surroundings.tables(), self.nodeId(), self.incarnation().bits(), minSamplers);
    boolean wasNamed = !namedSelf.incarnation().order().equals(EpochOrder.NONE);
    EpochOrder namedAnew = nameSelf(epoch);
    told.links.open(epoch);
    Routes next = new Routes(table, told.links.to(table.owners()));
    boolean goesOn = namedAnew == null || !wasNamed;
    boolean known = inTurn && isNext(epoch) && goesOn;
    applied = epoch;
    List<Link> gone = told.links.drop(epoch);
    routes = next;
    told.retention.onEpoch(table, known, namedAnew, gone.size());
    Set<SamplerKey> lost = epoch.lost().stream().map(SamplerKey::of).collect(Collectors.toSet());
    gone.forEach(l -> l.onReceiverGone(epoch.order(), !known || lost.contains(l.key())));
    told.links.onEpoch(epoch.order());
    told.control.execute(told.rerouter::run);
    logEpoch(table, surroundings.nanoTime().getAsLong() - startNanos);
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
      told.control.schedule(
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

  private static void logEpoch(RoutingTable table, long tookNanos) {
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

  /** No epoch is taken into use any more. */
  void stop() {
    surroundings.epochs().shutdown();
  }
}
