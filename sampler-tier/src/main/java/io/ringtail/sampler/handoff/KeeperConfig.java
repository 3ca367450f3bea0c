package io.ringtail.sampler.handoff;

import io.ringtail.rules.Rules;
import java.time.Duration;

/**
 * What the keeper goes by.
 *
 * @param nodeId this node's
 * @param selfBits of this incarnation
 * @param moves false where members never change: nothing is held then, and nobody asked
 * @param holdTimeoutNanos a hold ends when it has seen no progress for so long (protocol O5)
 * @param leaseNanos how long one that was lost may still decide (L1)
 * @param rules those of moving slots that are in force
 */
public record KeeperConfig(
    String nodeId,
    long selfBits,
    boolean moves,
    long holdTimeoutNanos,
    long leaseNanos,
    Rules rules) {
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration BEYOND_WAIT = Duration.ofSeconds(10);

  /** The protocol's values. */
  public static KeeperConfig of(
      String nodeId, long selfBits, boolean moves, Duration decisionWait, Rules rules) {
    Duration byWait = decisionWait.plus(BEYOND_WAIT);
    Duration timeout = byWait.compareTo(LEAST_TIMEOUT) > 0 ? byWait : LEAST_TIMEOUT;
    return new KeeperConfig(nodeId, selfBits, moves, timeout.toNanos(), LEASE.toNanos(), rules);
  }

  /** The same for another incarnation. */
  KeeperConfig withBits(long bits) {
    return new KeeperConfig(nodeId, bits, moves, holdTimeoutNanos, leaseNanos, rules);
  }
}
