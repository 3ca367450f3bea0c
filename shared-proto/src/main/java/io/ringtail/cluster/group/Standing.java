package io.ringtail.cluster.group;

import com.codahale.metrics.Counter;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.epoch.Epochs;
import io.ringtail.cluster.epoch.Lease;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this node stands in its cluster, for others to read. Threads: any to read; the membership's
 * to write, but for {@link #isOut}.
 */
final class Standing {
  private static final Logger log = LoggerFactory.getLogger(Standing.class);

  private final int minSamplers;
  private final Counter alone;

  private volatile Optional<Epoch> newest = Optional.empty();
  private volatile Optional<String> whyNotJoined = Optional.of("not started");
  private volatile Lease lease = Lease.NONE;
  private volatile boolean coordinates;
  private volatile boolean asSaid;
  private boolean wentOnAlone;

  Standing(int minSamplers, Counter alone) {
    this.minSamplers = minSamplers;
    this.alone = alone;
  }

  /** After each step of the state machine. */
  void look(Epochs epochs, long now) {
    newest = epochs.newest();
    whyNotJoined = epochs.whyNotJoined(minSamplers);
    lease = epochs.lease(minSamplers, now);
    coordinates = epochs.coordinates();
    asSaid = epochs.isAsSaid();
    boolean went = epochs.wentOnAlone(now);
    if (went && !wentOnAlone) {
      alone.inc();
      log.warn(
          "alone or without a router since a loss: decides now, although a cluster may go on"
              + " elsewhere");
    }
    wentOnAlone = went;
  }

  /** Before the listener is told of it. */
  void uses(Epoch epoch) {
    newest = Optional.of(epoch);
  }

  /** Before the listener is told why. */
  void hasNoLease() {
    lease = Lease.NONE;
  }

  /** Threads: any. */
  void isOut(String why) {
    whyNotJoined = Optional.of(why);
  }

  Optional<Epoch> newest() {
    return newest;
  }

  Optional<String> whyNotJoined() {
    return whyNotJoined;
  }

  boolean mayDecide(long nowNanos) {
    return lease.isGoodAt(nowNanos);
  }

  /** As {@link Epochs#isAsSaid}. */
  boolean isAsSaid() {
    return asSaid;
  }

  /** Whether this node makes the epochs. */
  boolean coordinates() {
    return coordinates;
  }
}
