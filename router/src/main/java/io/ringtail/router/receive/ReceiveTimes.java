package io.ringtail.router.receive;

import io.ringtail.config.ConfigSection;
import java.time.Duration;

/**
 * The times of the {@code router.receive} section.
 *
 * @param requestTimeout within which a request that has begun must be whole
 * @param idleTimeout after which an HTTP connection without a request is closed
 * @param maxConnectionAge after which a connection is told to go, with jitter; zero: never
 * @param maxConnectionAgeGrace how long calls may still run on it then
 * @param keepaliveTime after which a quiet gRPC connection is probed
 * @param keepaliveTimeout within which a probe must be answered
 * @param permitKeepaliveTime how often a gRPC client may probe
 */
public record ReceiveTimes(
    Duration requestTimeout,
    Duration idleTimeout,
    Duration maxConnectionAge,
    Duration maxConnectionAgeGrace,
    Duration keepaliveTime,
    Duration keepaliveTimeout,
    Duration permitKeepaliveTime) {
  private static final Duration DAY = Duration.ofDays(1);

  static ReceiveTimes defaults() {
    return new ReceiveTimes(
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        Duration.ZERO,
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofSeconds(20),
        Duration.ofSeconds(5));
  }

  /** Reads the keys; wrong values become the section's problems. */
  static ReceiveTimes read(ConfigSection section) {
    ReceiveTimes otherwise = defaults();
    return new ReceiveTimes(
        section.duration("request-timeout", otherwise.requestTimeout, Duration.ofMillis(10), DAY),
        section.duration("idle-timeout", otherwise.idleTimeout, Duration.ofMillis(10), DAY),
        section.duration("max-connection-age", Duration.ZERO, Duration.ZERO, DAY),
        section.duration(
            "max-connection-age-grace", otherwise.maxConnectionAgeGrace, Duration.ZERO, DAY),
        section.duration("keepalive-time", otherwise.keepaliveTime, Duration.ofSeconds(1), DAY),
        section.duration(
            "keepalive-timeout", otherwise.keepaliveTimeout, Duration.ofMillis(100), DAY),
        section.duration(
            "permit-keepalive-time", otherwise.permitKeepaliveTime, Duration.ZERO, DAY));
  }
}
