package io.ringtail.sampler.shard;

import io.ringtail.cluster.Membership;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.decide.AwakeTime;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongPredicate;

/**
 * What a shard has to make up for before it decides again, when it was kept from working: its
 * process was stopped, or there was no core for it.
 *
 * <p>All that was due meanwhile is due at once when it goes on, and what it knows is as old as its
 * last round. Two things are between it and the present. What was accepted, and its senders told
 * of, waits in its own queue, more of it than one round takes: that is read first. And slots may
 * have gone to another, to which routers have sent since, while all that tells of it still waits in
 * sockets (protocol D1): so it decides only under a lease whose stamp is no older than what a shard
 * that works may be behind. The coordinator has answered that one since, and said which epoch is
 * the newest; one that has not come yet ends the lease, one that is not in use here forbids
 * decisions as ever.
 *
 * <p>Nothing of that asks routers: one that stands still itself holds nobody up. Nor does it look
 * for event loops that stand still alone: what they have not read is not accepted and its senders
 * are not told, and whose the slots are, leases and completions come by the membership's own
 * threads, none of which speaks for what is still in a link's sockets. Heirs' answers are missed,
 * as when a link is down: after a second decisions have effect without them, counted (D2).
 *
 * <p>Threads: the shard's.
 */
final class Standstill {
  /** Rounds that begin so far apart were kept from it. */
  static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(AwakeTime.STILL_MILLIS);

  private final boolean readsFirst;
  private final boolean needsANewStamp;
  private long nowNanos;
  private boolean stood;

  /** The end of the last standstill, if there was one within a lease. */
  private long endNanos;

  /** Commands that were queued by then and are not taken yet. */
  private int unread;

  Standstill(long nowNanos, Rules rules) {
    this.nowNanos = nowNanos;
    this.readsFirst = rules.inForce(Rule.D1_READ);
    this.needsANewStamp = rules.inForce(Rule.L1_ANEW);
  }

  /**
   * A round begins.
   *
   * @param queued counts what waits; asked only if this shard stood still
   */
  void begin(long now, IntSupplier queued) {
    if (now - nowNanos > LONGEST_NANOS) {
      stood = needsANewStamp;
      endNanos = now;
      unread = readsFirst ? queued.getAsInt() : 0;
    } else if (now - endNanos >= Membership.LEASE_NANOS) {
      stood = false; // a lease that is good by now has been stamped since
    }
    nowNanos = now;
  }

  /** So many commands were taken in this round. */
  void taken(int commands) {
    unread = Math.max(0, unread - commands);
  }

  /**
   * Whether it may decide in this round.
   *
   * @param lease whether there is one at a time
   */
  boolean permits(LongPredicate lease) {
    return unread == 0 && lease.test(nowNanos) && (!stood || lease.test(endOfANewLease()));
  }

  /** A lease that is good then was stamped later than this before the end of the standstill. */
  private long endOfANewLease() {
    return endNanos - LONGEST_NANOS + Membership.LEASE_NANOS;
  }
}
